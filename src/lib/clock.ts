// Clock and Thread make time a parameter, so that tests need not wait.
import { monitorEventLoopDelay } from 'node:perf_hooks';
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
  /** Measures the turns of its event loop from now on. */
  measureTurns(): TurnMeter;
  /** Calls once, in the next turn of the event loop. */
  turn(call: () => void): void;
  /** Calls once, after `ms` or more, unless the returned function is called before. */
  after(ms: number, call: () => void): () => void;
}

/** Measures until it is closed. */
export interface TurnMeter {
  /**
   * The longest turn, by the clock and without its waits, of those that ended since the last call;
   * undefined where Node does not tell, and for the first of all.
   */
  longestMs(): number | undefined;
  close(): void;
}

const nsPerMs = 1e6;
/** An older Node would measure by a timer, which wakes the process. */
const turnsToldSince = 26;

/** Of the calling thread. */
function measureTurns(): TurnMeter {
  if (Number.parseInt(process.versions.node, 10) < turnsToldSince) {
    return { longestMs: () => undefined, close: () => undefined };
  }
  // An option that Node's types do not have yet.
  const turns = monitorEventLoopDelay({ samplePerIteration: true } as object);
  turns.enable();
  let begun = false;
  return {
    longestMs() {
      const told = begun;
      // The first turn may be told with the wait that follows it.
      begun ||= turns.count > 0;
      const longestMs = turns.count === 0 ? 0 : turns.max / nsPerMs;
      turns.reset();
      return told ? longestMs : undefined;
    },
    close: () => void turns.disable(),
  };
}

/** The calling thread; its timers do not keep the process alive. */
export const systemThread: Thread = {
  now: () => performance.now(),
  cpuMs() {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  },
  measureTurns,
  turn(call) {
    setImmediate(call);
  },
  after(ms, call) {
    const timer = setTimeout(call, ms).unref();
    return () => clearTimeout(timer);
  },
};
