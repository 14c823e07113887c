// Watches are read at ticks: when sockets are read, what comes together, and what ends.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { WatchBody } from '../../src/kube/watchBody.ts';
import { WatchTicks } from '../../src/kube/watchTicks.ts';
import { TestClock } from '../support/clock.ts';

const chunkBytes = 64 * 1024;

/** A socket of which each turn of the event loop brings one chunk, unless its reading is paused. */
class FakeSocket {
  readonly body: WatchBody;
  readonly #kernel: Buffer[] = [];
  #paused = false;
  /** What the reader got, a list of chunks for each read. */
  readonly windows: string[][] = [];
  ended: string | undefined;

  constructor(ticks: WatchTicks, events = (_window: readonly Buffer[]): number => 0) {
    this.body = new WatchBody({
      pause: () => {
        this.#paused = true;
      },
      resume: () => {
        this.#paused = false;
      },
      abort: () => undefined,
    });
    this.body.readAt(ticks);
    void this.#read(events);
  }

  send(...texts: string[]): void {
    this.#kernel.push(...texts.map((text) => Buffer.from(text)));
  }

  get unread(): number {
    return this.#kernel.length;
  }

  /** A turn of the event loop. */
  poll(): void {
    const chunk = this.#paused ? undefined : this.#kernel.shift();
    if (chunk !== undefined) this.body.push(chunk);
  }

  async #read(events: (window: readonly Buffer[]) => number): Promise<void> {
    try {
      for (;;) {
        const window = await this.body.read();
        if (window === undefined) break;
        this.windows.push(window.map(String));
        this.body.events = events(window);
      }
      this.ended = 'end';
    } catch (error) {
      this.ended = String(error);
    }
  }
}

