// The limits of connections, on real sockets: which are closed, which admitted, and what is logged.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import Koa from 'koa';
import nock from 'nock';
import type { LimitOutcome } from '../../src/http/connections.ts';
import type { Listening, ListenOptions } from '../../src/http/server.ts';
import { TestClock } from '../support/clock.ts';
import { until } from '../support/until.ts';
import { keptLog, serve } from './harness.ts';

const connectionsMax = 512;
const extraMax = 64;
const minute = 60_000;

const requestOf = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'tls/fixtures', name), 'utf8');

describe('a port with many connections', () => {
  let clock: TestClock;
  let kept: ReturnType<typeof keptLog>;
  let limited: LimitOutcome[];
  let open: number;
  let asked: string[];
  let onAsked: (path: string) => void;
  let port: Listening;
  let clients: Socket[];
  before(() => nock.restore());
  after(() => nock.activate());

  const start = async (options: Partial<ListenOptions> = {}): Promise<void> => {
    const observer = {
      open: (count: number): void => {
        open = count;
      },
      limited: (what: LimitOutcome): void => void limited.push(what),
    };
    const app = new Koa().use(async (ctx) => {
      asked.push(ctx.path);
      onAsked(ctx.path);
      // A page that takes as long as its client stays.
      if (ctx.path === '/slow' || ctx.path === '/healthz') await once(ctx.res, 'close');
      else ctx.body = 'hello';
    });
    port = await serve(app, { clock, log: kept.log, observer, ...options });
  };
  beforeEach(() => {
    clock = new TestClock();
    kept = keptLog();
    limited = [];
    open = 0;
    asked = [];
    onAsked = () => undefined;
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    await port.close(0);
  });

  /** Connects, asks, and resolves when the answer's first bytes have come. */
  const keepOne = async (path = '/livez'): Promise<Socket> => {
    const client = connectOne();
    client.write(requestOf(path));
    await once(client, 'data');
    return client;
  };
  const connectOne = (): Socket => {
    const client = connect(port.port, '127.0.0.1');
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  };
  const keep = async (count: number): Promise<Socket[]> => {
    const first = await keepOne();
    return [first, ...(await Promise.all(Array.from({ length: count - 1 }, () => keepOne())))];
  };
  const makeBusy = async (count: number): Promise<Socket[]> => {
    const all = Array.from({ length: count }, () => {
      const client = connectOne();
      client.write(requestOf('/slow'));
      return client;
    });
    await until(() => asked.filter((path) => path === '/slow').length >= count);
    return all;
  };
  /** All that a connection of its own gets for a request. */
  const answerTo = async (path: string): Promise<string> => {
    const client = connectOne();
    client.write(requestOf(path));
    return text(client);
  };
  const warnings = () => kept.lines.filter(({ level }) => level === 'warn');

  it('closes the longest idle one for each new one beyond 512', async () => {
    await start();
    const idle = await keep(connectionsMax);
    expect(limited).to.deep.equal([]);
    const [first, second] = idle;
    // The first one is used again, so the second has been idle for longest.
    first?.write(requestOf('/livez'));
    await once(first as Socket, 'data');
    const closed = once(second as Socket, 'close');
    await keepOne('/livez');
    await closed;
    expect(first?.destroyed).to.equal(false);
    expect(limited).to.deep.equal(['closed-idle']);
    expect(open).to.equal(connectionsMax);
  });

  it('closes those that never sent a request as well', async () => {
    await start();
    const mute = Array.from({ length: connectionsMax }, connectOne);
    const half = mute[1] as Socket;
    half.write('GET / HTTP/1.1\r\nHo');
    await until(() => open === connectionsMax);
    const closed = Promise.all([once(mute[0] as Socket, 'close'), once(half, 'close')]);
    await keepOne();
    await keepOne();
    await closed;
  });

  it('answers probes and others however many idle ones an attacker opens', async () => {
    await start();
    for (let round = 0; round < 4; round++) {
      for (let one = 0; one < connectionsMax; one++) connectOne();
      for (const path of ['/livez', '/metrics']) {
        const client = connectOne();
        client.write(requestOf(path));
        expect(String((await once(client, 'data'))[0])).to.match(/^HTTP\/1\.1 200 OK/);
      }
    }
    expect(open).to.equal(connectionsMax);
  });

  it('admits 64 more for probes alone where none is idle', async () => {
    await start();
    await makeBusy(connectionsMax);
    expect(await answerTo('/livez')).to.match(/^HTTP\/1\.1 200 OK\r\n.*Connection: close.*hello$/s);
    expect(await answerTo('/readyz?verbose')).to.match(/^HTTP\/1\.1 200 OK\r\n/);
    const refused = await answerTo('/metrics');
    expect(refused).to.match(/^HTTP\/1\.1 503 .*Retry-After: 5\r\n/s);
    expect(refused).to.match(/Connection: close\r\n.*Too many connections are open/s);
    expect(asked).to.not.include('/metrics');
    expect(limited).to.deep.equal(['turned-away']);
  });

  it('answers one request on those, whatever is pipelined behind it', async () => {
    await start();
    await makeBusy(connectionsMax);
    const client = connectOne();
    client.write(requestOf('/livez').repeat(3) + requestOf('/metrics'));
    expect((await text(client)).match(/HTTP\/1\.1/g)).to.have.length(1);
    expect(asked).to.not.include('/metrics');
  });

  it('closes an idle one of the 64 for a new one', async () => {
    await start();
    await makeBusy(connectionsMax);
    const extra = Array.from({ length: extraMax }, connectOne);
    await until(() => open === connectionsMax + extraMax);
    const closed = once(extra[0] as Socket, 'close');
    expect(await answerTo('/livez')).to.match(/^HTTP\/1\.1 200 OK\r\n/);
    await closed;
    expect(limited).to.deep.equal(['closed-idle']);
  });

  it('refuses new ones where all of the 64 are busy', async () => {
    await start();
    await makeBusy(connectionsMax);
    for (let one = 0; one < extraMax; one++) connectOne().write(requestOf('/healthz'));
    await until(() => asked.length === connectionsMax + extraMax);
    await once(connectOne(), 'close');
    expect(limited).to.deep.equal(['refused']);
    expect(open).to.equal(connectionsMax + extraMax);
  });

  it('promotes one of the 64 to an ordinary one once there is room', async () => {
    await start();
    const busy = await makeBusy(connectionsMax);
    const extra = connectOne();
    await until(() => open === connectionsMax + 1);
    busy[0]?.destroy();
    await until(() => open === connectionsMax);
    extra.write(requestOf('/metrics'));
    expect(String((await once(extra, 'data'))[0])).to.match(/^HTTP\/1\.1 200 OK/);
    extra.write(requestOf('/metrics'));
    expect(String((await once(extra, 'data'))[0])).to.match(/^HTTP\/1\.1 200 OK/);
  });

  it('logs reached limits once a minute, with counts', async () => {
    await start();
    await keep(connectionsMax);
    await keepOne();
    await keepOne();
    await keepOne();
    expect(warnings()).to.have.length(1);
    expect(warnings()[0]).to.include({ port: port.port, 'closed-idle': 1 });
    clock.advance(minute);
    await keepOne();
    expect(warnings()).to.have.length(2);
    expect(warnings()[1]).to.include({ 'closed-idle': 3 });
  });

  it('does the same under TLS', async () => {
    const context = { cert: fixture('server.pem'), key: fixture('server.key') };
    await start({
      createServer: (options, listener) => createServer({ ...options, ...context }, listener),
    });
    const ca = fixture('ca.pem');
    const over = async (path: string): Promise<Socket> => {
      const client = connectTls({ port: port.port, host: '127.0.0.1', ca });
      client.on('error', () => undefined);
      clients.push(client);
      client.write(requestOf(path));
      if (path === '/slow') await once(client, 'secureConnect');
      else await once(client, 'data');
      return client;
    };
    const [first] = [await over('/livez'), await over('/livez')];
    await Promise.all(Array.from({ length: connectionsMax - 2 }, () => over('/slow')));
    await until(() => asked.length === connectionsMax);
    const closed = once(first as Socket, 'close');
    await over('/slow');
    await closed;
    await over('/slow');
    await until(() => asked.length === connectionsMax + 2);
    expect(limited).to.deep.equal(['closed-idle', 'closed-idle']);
    // Now none is idle.
    expect(String(await once(await over('/livez'), 'close'))).to.equal('false');
    await over('/metrics');
    expect(limited.at(-1)).to.equal('turned-away');
    expect(asked).to.not.include('/metrics');
  });

  it('closes one that pipelines more than 128 requests, and answers the others', async () => {
    await start();
    const client = connectOne();
    client.write(requestOf('/slow') + requestOf('/livez').repeat(129));
    await once(client, 'close');
    expect(limited).to.deep.equal(['sent-ahead']);
    expect(asked).to.not.include('/livez');
    await keepOne();
  });

  it('turns the event loop between two pipelined requests', async () => {
    await start();
    connectOne().write(requestOf('/first') + requestOf('/next').repeat(100));
    await until(() => asked.length > 0);
    for (let turns = 0; turns < 10; turns++) {
      expect(asked.length).to.be.at.most(2 + turns);
      await clock.turn();
    }
    await until(() => asked.length === 101);
  });

  it('answers a probe before queued requests', async () => {
    await start();
    const others = Array.from({ length: 200 }, () => connectOne());
    const probe = connectOne();
    await until(() => open === 201);
    for (const other of others) other.write(requestOf('/page'));
    probe.write(requestOf('/livez'));
    await once(probe, 'data');
    expect(asked.slice(0, 200)).to.include('/livez');
    await until(() => asked.length === 201);
  });

  it('starts no page while connections are being accepted', async () => {
    await start();
    let atFirstPage = 0;
    onAsked = (path) => {
      if (path === '/page' && atFirstPage === 0) atFirstPage = open;
    };
    for (let one = 0; one < 100; one++) connectOne().write(requestOf('/page'));
    const probe = connectOne();
    probe.write(requestOf('/livez'));
    await once(probe, 'data');
    await until(() => asked.length === 101);
    expect(atFirstPage).to.equal(101);
  });

  it('reports how many are open', async () => {
    await start();
    const [one] = await keep(3);
    expect(open).to.equal(3);
    one?.destroy();
    await until(() => open === 2);
  });
});
