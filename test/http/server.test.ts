// Listening: what happens to a port that cannot be had, to slow clients, and at the end.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import Koa from 'koa';
import nock from 'nock';
import { systemClock } from '../../src/lib/clock.ts';
import { StartError } from '../../src/lib/errors.ts';
import { TestClock } from '../support/clock.ts';
import { expectRefusal, rejectionOf } from '../support/refusal.ts';
import { until } from '../support/until.ts';
import { ask, keptLog, serve } from './harness.ts';

/** An app that answers every request with what `body` gives. */
const appOf = (body: () => unknown): Koa =>
  new Koa().use((ctx) => {
    ctx.body = body();
  });

const hello = (): Koa => appOf(() => 'hello');

const getRoot = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

/** How long a connection that is to end is kept for a request that may be on its way. */
const lingerMs = 250;

/** Sends one request by hand, so that the test decides what is read of the answer. */
const requestBy = (port: number, path = '/'): Socket => {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  return socket;
};

/** A port that closes takes some turns of the loop to see that nobody waits to be accepted. */
async function untilNobodyWaits(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await systemClock.turn();
}

async function* endless(state: { made: number; ended: boolean }): AsyncGenerator<Buffer> {
  const chunk = Buffer.alloc(64 * 1024);
  try {
    for (;;) {
      state.made += chunk.length;
      yield chunk;
    }
  } finally {
    state.ended = true;
  }
}

describe('listening', () => {
  it('says which flag to change when the port is taken', async () => {
    const first = await serve(hello());
    const error = await rejectionOf(serve(hello(), { port: first.port }));
    await first.close(0);
    const facts = {
      flag: '--port',
      expected: 'a free port',
      got: `port ${first.port} of 127.0.0.1, on which another program listens`,
      hint: 'end it, or name another port with --port',
    };
    expectRefusal(error, facts, StartError);
  });

  it('says which flag to change when the host is not of this machine', async () => {
    const flags = { host: '--telemetry-host', port: '--telemetry-port' };
    const error = await rejectionOf(serve(hello(), { host: '192.0.2.1', flags }));
    const facts = { flag: '--telemetry-host', expected: /^an address /, got: '192.0.2.1' };
    expectRefusal(error, { ...facts, hint: /--telemetry-host$/ }, StartError);
  });

  it('takes every address of IPv4 for the default host where there is no IPv6', async () => {
    const listening = await serve(hello(), {
      host: '::',
      createServer: (options, listener) => withoutIPv6(createServer(options, listener)),
    });
    expect(listening.host).to.equal('0.0.0.0');
    expect((await ask(listening.port, '/')).body.toString()).to.equal('hello');
    await listening.close(0);
  });
});

describe('draining connections', () => {
  before(() => nock.restore());
  after(() => nock.activate());

  it('closes idle ones soon, and busy ones after their response', async () => {
    const slow = new Readable({ read() {} });
    const app = new Koa().use((ctx) => {
      ctx.body = ctx.path === '/slow' ? slow : 'hello';
    });
    const clock = new TestClock();
    const listening = await serve(app, { clock });
    const idle = requestBy(listening.port);
    await once(idle, 'data');
    const fresh = connect(listening.port, '127.0.0.1');
    await once(fresh, 'connect');
    const busy = requestBy(listening.port, '/slow');
    slow.push('first');
    await once(busy, 'data');
    // Sent ahead: its answer comes behind that of the first.
    busy.write(getRoot);
    await ask(listening.port, '/');
    listening.drainConnections();
    clock.advance(lingerMs);
    await once(idle, 'end');
    let text = '';
    busy.on('data', (chunk: Buffer) => {
      text += chunk;
    });
    slow.push('last');
    slow.push(null);
    await until(() => text.endsWith('hello'));
    clock.advance(lingerMs);
    await once(busy, 'end');
    expect(text).to.match(/last.*HTTP\/1\.1 200 .*hello$/s);
    // One that was opened, but not used yet, has its answer.
    fresh.write(getRoot);
    expect(String((await once(fresh, 'data'))[0])).to.include('hello');
    fresh.destroy();
    // The port goes on: those who connect anew may come here again.
    expect((await ask(listening.port, '/')).body.toString()).to.equal('hello');
    await listening.close(0);
  });
});