describe('ticks', () => {
  let clock: TestClock;
  let sockets: FakeSocket[];
  let ticks: WatchTicks;
  let flushes: number[];

  beforeEach(() => {
    clock = new TestClock();
    sockets = [];
    ticks = new WatchTicks(clock);
    flushes = [];
    ticks.onDrained(async () => void flushes.push(clock.now()));
  });

  function open(events?: (window: readonly Buffer[]) => number): FakeSocket {
    const socket = new FakeSocket(ticks, events);
    sockets.push(socket);
    return socket;
  }

  /** So many turns of the event loop. */
  const turns = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      for (const socket of sockets) socket.poll();
      await nextTurn();
    }
  };

  async function pass(ms: number): Promise<void> {
    clock.advance(ms);
    await turns(8);
  }

  /** Reads a first event, so that the next tick comes after half a second. */
  async function ticked(socket: FakeSocket): Promise<void> {
    socket.send('first');
    await turns(1);
    await pass(100);
    socket.windows.length = 0;
    flushes.length = 0;
  }

  it('set no timer while nothing waits, with a watch open or none', async () => {
    open();
    await turns(3);
    expect(clock.pending).to.deep.equal([]);
    expect(ticks.stalenessMs()).to.equal(0);
  });

  it('take the first bytes after a pause together with what comes in 100 ms', async () => {
    const socket = open();
    socket.send('a', 'b');
    await turns(3);
    expect([socket.unread, socket.windows]).to.deep.equal([1, []]);
    await pass(99);
    expect(socket.windows).to.deep.equal([]);
    await pass(1);
    expect(socket.windows).to.deep.equal([['a', 'b']]);
  });

  it('come half a second apart, read all watches, and flush once', async () => {
    const [one, other] = [open(), open()];
    await ticked(one);
    for (let i = 0; i < 4; i++) {
      one.send(`${i}`);
      other.send(`${i}`);
      await turns(1);
      await pass(100);
    }
    // The last tick brought something to one of them: that is not read until the next.
    expect([one.unread, other.unread]).to.deep.equal([4, 3]);
    await pass(99);
    expect([one.windows, other.windows, flushes]).to.deep.equal([[], [], []]);
    expect(ticks.stalenessMs()).to.equal(499);
    await pass(1);
    expect(one.windows).to.deep.equal([['0', '1', '2', '3']]);
    expect(other.windows).to.deep.equal([['0', '1', '2', '3']]);
    expect(flushes).to.have.length(1);
    expect(ticks.stalenessMs()).to.equal(0);
    expect(clock.pending).to.deep.equal([500]);
    await pass(500);
    expect([ticks.stalenessMs(), clock.pending]).to.deep.equal([0, []]);
    expect(flushes).to.have.length(1);
  });

  it('take into a tick what a watch that was silent gets meanwhile', async () => {
    const [one, silent] = [open(), open()];
    await ticked(one);
    one.send('a');
    await turns(2);
    clock.advance(500);
    silent.send('b');
    await turns(8);
    expect([one.windows, silent.windows]).to.deep.equal([[['a']], [['b']]]);
    silent.send('c');
    await turns(2);
    await pass(500);
    expect(silent.windows).to.deep.equal([['b'], ['c']]);
  });

  it('go on at once with a backlog, however small the pieces are that it is read in', async () => {
    const socket = open();
    await ticked(socket);
    const chunks = 3_000;
    socket.send(...Array.from({ length: chunks }, () => 'x'.repeat(16 * 1024)));
    await turns(2);
    clock.advance(500);
    await turns(chunks + 200);
    expect(socket.unread).to.equal(0);
    expect(socket.windows.flat()).to.have.length(chunks);
    // Bounded windows: 256 turns of 16 KB each.
    expect(Math.max(...socket.windows.map(({ length }) => length))).to.be.at.most(257);
    await pass(500);
    await pass(250);
    expect(clock.pending).to.deep.equal([]);
  });

  it('end at a number of bytes, and say meanwhile how old the rest is', async () => {
    for (let i = 0; i < 8; i++) open();
    await ticked(sockets[0] as FakeSocket);
    for (const socket of sockets) {
      socket.send(...Array.from({ length: 40 }, () => 'x'.repeat(chunkBytes)));
    }
    await turns(2);
    clock.advance(500);
    await turns(18);
    const read = (): number => sockets.reduce((sum, { windows }) => sum + windows.flat().length, 0);
    expect(read() * chunkBytes).to.be.within(8 * 1024 * 1024, 10 * 1024 * 1024);
    expect(ticks.stalenessMs()).to.equal(500);
    await turns(60);
    expect(read()).to.equal(320);
    // The last of it may have filled the kernel's buffers: it is looked again.
    expect(clock.pending).to.deep.equal([10]);
  });

  it('look again at a watch that had more than the buffers of the kernel may take', async () => {
    const socket = open();
    await ticked(socket);
    const bufferful = (): void => {
      socket.send(...Array.from({ length: 4 }, () => 'x'.repeat(chunkBytes)));
    };
    bufferful();
    await turns(2);
    clock.advance(500);
    await turns(12);
    expect(socket.windows.flat()).to.have.length(4);
    // The server sends the next part once there is room: too late for the tick.
    bufferful();
    await turns(4);
    await pass(10);
    expect(socket.windows.flat()).to.have.length(8);
    expect(ticks.stalenessMs()).to.equal(510);
    await pass(10);
    expect(ticks.stalenessMs()).to.equal(520);
    await pass(230);
    expect([ticks.stalenessMs(), clock.pending]).to.deep.equal([0, []]);
  });

  it('come sooner where one brings more events than a server lets wait', async () => {
    const socket = open((window) => 100 * window.length);
    await ticked(socket);
    socket.send(...Array.from({ length: 20 }, () => 'x'));
    await turns(2);
    await pass(500);
    await turns(20);
    socket.send('y');
    await turns(2);
    // 2,000 events in half a second: 200 take 50 ms.
    expect(Math.min(...clock.pending)).to.be.within(49, 50);
    await pass(50);
    expect(socket.windows.at(-1)).to.deep.equal(['y']);
  });

  it('flush one at a time, at a distance, and never forget one', async () => {
    const endings: (() => void)[] = [];
    ticks.onDrained(() => new Promise((resolve) => endings.push(() => resolve())));
    const socket = open(() => 2_000);
    await ticked(socket);
    for (let i = 0; i < 10; i++) {
      socket.send('x');
      await pass(100);
    }
    expect(endings).to.have.length(1);
    expect(socket.windows.flat().length).to.be.at.least(9);
    expect(ticks.stalenessMs()).to.be.at.least(900);
    endings[0]?.();
    await turns(8);
    expect(endings).to.have.length(2);
    endings[1]?.();
    await turns(8);
    await pass(500);
    endings[2]?.();
    await turns(8);
    expect(ticks.stalenessMs()).to.equal(0);
    expect(clock.pending).to.deep.equal([]);
  });

  it('wait for no reader that is at work, and read for it again once it is done', async () => {
    const socket = open();
    const slow = new WatchBody({ pause() {}, resume() {}, abort() {} });
    slow.readAt(ticks);
    slow.push(Buffer.from('nobody reads'));
    await ticked(socket);
    socket.send('a');
    await turns(2);
    await pass(500);
    expect(socket.windows).to.deep.equal([['a']]);
    const reading = slow.read();
    await pass(500);
    expect((await reading)?.map(String)).to.deep.equal(['nobody reads']);
    slow.abort(new Error('over'));
  });

  for (const [how, end, told] of [
    ['ends', (body: WatchBody) => body.end(), [['a'], 'end']],
    ['breaks', (body: WatchBody) => body.fail(new Error('reset')), [['a'], 'Error: reset']],
    ['is aborted', (body: WatchBody) => body.abort(new Error('stop')), [undefined, 'Error: stop']],
  ] as const) {
    it(`leave nothing behind of a watch that ${how} while its bytes wait`, async () => {
      const socket = open();
      socket.send('a');
      await turns(2);
      end(socket.body);
      await turns(6);
      expect([socket.windows[0], socket.ended]).to.deep.equal(told);
      await pass(250);
      expect(clock.pending).to.deep.equal([]);
      expect(ticks.stalenessMs()).to.equal(0);
    });
  }

  it('leave nothing behind once nobody wants to flush any more', async () => {
    const flushing = new WatchTicks(clock);
    const end = flushing.onDrained(() => Promise.resolve());
    const socket = new FakeSocket(flushing);
    sockets.push(socket);
    socket.send('a');
    await turns(2);
    socket.body.abort(new Error('stop'));
    await turns(2);
    end();
    await turns(2);
    expect(clock.pending).to.deep.equal([]);
    expect(flushing.stalenessMs()).to.equal(0);
  });
});
