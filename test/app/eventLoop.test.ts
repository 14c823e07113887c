// The watch over our own thread: what it takes for the longest run, and how long it remembers.
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { EventLoopMonitor } from '../../src/app/eventLoop.ts';
import { systemThread, type Thread, type TurnMeter } from '../../src/lib/clock.ts';
import { LoopClock } from '../kube/harness.ts';

/** A thread whose time and work a test makes up. */
class TestThread implements Thread {
  #nowMs = 5_000;
  #cpuMs = 70;
  #timer: { readonly dueMs: number; readonly call: () => void } | undefined;
  #turning: (() => void)[] = [];
  #longestMs = 0;
  /** How often it was woken by a timer. */
  wakes = 0;
  measured = true;
  readonly #tellsTurns: boolean;

  constructor({ tellsTurns = false } = {}) {
    this.#tellsTurns = tellsTurns;
  }

  now(): number {
    return this.#nowMs;
  }

  cpuMs(): number {
    return this.#cpuMs;
  }

  measureTurns(): TurnMeter {
    return {
      longestMs: () => {
        const longestMs = this.#longestMs;
        this.#longestMs = 0;
        return this.#tellsTurns ? longestMs : undefined;
      },
      close: () => {
        this.measured = false;
      },
    };
  }

  turn(call: () => void): void {
    this.#turning.push(call);
  }

  after(ms: number, call: () => void): () => void {
    expect(this.#timer, 'a second timer').to.equal(undefined);
    this.#timer = { dueMs: this.#nowMs + ms, call };
    return () => {
      this.#timer = undefined;
    };
  }

  get watched(): boolean {
    return this.#timer !== undefined;
  }

  /** A run, then a turn of the loop. */
  run(ms: number, cpuMs = ms): void {
    this.#nowMs += ms;
    this.#cpuMs += cpuMs;
    const turning = this.#turning;
    this.#turning = [];
    for (const call of turning) call();
    if (cpuMs > 0) this.#longestMs = Math.max(this.#longestMs, ms);
    const timer = this.#timer;
    if (timer === undefined || timer.dueMs > this.#nowMs) return;
    this.#timer = undefined;
    this.wakes++;
    timer.call();
  }

  idle(ms: number): void {
    for (let i = 0; i < ms; i++) this.run(1, 0);
  }
}

describe('the watch over the event loop', () => {
  it('knows the longest run by its CPU time, and how late it made others', () => {
    const thread = new TestThread();
    const watch = new EventLoopMonitor(thread);
    thread.run(20, 3);
    thread.run(100, 80);
    thread.run(20, 5);
    expect(watch.times).to.deep.equal({
      runCpu: { minute: 0.08, start: 0.08 },
      delay: { minute: 0.08, start: 0.08 },
    });
  });

  it('does not take a thread that was kept from running for one that ran', () => {
    const thread = new TestThread();
    const watch = new EventLoopMonitor(thread);
    thread.run(520, 2);
    const { runCpu, delay } = watch.times;
    expect([runCpu.start, delay.start]).to.deep.equal([0.002, 0.5]);
  });

  it('knows runs one by one where they ask for turns', () => {
    const thread = new TestThread();
    const watch = new EventLoopMonitor(thread);
    const clock = watch.watched(new LoopClock());
    for (let i = 0; i < 500; i++) {
      void clock.turn();
      void clock.turn();
      thread.run(i === 250 ? 13 : 6, 5);
    }
    expect(watch.times.runCpu.start).to.equal(0.005);
    expect(watch.times.delay.start).to.equal(0.013);
  });

  it('knows the run behind a turn by itself as well', async () => {
    const thread = new TestThread();
    const watch = new EventLoopMonitor(thread);
    const loop = new LoopClock();
    void watch.watched(loop).turn();
    thread.run(3);
    await loop.goOn();
    thread.run(7);
    thread.run(5);
    expect(watch.times.runCpu.start).to.equal(0.007);
  });

  it('takes work that asks for no turn for one run, as far as two looks are apart', () => {
    const thread = new TestThread();
    const watch = new EventLoopMonitor(thread);
    for (let i = 0; i < 500; i++) thread.run(5);
    expect(watch.times.runCpu.start).to.equal(0.02);
    expect(watch.times.delay.start).to.equal(0);
  });

  it('knows the longest turn of such work where Node tells it', () => {
    const thread = new TestThread({ tellsTurns: true });
    const watch = new EventLoopMonitor(thread);
    thread.idle(1_000);
    for (const ms of [5, 7, 5]) thread.run(ms);
    thread.idle(2_000);
    expect(watch.times.runCpu.start).to.equal(0.007);
    expect(watch.times.delay.start).to.equal(0.007);
    // By the clock it was longer: other processes had the processor meanwhile.
    thread.run(40, 9);
    thread.idle(2_000);
    expect(watch.times.runCpu.start).to.equal(0.009);
    expect(watch.times.delay.start).to.equal(0.04);
  });

  it('takes a turn into account that a look interrupts', () => {
    const thread = new TestThread({ tellsTurns: true });
    const watch = new EventLoopMonitor(thread);
    const clock = watch.watched(new LoopClock());
    thread.idle(500);
    // The look comes in the turn that it looks at: how long that was is told at the next.
    void clock.turn();
    thread.run(30);
    expect(watch.times.runCpu.start).to.equal(0);
    thread.idle(2_000);
    expect(watch.times.runCpu.start).to.equal(0.03);
  });

  it('forgets the longest of the last minute a minute later, but not the longest ever', () => {
    const thread = new TestThread();
    const watch = new EventLoopMonitor(thread);
    thread.run(100);
    thread.idle(60_000);
    expect(watch.times.runCpu).to.deep.equal({ minute: 0.1, start: 0.1 });
    thread.idle(10_000);
    expect(watch.times).to.deep.equal({
      runCpu: { minute: 0, start: 0.1 },
      delay: { minute: 0, start: 0.08 },
    });
  });

  it('wakes a thread rarely that has little to do, though it asks for turns', () => {
    const thread = new TestThread();
    const watch = new EventLoopMonitor(thread);
    thread.idle(1_000);
    thread.wakes = 0;
    thread.idle(1_000);
    expect(thread.wakes).to.equal(1);
    const clock = watch.watched(new LoopClock());
    for (let i = 0; i < 100; i++) {
      void clock.turn();
      thread.run(1);
      thread.idle(49);
    }
    expect(thread.wakes).to.equal(1 + 5);
    expect(watch.times.runCpu.start).to.equal(0.001);
  });

  it('ends when it is closed', () => {
    const thread = new TestThread();
    const watch = new EventLoopMonitor(thread);
    thread.idle(500);
    expect(thread.watched).to.equal(true);
    const clock = watch.watched(new LoopClock());
    void clock.turn();
    watch.close();
    thread.idle(500);
    void clock.turn();
    thread.idle(500);
    expect([thread.watched, thread.measured]).to.deep.equal([false, false]);
  });
});

describe('the thread that we run on', () => {
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

  it('tells the longest turn, without its waits', async () => {
    const turns = systemThread.measureTurns();
    for (let i = 0; i < 3; i++) {
      turns.longestMs();
      await delay(1);
    }
    const endMs = performance.now() + 30;
    while (performance.now() < endMs);
    await delay(500);
    expect(turns.longestMs()).to.be.within(29, 450);
    turns.close();
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
