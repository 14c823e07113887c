// Time as a parameter: what waits or measures is given a clock, and tests give one of their own.
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';

export interface Clock {
  /** Milliseconds, steady: they never go back, and do not jump when the machine's time is set. */
  now(): number;
  /** Milliseconds since 1970 as the machine has it; for what people and Prometheus read. */
  wall(): number;
  /** Resolves after `ms`, or as soon as `signal` aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Resolves after the event loop has done its other work. */
  turn(): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  },
  turn: () => nextTurn(),
};

/** The thread that we run on, as far as its own work can be watched from within. */
export interface Thread {
  /** As a clock's. */
  now(): number;
  /** CPU time that the thread has used, in milliseconds. */
  cpuMs(): number;
  /** Calls once, when the event loop has done its other work. */
  turn(call: () => void): void;
  /** Calls once, after `ms` or more, unless what is returned is called before. */
  after(ms: number, call: () => void): () => void;
}

/** The thread that asks; its calls keep no process alive. */
export const systemThread: Thread = {
  now: () => performance.now(),
  cpuMs() {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  },
  turn(call) {
    setImmediate(call);
  },
  after(ms, call) {
    const timer = setTimeout(call, ms).unref();
    return () => clearTimeout(timer);
  },
};
