// Clock and Thread make time a parameter, so that tests need not wait.
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';

export interface Clock {
  /** Monotonic milliseconds: they never go back, and do not jump when the machine's time is set. */
  now(): number;
  /** Milliseconds since 1970 by the machine's clock; for people and Prometheus. */
  wall(): number;
  /** Resolves after `ms`, or as soon as `signal` aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Resolves in the next turn of the event loop. */
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

/** The current thread, for measuring its own work. */
export interface Thread {
  /** As a clock's. */
  now(): number;
  /** CPU time of the thread in milliseconds. */
  cpuMs(): number;
  /** For how long the event loop has waited, in milliseconds. */
  idleMs(): number;
  /** Calls once, at the end of the turn of the event loop that comes next: it wakes nothing. */
  afterTurn(call: () => void): void;
  /** Calls once, after `ms` or more, unless the returned function is called before. */
  after(ms: number, call: () => void): () => void;
}

/** The calling thread; what is asked for does not keep the process alive. */
export const systemThread: Thread = {
  now: () => performance.now(),
  cpuMs() {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  },
  idleMs: () => performance.nodeTiming.idleTime,
  afterTurn(call) {
    // Without `unref` the loop would turn at once.
    setImmediate(call).unref();
  },
  after(ms, call) {
    const timer = setTimeout(call, ms).unref();
    return () => clearTimeout(timer);
  },
};
