// What only a real socket shows: resets within a body, silence, and stopping in the midst of it.

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import nock from 'nock';
import { Reflector } from '../../src/kube/reflector.ts';
import type { Collection } from '../../src/kube/types.ts';
import { TestClock } from '../support/clock.ts';
import { clientOf, MemorySink, recordingLog, recordingObserver, until } from './harness.ts';
import { added, bookmark, closing, synced } from './script.ts';

const pods: Collection = { resource: 'pods', group: '', version: 'v1' };
const line = (event: object): string => `${JSON.stringify(event)}\n`;
const lines = (events: readonly unknown[]): string => events.map((e) => line(e as object)).join('');

describe('a reflector on a real connection', () => {
  let server: Server;
  let answers: ((response: ServerResponse) => void)[];
  let urls: string[];
  let rejections: unknown[];
  let clock: TestClock;
  const onRejection = (reason: unknown): void => void rejections.push(reason);

  // Here sockets are to be real ones, not nock's.
  before(() => nock.restore());
  after(() => nock.activate());

  beforeEach(async () => {
    [answers, urls, rejections, clock] = [[], [], [], new TestClock()];
    process.on('unhandledRejection', onRejection);
    server = createServer((request, response) => {
      urls.push(request.url ?? '');
      answers.shift()?.(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await delay(5);
    process.off('unhandledRejection', onRejection);
    expect(rejections, 'unhandled rejections').to.deep.equal([]);
  });

  function connect() {
    const { port } = server.address() as AddressInfo;
    return clientOf(`http://127.0.0.1:${port}`, clock, recordingLog());
  }

  function start(client = connect()) {
    const sink = new MemorySink();
    const observer = recordingObserver();
    const shared = { client, collection: pods, sink, observer, clock, log: recordingLog() };
    const reflector = new Reflector({ ...shared, random: () => 0 });
    const stop = new AbortController();
    const running = reflector.run(stop.signal);
    const end = async (): Promise<void> => {
      stop.abort();
      await running;
      expect(clock.pending).to.deep.equal([]);
    };
    return { sink, observer, reflector, end };
  }

  const holds = (sink: MemorySink, content: readonly string[]) =>
    until(
      () => String(sink.content) === String(content),
      () => `${content}, had ${sink.content} after ${urls.join(' ')}`,
    );

  it('goes on at the last version after a reset, once the server is seen to know it', async () => {
    answers.push(
      (response) => {
        response.write(lines(synced(added('x/b', 11))));
        response.write('{"type":"ADDED","obj');
        setTimeout(() => response.destroy(), 20);
      },
      (response) => response.end('{"metadata":{"resourceVersion":"11"},"items":[]}'),
      (response) => response.write(lines([added('x/c', 12)])),
    );
    const { sink, observer, end } = start();
    await holds(sink, ['x/a@9', 'x/b@11']);
    await clock.pass(500);
    await holds(sink, ['x/a@9', 'x/b@11', 'x/c@12']);
    expect(urls[1]).to.include('limit=1&resourceVersion=11&resourceVersionMatch=NotOlderThan');
    expect(urls[2]).to.match(/watch=true.*resourceVersion=11/);
    expect(observer.told).to.include('restart reset');
    await end();
  });

  it('shows the old content until the new list is complete, whatever resets', async () => {
    answers.push(
      (response) => response.end(lines(synced())),
      (response) => response.writeHead(410).end('{"reason":"Expired"}'),
      (response) => {
        response.write(lines([added('x/n', 20)]));
        setTimeout(() => response.destroy(), 20);
      },
      (response) => response.write(lines([added('x/n', 20), closing(21)])),
    );
    const { sink, end } = start();
    await clock.pass(500);
    await clock.pass(1_000);
    await until(
      () => sink.puts === 2,
      () => 'the first object of the new list',
    );
    expect(sink.content).to.deep.equal(['x/a@9']);
    await clock.pass(2_000);
    await holds(sink, ['x/n@20']);
    expect(sink.relistings).to.deep.equal({ open: 0, commits: 2, aborts: 1 });
    await end();
  });

  it('derives the window of silence from the bookmarks it sees', async () => {
    let watching: ServerResponse | undefined;
    answers.push(
      (response) => {
        response.write(lines(synced(bookmark(11))));
        watching = response;
      },
      (response) => response.write(lines([added('x/b', 13)])),
    );
    const { sink, observer, end } = start();
    const bookmarks = (): number => observer.told.filter((word) => word === 'bookmark').length;
    const seen = (count: number) =>
      until(
        () => bookmarks() === count,
        () => `${count} bookmarks`,
      );
    await seen(1);
    clock.advance(100_000);
    watching?.write(lines([bookmark(12)]));
    await seen(2);
    // The guard wakes when three minutes are over, and then allows for four times 100 seconds.
    await clock.pass(80_000);
    await clock.pass(320_000);
    await holds(sink, ['x/a@9', 'x/b@13']);
    expect(urls[1]).to.include('resourceVersion=12');
    await end();
  });

  it('learns from another reflector that the server refuses to stream lists', async () => {
    const list = (response: ServerResponse) =>
      response.end('{"metadata":{"resourceVersion":"5"},"items":[]}');
    const watch = (response: ServerResponse) => response.write('\n');
    answers.push((response) => response.writeHead(422).end('{}'), list, watch, list, watch);
    const client = connect();
    const ends = [];
    for (const requests of [3, 5]) {
      ends.push(start(client).end);
      await until(
        () => urls.length === requests,
        () => `${requests} requests, had ${urls.join(' ')}`,
      );
    }
    expect(urls.map((url) => url.includes('sendInitialEvents'))).to.deep.equal([
      true,
      false,
      false,
      false,
      false,
    ]);
    await Promise.all(ends.map((end) => end()));
  });

  for (const [when, answer] of [
    ['before any answer', () => undefined],
    ['within a list', (response: ServerResponse) => response.write(lines([added('x/a', 1)]))],
    ['within a quiet watch', (response: ServerResponse) => response.write(lines(synced()))],
    ['within a line', (response: ServerResponse) => response.write('{"type":')],
    ['while it waits', (response: ServerResponse) => response.writeHead(500).end()],
  ] as const) {
    it(`stops at once, with nothing left behind, ${when}`, async () => {
      answers.push(answer);
      const { reflector, sink, end } = start();
      await until(
        () => urls.length === 1,
        () => 'a request',
      );
      await delay(20);
      const before = performance.now();
      await end();
      expect(performance.now() - before).to.be.below(1_000);
      expect(reflector.status.detail).to.equal('stopped');
      expect(sink.relistings.open).to.equal(0);
    });
  }
});
