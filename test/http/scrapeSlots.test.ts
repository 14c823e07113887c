// Concurrent scrapes: slots per client, the queue, and that no slot is lost.

import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { TestClock } from '../support/clock.ts';
import { until } from '../support/until.ts';
import { ask } from './harness.ts';
import { MetricsPorts, Seen, storesOf } from './metricsBench.ts';

describe('Concurrent scrapes', () => {
  const ports = new MetricsPorts();
  const { open } = ports;
  afterEach(() => ports.closeAll());

  /** A client that asks for the exposition and reads nothing of it. */
  const unread = (port: number, { from = '127.0.0.1', times = 1 } = {}): Socket => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from }).pause();
    socket.on('error', () => undefined);
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(times));
    return socket;
  };
  const someTurns = async (clock: TestClock): Promise<void> => {
    for (let turns = 0; turns < 50; turns++) await clock.turn();
  };

  it('write 30 expositions at once for one client of loopback, and queue the others', async () => {
    const observer = new Seen();
    const clock = new TestClock();
    const port = await open({ stores: storesOf(20_000), observer, clock });
    const slow = Array.from({ length: 30 }, () => unread(port));
    await until(() => observer.inFlights.at(-1) === 30);
    let answers: number[] = [];
    const asked = ask(port, '/metrics').then((answer) => {
      answers.push(answer.status);
      return answer;
    });
    await someTurns(clock);
    clock.advance(4_999);
    await someTurns(clock);
    expect(answers).to.deep.equal([]);
    expect((await ask(port, '/livez')).status).to.equal(200);
    clock.advance(1);
    const rejected = await asked;
    expect(rejected.status).to.equal(503);
    expect(rejected.headers['retry-after']).to.equal('5');
    expect(rejected.body.toString()).to.equal(
      'Too many scrapes at once: 30 are in flight, 30 of them for 127.0.0.1.\n',
    );
    expect(observer.rejections).to.equal(1);
    answers = [];
    // A queued scrape is answered as soon as another has ended.
    const waited = ask(port, '/metrics').then(({ status }) => answers.push(status));
    await someTurns(clock);
    expect(answers).to.deep.equal([]);
    slow[0]?.destroy();
    await waited;
    expect(answers).to.deep.equal([200]);
    for (const socket of slow) socket.destroy();
    await until(() => observer.inFlights.at(-1) === 0);
  });

  it('leave two slots to others where one client takes all it can get', async () => {
    const observer = new Seen();
    const port = await open({ stores: storesOf(20_000), observer });
    const greedy = Array.from({ length: 60 }, () => unread(port));
    await until(() => observer.inFlights.at(-1) === 30);
    const others = [unread(port, { from: '127.0.0.2' }), unread(port, { from: '127.0.0.3' })];
    await until(() => observer.inFlights.at(-1) === 32);
    for (const socket of [...greedy, ...others]) socket.destroy();
    await until(() => observer.inFlights.at(-1) === 0);
  });

  it('write one exposition at a time for one connection, however many it requests', async () => {
    const observer = new Seen();
    const clock = new TestClock();
    const port = await open({ stores: storesOf(20_000), observer, clock });
    const socket = unread(port, { times: 40 });
    await until(() => observer.inFlights.at(-1) === 1);
    await someTurns(clock);
    expect(observer.inFlights).to.deep.equal([1]);
    expect((await ask(port, '/metrics')).status).to.equal(200);
    socket.destroy();
    await until(() => observer.inFlights.at(-1) === 0);
  });

  it('of one connection that pipelines are answered one after the other', async () => {
    const observer = new Seen();
    const port = await open({ observer });
    const socket = connect(port, '127.0.0.1');
    const one = 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n';
    socket.write(one.repeat(9) + one.replace('Host', 'Connection: close\r\nHost'));
    expect((await text(socket)).match(/^HTTP\/1\.1 200 OK\r$/gm)).to.have.length(10);
    expect(Math.max(...observer.inFlights)).to.equal(1);
    await until(() => observer.requests.length === 10);
    expect(observer.inFlights.at(-1)).to.equal(0);
  });

  it('lose no slot to requests behind the last response of a connection', async () => {
    const observer = new Seen();
    const port = await open({ observer });
    const last = 'GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    for (let times = 0; times < 40; times++) {
      const socket = connect(port, '127.0.0.1');
      socket.write(last.repeat(3));
      await text(socket);
    }
    expect((await ask(port, '/metrics')).status).to.equal(200);
    await until(() => observer.inFlights.at(-1) === 0);
  });

  it('lose no slot to clients that disconnect in the queue', async () => {
    const observer = new Seen();
    const clock = new TestClock();
    const port = await open({ stores: storesOf(20_000), observer, clock });
    const slow = Array.from({ length: 30 }, () => unread(port));
    await until(() => observer.inFlights.at(-1) === 30);
    const waiting = Array.from({ length: 20 }, () => unread(port));
    await someTurns(clock);
    for (const socket of waiting) socket.destroy();
    await until(() => observer.requests.length === 20);
    for (const socket of slow) socket.destroy();
    await until(() => observer.inFlights.at(-1) === 0);
    expect(observer.rejections).to.equal(0);
    const again = Array.from({ length: 30 }, () => unread(port));
    await until(() => observer.inFlights.at(-1) === 30);
    for (const socket of again) socket.destroy();
    await until(() => observer.inFlights.at(-1) === 0);
  });

  it('are checked for leadership again after they have waited', async () => {
    const observer = new Seen();
    let leaderStatus = { serves: true, keepsConnections: true, ready: true, sentence: 'b leads.' };
    const port = await open({ stores: storesOf(20_000), observer, leadership: () => leaderStatus });
    const slow = Array.from({ length: 30 }, () => unread(port));
    await until(() => observer.inFlights.at(-1) === 30);
    const asked = ask(port, '/metrics');
    await someTurns(new TestClock());
    leaderStatus = { ...leaderStatus, serves: false };
    slow[0]?.destroy();
    expect((await asked).body.toString()).to.equal('b leads.\n');
    for (const socket of slow) socket.destroy();
    await until(() => observer.inFlights.at(-1) === 0);
  });
});
