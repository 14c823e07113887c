// The watch over our own thread: what it takes for the longest run, and how long it remembers.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { EventLoopMonitor } from '../../src/app/eventLoop.ts';
import { systemThread, type Thread } from '../../src/lib/clock.ts';
import { until } from '../support/until.ts';

/** A thread whose time and work a test makes up. */
class TestThread implements Thread {
  #nowMs = 5_000;
  #cpuMs = 70;
  #idleMs = 900;
  #timer: { readonly dueMs: number; readonly call: () => void } | undefined;
  #ending: (() => void)[] = [];
  /** How often it was woken by a timer. */
  wakes = 0;

  now(): number {
    return this.#nowMs;
  }

  cpuMs(): number {
    return this.#cpuMs;
  }

  idleMs(): number {
    return this.#idleMs;
  }

  afterTurn(call: () => void): void {
    this.#ending.push(call);
  }

  after(ms: number, call: () => void): () => void {
    expect(this.#timer, 'a second timer').to.equal(undefined);
    this.#timer = { dueMs: this.#nowMs + ms, call };
    return () => {
      this.#timer = undefined;
    };
  }

  get watched(): boolean {
    return this.#timer !== undefined || this.#ending.length > 0;
  }

  /** A turn, which something else than a timer has woken. */
  turn(ms: number, cpuMs = ms): void {
    this.#nowMs += ms;
    this.#cpuMs += cpuMs;
    for (const call of this.#ending.splice(0)) call();
  }

  /** Waits, with a turn for each timer; `late` is how long after its time that comes. */
  idle(ms: number, late = 0): void {
    const endMs = this.#nowMs + ms;
    while (this.#timer !== undefined && this.#timer.dueMs + late <= endMs) {
      const { dueMs, call } = this.#timer;
      this.#wait(dueMs + late - this.#nowMs);
      this.#timer = undefined;
      this.wakes++;
      call();
      this.turn(0);
    }
    this.#wait(endMs - this.#nowMs);
  }

  #wait(ms: number): void {
    this.#nowMs += ms;
    this.#idleMs += ms;
  }
}

describe('the watch over the event loop', () => {
  let thread: TestThread;
  let watch: EventLoopMonitor;

  beforeEach(() => {
    thread = new TestThread();
    watch = new EventLoopMonitor(thread);
  });

  it('knows the longest turn, by its CPU time and by the clock', () => {
    thread.turn(20, 3);
    thread.turn(100, 80);
    thread.turn(20, 5);
    const longest = { runCpu: 0.08, delay: 0.1 };
    expect(watch.times).to.deep.equal({
      runCpu: { minute: longest.runCpu, start: longest.runCpu },
      delay: { minute: longest.delay, start: longest.delay },
    });
  });

  it('counts turns one by one, and no wait between them', () => {
    for (const ms of [5, 7, 5]) {
      thread.turn(ms);
      thread.idle(300);
    }
    const { runCpu, delay } = watch.times;
    expect([runCpu.start, delay.start]).to.deep.equal([0.007, 0.007]);
  });

  it('does not take a thread that was kept from running for one that ran', () => {
    thread.turn(500, 2);
    const { runCpu, delay } = watch.times;
    expect([runCpu.start, delay.start]).to.deep.equal([0.002, 0.5]);
  });

  it('knows that a thread did not run when it was to', () => {
    thread.idle(10_000, 250);
    const { runCpu, delay } = watch.times;
    expect([runCpu.start, delay.start]).to.deep.equal([0, 0.25]);
  });

  it('forgets the longest of the last minute a minute later, but not the longest ever', () => {
    thread.turn(100, 80);
    thread.idle(60_000);
    expect(watch.times.runCpu).to.deep.equal({ minute: 0.08, start: 0.08 });
    thread.idle(10_000);
    expect(watch.times).to.deep.equal({
      runCpu: { minute: 0, start: 0.08 },
      delay: { minute: 0, start: 0.1 },
    });
  });

  it('wakes an idle thread once a second', () => {
    thread.idle(10_000);
    expect(thread.wakes).to.equal(10);
  });

  it('ends when it is closed', () => {
    thread.turn(1);
    expect(thread.watched).to.equal(true);
    watch.close();
    thread.turn(500);
    expect(thread.watched).to.equal(false);
    expect(watch.times.runCpu.start).to.equal(0.001);
  });
});

describe('the thread that we run on', () => {
  /** Uses the processor for so long by the thread's own time. */
  const work = (ms: number): void => {
    const endMs = systemThread.cpuMs() + ms;
    while (systemThread.cpuMs() < endMs);
  };

  it('tells the CPU time that it has used', () => {
    const [thread, all] = [systemThread.cpuMs(), process.cpuUsage()];
    let sum = 0;
    for (let i = 0; i < 20_000_000; i++) sum += i;
    expect(sum).to.equal(199_999_990_000_000);
    const used = systemThread.cpuMs() - thread;
    const { user, system } = process.cpuUsage(all);
    expect(used)
      .to.be.above(0)
      .and.at.most((user + system) / 1000);
  });

  it('lets a watch see what a timer, an immediate or a socket has it do', async () => {
    const server = createServer((socket) => void socket.on('data', () => work(31)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client: Socket = connect((server.address() as { port: number }).port, '127.0.0.1');
    await once(client, 'connect');
    try {
      for (const act of [
        () => void setTimeout(() => work(31), 1),
        () => void setImmediate(() => work(31)),
        () => void client.write('x'),
      ]) {
        const watch = new EventLoopMonitor(systemThread);
        act();
        await until(() => watch.times.runCpu.start >= 0.03);
        // CPU time and the clock are two clocks: by the second it was 29.1 ms once.
        expect(watch.times.delay.start).to.be.at.least(0.025);
        watch.close();
      }
    } finally {
      client.destroy();
      server.close();
    }
  });

  it('is not woken by what is asked for at the end of a turn', async () => {
    let turns = 0;
    const look = (): void => {
      turns++;
      systemThread.afterTurn(look);
    };
    systemThread.afterTurn(look);
    await delay(200);
    // An immediate with a reference turns the loop some ten thousand times.
    expect(turns).to.be.within(1, 200);
  });

  it('calls once after a while, and not where that was taken back', async () => {
    const called: string[] = [];
    systemThread.after(0, () => called.push('taken back'))();
    await new Promise<void>((resolve) => {
      // What is asked for keeps no process alive, so that something else has to.
      const alive = setTimeout(() => undefined, 5_000);
      systemThread.after(2, () => {
        called.push('asked for');
        clearTimeout(alive);
        resolve();
      });
    });
    expect(called).to.deep.equal(['asked for']);
  });
});