describe('a client', () => {
  // What goes over the sockets is the matter here, and nock holds back headers that are not whole.
  before(() => nock.restore());
  after(() => nock.activate());

  it('that reads slowly gets no more than buffers hold, and delays no others', async () => {
    const state = { made: 0, ended: false };
    const app = new Koa().use((ctx) => {
      ctx.body = ctx.path === '/slow' ? Readable.from(endless(state)) : 'hello';
    });
    const listening = await serve(app);
    const slow = requestBy(listening.port, '/slow').pause();
    let made = -1;
    while (made !== state.made || made === 0) {
      made = state.made;
      for (let i = 0; i < 20; i++) expect((await ask(listening.port, '/')).status).to.equal(200);
    }
    expect(made).to.be.lessThan(16 * 1024 * 1024);
    expect(state.ended).to.equal(false);
    slow.destroy();
    await listening.close(60_000);
  });

  it('that disconnects ends its response, and is no error in the log', async () => {
    const state = { made: 0, ended: false };
    const { log, lines } = keptLog();
    const app = appOf(() => Readable.from(endless(state)));
    const listening = await serve(app, { log });
    const leaving = requestBy(listening.port);
    await once(leaving, 'data');
    leaving.destroy();
    await until(() => state.ended);
    await listening.close(60_000);
    // It is told of once for the socket, and once for the response if there is time for that.
    const said = new Set(lines.map(({ level, msg }) => `${level}: ${msg}`));
    expect([...said]).to.deep.equal(['debug: client disconnected']);
  });

  it('that reads for longer than the write time-out is cut off', async () => {
    const state = { made: 0, ended: false };
    const clock = new TestClock();
    const { log, lines } = keptLog();
    const app = appOf(() => Readable.from(endless(state)));
    const listening = await serve(app, { clock, log });
    const slow = requestBy(listening.port).pause();
    await until(() => state.made > 0);
    clock.advance(59_999);
    await ask(listening.port, '/x', { method: 'HEAD' });
    expect(state.ended).to.equal(false);
    clock.advance(1);
    await until(() => state.ended);
    await listening.close(60_000);
    expect(lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg)).to.deep.equal([
      'cut off a response: the client read too slowly',
    ]);
    slow.destroy();
  });

  it('that sends no headers in time gets 408, and is disconnected', async () => {
    const timeouts = { readMs: 50, headersMs: 20, writeMs: 0, idleMs: 60_000 };
    const listening = await serve(hello(), { timeouts });
    const silent = connect(listening.port, '127.0.0.1');
    silent.write('GET / HTTP/1.1\r\n');
    const [answer] = await once(silent, 'data');
    expect(String(answer)).to.match(/^HTTP\/1\.1 408 /);
    await listening.close(60_000);
  });

  for (const [what, head] of [
    ['a URL', `GET /${'x'.repeat(17_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['one header', `GET / HTTP/1.1\r\nHost: x\r\nCookie: ${'x'.repeat(17_000)}\r\n\r\n`],
    ['headers', `GET / HTTP/1.1\r\nHost: x\r\n${'A: xxxxxxxxxx\r\n'.repeat(1_300)}\r\n`],
  ] as const) {
    it(`that sends more than 16 KiB of ${what} gets an error, and is disconnected`, async () => {
      const listening = await serve(hello());
      const socket = connect(listening.port, '127.0.0.1');
      socket.end(head);
      const [answer] = await once(socket, 'data');
      expect(String(answer)).to.match(/^HTTP\/1\.1 431 /);
      await listening.close(60_000);
    });
  }

  for (const [what, header] of [
    ['of a known length', 'Content-Length: 1000000000'],
    ['of any length', 'Transfer-Encoding: chunked'],
  ] as const) {
    it(`that sends a body ${what} is answered and disconnected, its body unread`, async () => {
      const sockets: Socket[] = [];
      const listening = await serve(hello(), {
        createServer: (options, listener) =>
          createServer(options, listener).on('connection', (socket) => void sockets.push(socket)),
      });
      const sender = connect(listening.port, '127.0.0.1');
      sender.on('error', () => {});
      sender.write(`POST / HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`);
      const closed = new Promise((resolve) => sender.once('close', resolve));
      const answered = new Promise((resolve) => sender.once('data', resolve));
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
      const send = (): void => {
        if (sender.writable) sender.write(chunk, send);
      };
      send();
      expect(String(await answered)).to.match(/^HTTP\/1\.1 200 .*\r\nConnection: close\r\n/s);
      await closed;
      expect(sockets[0]?.bytesRead).to.be.below(1024 * 1024);
      await listening.close(60_000);
    });
  }

  it('gets 500 where the app throws, and the error is logged', async () => {
    const { log, lines } = keptLog();
    const app = new Koa().use(() => {
      throw new Error('broken');
    });
    const listening = await serve(app, { log });
    const answer = await ask(listening.port, '/');
    expect(answer.status).to.equal(500);
    expect(answer.body.toString()).not.to.include('broken');
    expect(lines.map(({ level, msg }) => [level, msg])).to.deep.equal([
      ['error', 'request failed'],
    ]);
    await listening.close(60_000);
  });
});

describe('closing', () => {
  // Its sockets connect only as they are written to.
  before(() => nock.restore());
  after(() => nock.activate());

  it('finishes the response in progress, accepts nothing new, and waits no longer', async () => {
    const gate = Promise.withResolvers<void>();
    let arrived = false;
    const app = new Koa().use(async (ctx) => {
      arrived = true;
      await gate.promise;
      ctx.body = 'finished';
    });
    const listening = await serve(app);
    const underWay = requestBy(listening.port);
    await until(() => arrived);
    const closed = listening.close(60_000);
    await untilNobodyWaits();
    const refused = await ask(listening.port, '/').catch((error) => error.code);
    expect(refused).to.equal('ECONNREFUSED');
    gate.resolve();
    const [answer] = await once(underWay, 'data');
    expect(String(answer)).to.match(/^HTTP\/1\.1 200 .*finished$/s);
    await closed;
  });

  it('cuts off responses after the grace period, and logs it', async () => {
    const state = { made: 0, ended: false };
    const clock = new TestClock();
    const { log, lines } = keptLog();
    const app = appOf(() => Readable.from(endless(state)));
    const listening = await serve(app, { clock, log });
    requestBy(listening.port).pause();
    await until(() => state.made > 0);
    const closed = listening.close(5_000);
    await untilNobodyWaits();
    clock.advance(4_999);
    expect(state.ended).to.equal(false);
    clock.advance(1);
    await closed;
    await until(() => state.ended);
    expect(lines.map(({ msg }) => msg)).to.include('cutting off responses that take too long');
  });

  it('closes idle kept-alive connections', async () => {
    const clock = new TestClock();
    const listening = await serve(hello(), { clock });
    const kept = requestBy(listening.port);
    await once(kept, 'data');
    const ended = once(kept, 'close');
    const closed = listening.close(60_000);
    await untilNobodyWaits();
    clock.advance(lingerMs);
    await closed;
    await ended;
  });

  it('closes connections without a request', async () => {
    const clock = new TestClock();
    const listening = await serve(hello(), { clock });
    const unused = connect(listening.port, '127.0.0.1').resume();
    await once(unused, 'connect');
    const ended = once(unused, 'close');
    const closed = listening.close(60_000);
    await untilNobodyWaits();
    clock.advance(lingerMs);
    await closed;
    await ended;
  });

  it('answers connections of the backlog, which were not accepted yet', async () => {
    const listening = await serve(hello());
    const waiting = Array.from({ length: 16 }, () => requestBy(listening.port));
    const answers = Promise.all(waiting.map((socket) => once(socket, 'data')));
    const closed = listening.close(60_000);
    for (const [answer] of await answers) expect(String(answer)).to.match(/hello$/);
    for (const socket of waiting) socket.destroy();
    await closed;
  });

  it('answers a request on its way on a kept-alive connection, and closes that then', async () => {
    const listening = await serve(hello());
    const kept = requestBy(listening.port);
    await once(kept, 'data');
    const ended = once(kept, 'close');
    const closed = listening.close(60_000);
    await untilNobodyWaits();
    kept.write(getRoot);
    const [answer] = await once(kept, 'data');
    expect(String(answer)).to.match(/^HTTP\/1\.1 200 .*Connection: close.*hello$/s);
    await closed;
    await ended;
  });

  it('answers one more request where a response promised keep-alive', async () => {
    const slow = new Readable({ read() {} });
    const app = new Koa().use((ctx) => {
      ctx.body = ctx.path === '/slow' ? slow : 'hello';
    });
    const listening = await serve(app);
    const kept = requestBy(listening.port, '/slow');
    slow.push('first');
    const [head] = await once(kept, 'data');
    expect(String(head)).to.include('Connection: keep-alive');
    const closed = listening.close(60_000);
    await untilNobodyWaits();
    slow.push(null);
    await once(kept, 'data');
    kept.write(getRoot);
    const [answer] = await once(kept, 'data');
    expect(String(answer)).to.match(/^HTTP\/1\.1 200 .*Connection: close.*hello$/s);
    await closed;
  });
});

/** As on a machine without IPv6: the first try to listen fails, as the kernel would have it. */
function withoutIPv6(server: Server): Server {
  const real = server.listen.bind(server) as (...args: unknown[]) => Server;
  server.listen = ((options: { host: string }, ...rest: unknown[]) => {
    if (options.host !== '::') return real(options, ...rest);
    const error = Object.assign(new Error('no IPv6'), { code: 'EAFNOSUPPORT' });
    queueMicrotask(() => server.emit('error', error));
    return server;
  }) as Server['listen'];
  return server;
}
