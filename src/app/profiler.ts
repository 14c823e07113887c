// openProfiler takes CPU profiles and heap snapshots of this process, by V8's own tools.
import { Session } from 'node:inspector/promises';
import { getHeapSnapshot, getHeapStatistics } from 'node:v8';
import type { Profiler } from '../http/profiling.ts';
import type { Clock } from '../lib/clock.ts';
import type { ContainerMemory } from './containerMemory.ts';

/** The time between two samples: V8's own choice. A profile of a minute has some megabytes. */
const samplingUs = 1_000;
/**
 * A snapshot takes so many times what is in the heap: V8 makes nodes and edges of it, and all of
 * the JSON. Measured: 5 to 8 times with what this program holds; small objects alone take 17.
 */
const snapshotFactor = 12;

export interface ProfilerOptions {
  readonly clock: Pick<Clock, 'sleep'>;
  readonly container: ContainerMemory;
  /** Memory of the machine that is free, in bytes. */
  readonly freeBytes: () => number;
}

/** The session is with this thread, and opens no port. */
export const openProfiler = ({ clock, container, freeBytes }: ProfilerOptions): Profiler => ({
  async cpuProfile(ms, signal) {
    const session = new Session();
    session.connect();
    try {
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: samplingUs });
      await session.post('Profiler.start');
      await clock.sleep(ms, signal);
      if (signal.aborted) return undefined;
      const { profile } = await session.post('Profiler.stop');
      return JSON.stringify(profile);
    } finally {
      // Ends the profile, too.
      session.disconnect();
    }
  },
  snapshotRoom() {
    const use = container.read();
    const ofContainer = use === undefined ? Infinity : use.limitBytes - use.usedBytes;
    return {
      neededBytes: snapshotFactor * getHeapStatistics().used_heap_size,
      freeBytes: Math.min(ofContainer, freeBytes()),
    };
  },
  heapSnapshot: () => getHeapSnapshot(),
});
