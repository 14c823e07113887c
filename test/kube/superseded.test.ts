// A reflector at ticks: what its sink gets of events that came together, and what it counts.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import nock from 'nock';
import { Reflector, type ReflectorOptions } from '../../src/kube/reflector.ts';
import { WatchTicks } from '../../src/kube/watchTicks.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import type { Sink } from '../../src/store/types.ts';
import { TestClock } from '../support/clock.ts';
import { until } from '../support/until.ts';
import { clientOf, MemorySink, recordingLog, recordingObserver } from './harness.ts';
import { added, bookmark, closing, deleted, modified } from './script.ts';

const body = (event: { type: string; object: KubeObject }) => ({
  ...event,
  object: { ...event.object, status: { phase: 'Running' } },
});

describe('a reflector whose watch is read at ticks', () => {
  // Here sockets are to be real ones, not nock's.
  before(() => nock.restore());
  after(() => nock.activate());

  let response: ServerResponse | undefined;
  const server = createServer((_, answer) => {
    response = answer;
  });
  beforeEach(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterEach(async () => {
    response = undefined;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const send = (...events: unknown[]): void => {
    const lines = events.map((event) =>
      typeof event === 'string' ? event : JSON.stringify(event),
    );
    response?.write(lines.map((line) => `${line}\n`).join(''));
  };

  /** What is done with the sink once a list of two objects was followed by these events. */
  async function followed(
    events: readonly unknown[],
    more: Partial<ReflectorOptions> & { accepts?: Sink['accepts'] } = {},
  ) {
    const clock = new TestClock();
    const log = recordingLog();
    const { port } = server.address() as AddressInfo;
    const client = clientOf(`http://127.0.0.1:${port}`, clock, log, new WatchTicks(clock));
    const memory = new MemorySink();
    const calls: string[] = [];
    const { accepts, ...options } = more;
    const note = (verb: 'put' | 'delete') => (object: KubeObject) => {
      const status = 'status' in object ? ' whole' : '';
      calls.push(`${verb} ${object.metadata.name} ${object.metadata.resourceVersion}${status}`);
      memory[verb](object);
    };
    const sink: Sink = {
      put: note('put'),
      delete: note('delete'),
      relist: () => memory.relist(),
      drained: () => memory.drained(),
      ...(accepts && { accepts }),
    };
    const observer = recordingObserver();
    const collection = { resource: 'pods', group: '', version: 'v1' };
    const shared = { client, collection, sink, observer, clock, log, random: () => 0 };
    const reflector = new Reflector({ ...shared, ...options });
    const stop = new AbortController();
    const running = reflector.run(stop.signal);
    await until(() => response !== undefined);
    send(body(added('x/a', 8)), body(added('x/b', 9)), closing(10));
    await until(() => reflector.position !== undefined);
    send(...events, bookmark(99));
    // Before the tick the watch has told nothing.
    await until(() => clock.pending.includes(100));
    expect(calls).to.deep.equal([]);
    clock.advance(100);
    await until(() => reflector.position?.version === '99');
    stop.abort();
    await running;
    expect(clock.pending).to.deep.equal([]);
    return { calls, content: memory.content, told: observer.told };
  }

  const counted = (told: readonly string[]): number =>
    told.filter((word) => word === 'event').length;

  const events = [
    body(modified('x/a', 11)),
    body(modified('x/b', 12)),
    body(modified('x/a', 13)),
    body(deleted('x/b', 14)),
  ];

  it('gets the last state of objects, deletions by name, and counts all events', async () => {
    const { calls, content, told } = await followed(events);
    expect(calls).to.deep.equal(['put a 13 whole', 'delete b 14']);
    expect(content).to.deep.equal(['x/a@13']);
    expect(counted(told)).to.equal(4);
  });

  it('gets every event and the last body where the resource says that it needs them', async () => {
    const { calls, content } = await followed(events, { everyEvent: true });
    expect(calls).to.deep.equal([
      'put a 11 whole',
      'put b 12 whole',
      'put a 13 whole',
      'delete b 14 whole',
    ]);
    expect(content).to.deep.equal(['x/a@13']);
  });

  it('gets nothing of objects that it does not accept, and they are not parsed', async () => {
    const broken = JSON.stringify(body(modified('x/b', 15))).replace('"Running"', '');
    const accepts: Sink['accepts'] = ({ name }) => name === 'a';
    const { calls, content, told } = await followed([...events, broken], { accepts });
    expect(calls).to.deep.equal(['put a 13 whole']);
    expect(content).to.deep.equal(['x/a@13']);
    expect(counted(told)).to.equal(5);
    expect(told.filter((word) => word.startsWith('malformed'))).to.deep.equal([]);
  });
});
