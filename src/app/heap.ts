// HeapWatch warns that heap or container are nearly full, before the process ends without a line.
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { LogInterval } from '../lib/logThrottle.ts';
import type { ContainerMemory, ContainerUse } from './containerMemory.ts';

/** From this share of its limit on, the heap or the container is nearly full. */
const shareMax = 0.9;
/** Buffers can fill a container between two collections. */
const containerLookMs = { min: 50, max: 2_000 };
/** Bytes a millisecond by which memory may grow until the next look: a start has half of it. */
const growthMax = 50_000;
/** Least time between two warnings. */
const logMs = 60_000;
/** V8's own choice where nothing chooses the size of the young generation. */
const semiSpaceMibDefault = 32;
/** The young generation has so many spaces of that size. */
const semiSpaces = 3;
const mib = 2 ** 20;

/** The old generation: all objects that have lived for a while. */
export interface Heap {
  readonly usedBytes: number;
  /** V8 ends the process where it needs more than this. */
  readonly limitBytes: number;
}

export interface HeapSource {
  read(): Heap;
  /** Calls after each collection of the whole heap, until what is returned is called. */
  onCollected(call: () => void): () => void;
}

/** The heap of this process; `nodeArguments` is what Node was started with. */
export const systemHeap = (nodeArguments: string): HeapSource => ({
  read() {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    const youngBytes = getHeapSpaceStatistics()
      .filter(({ space_name: name }) => name.startsWith('new_'))
      .reduce((sum, space) => sum + space.space_used_size, 0);
    return { usedBytes: used - youngBytes, limitBytes: limit - youngBytesMax(nodeArguments) };
  },
  onCollected: (call) =>
    onCollection((whole) => {
      if (whole) call();
    }),
});

/** Calls after each collection, of the whole heap or not, until what is returned is called. */
export function onCollection(call: (whole: boolean) => void): () => void {
  const observer = new PerformanceObserver((list) => {
    const kinds = list.getEntries().map((entry) => (entry as { detail?: Collection }).detail);
    call(kinds.some((detail) => detail?.kind === fullCollection));
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}

interface Collection {
  readonly kind?: number;
}

/** perf_hooks' NODE_PERFORMANCE_GC_MAJOR. */
const fullCollection = 4;

/** V8 counts the young generation at its largest into the limit of the whole heap. */
export function youngBytesMax(nodeArguments: string): number {
  const given = [...nodeArguments.matchAll(/--max[-_]semi[-_]space[-_]size[= ](\d+)/g)];
  return semiSpaces * Number(given.at(-1)?.[1] ?? semiSpaceMibDefault) * mib;
}

/** Objects in memory. */
export interface ObjectCounts {
  readonly held: number;
  /** In lists that are not complete yet. */
  readonly listing: number;
}

export interface HeapWatchOptions {
  readonly heap: HeapSource;
  readonly container: ContainerMemory;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly log: Logger;
  readonly objects: () => ObjectCounts;
}

/**
 * Checks the heap after each collection of all of it, when what is used is not garbage, and the
 * container then and at intervals.
 */
export class HeapWatch {
  readonly #options: HeapWatchOptions;
  readonly #stop: () => void;
  readonly #closed = new AbortController();
  readonly #heapLine: LogInterval;
  readonly #containerLine: LogInterval;

  constructor(options: HeapWatchOptions) {
    this.#options = options;
    this.#heapLine = new LogInterval(options.clock, logMs);
    this.#containerLine = new LogInterval(options.clock, logMs);
    this.#stop = options.heap.onCollected(() => this.#look());
    // A process without a limit is not woken for it.
    if (options.container.read() !== undefined) void this.#lookAtContainer();
  }

  close(): void {
    this.#closed.abort();
    this.#stop();
  }

  async #lookAtContainer(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      const use = this.#checkContainer();
      await this.#options.clock.sleep(msToLook(use), signal);
    }
  }

  #look(): void {
    const heap = this.#options.heap.read();
    if (isNearlyFull(heap)) this.#heapLine.write(() => this.#warn(heap, heapSentence));
    this.#checkContainer();
  }

  #checkContainer(): ContainerUse | undefined {
    const use = this.#options.container.read();
    if (use !== undefined && isNearlyFull(use)) {
      this.#containerLine.write(() => this.#warn(use, containerSentence));
    }
    return use;
  }

  #warn({ usedBytes, limitBytes }: Heap | ContainerUse, sentence: (percent: number) => string) {
    const { log, objects } = this.#options;
    const percent = Math.round((100 * usedBytes) / limitBytes);
    log.warn({ usedBytes, limitBytes, ...objects() }, sentence(percent));
  }
}

/** The nearer the container is to be nearly full, the sooner it is looked at again. */
function msToLook(use: ContainerUse | undefined): number {
  const { min, max } = containerLookMs;
  if (use === undefined) return max;
  const ms = (shareMax * use.limitBytes - use.usedBytes) / growthMax;
  return ms < 0 ? max : Math.min(max, Math.max(min, ms));
}

const isNearlyFull = ({ usedBytes, limitBytes }: Heap | ContainerUse): boolean =>
  usedBytes >= shareMax * limitBytes;

const heapSentence = (percent: number): string =>
  `the heap is at ${percent} % of its limit, and the process ends when it is full: raise ` +
  "the container's memory limit or --max-old-space-size, or divide the cluster with " +
  '--total-shards';

const containerSentence = (percent: number): string =>
  `the container is at ${percent} % of its memory limit, and the kernel kills the process when ` +
  'it is full: raise the limit, or divide the cluster with --total-shards';
