// Flusher does the work of all stores, one task at a time, and keeps staleness within a bound.
import type { Clock } from '../lib/clock.ts';
import { inSteps } from '../lib/inSteps.ts';
import { pauseAfter } from '../lib/pauseAfter.ts';
import type { Block, ByteCount } from './block.ts';
import { CompressThread } from './compressThread.ts';
import { Cooler } from './cooler.ts';
import { DeletedObjects } from './deletedObjects.ts';
import type { Readers } from './readers.ts';
import type { ResourceData } from './resourceData.ts';
import type { FlushWork } from './resourceStore.ts';
import type { SegmentWriter } from './segmentWriter.ts';
import type { DeletedGrace, StoreWork } from './types.ts';

/** A change is served after this time at the latest, as long as the machine can follow. */
const stalenessMsMax = 1_000;
/** Changes are gathered for this long at the least, so that one flush takes several in a block. */
const gatherMsMin = 100;
/** Kept of the bound, for a flush that takes longer than the last one. */
const reserveMs = 200;
/** With more pending text, `drained` waits: for blocks that are compressed, else for a flush. */
const pendingBytesMax = 8 * 1024 * 1024;
/**
 * Blocks that the thread has at once. With one it waits for a turn of ours after each, and then we
 * for it: 20,000 pods on a real API server were ready after 10.4 s, with four after 9.8 (means of
 * six starts each, in turn, with the same CPU); our thread ran for 84 % of the start, not for 70.
 */
const compressingMax = 4;

/** Objects of a relist that are committed in one turn of the event loop: some 5 ms. */
const stepsPerTurn = 1_000;
/** A flush runs for so long before the event loop turns, plus the block that it is at. */
const runMsMax = 5;

export interface FlusherOptions {
  /** All that there are at any time. */
  readonly resources: ReadonlySet<ResourceData>;
  /** Where the resources count the bytes of pending text. */
  readonly pendingBytes: ByteCount;
  readonly writer: SegmentWriter;
  readonly readers: Readers;
  /** The most hot text, in bytes. */
  readonly hotBytesMax: number;
  /** Compress long lists on a thread of their own. */
  readonly compressOnThread: boolean;
  readonly clock: Pick<Clock, 'now' | 'sleep' | 'turn'>;
  readonly deletedGrace?: DeletedGrace | undefined;
  /** Told of work that failed; it is tried again. */
  onError(error: unknown): void;
}

/** What a flush works with. */
export interface FlushTools {
  readonly writer: SegmentWriter;
  readonly cooler: Cooler;
  readonly readers: Readers;
  /** Called in the moment in which other text is served. */
  committed(): void;
  now(): number;
  /** Called between two pieces of work: a promise to wait for where the event loop must turn. */
  pause(): Promise<void> | undefined;
}

export class Flusher implements FlushWork {
  readonly stagedBytes: ByteCount = { bytes: 0 };
  readonly incoming = { objects: 0 };
  readonly #resources: ReadonlySet<ResourceData>;
  readonly #pendingBytes: ByteCount;
  readonly #clock: FlusherOptions['clock'];
  readonly #onError: FlusherOptions['onError'];
  readonly writer: SegmentWriter;
  readonly deleted: DeletedObjects | undefined;
  readonly #readers: Readers;
  readonly #cooler: Cooler;
  readonly #thread: CompressThread | undefined;
  readonly #closing = new AbortController();
  #queue: Promise<unknown> = Promise.resolve();
  /** Blocks that are being compressed: every other task waits for all of them. */
  readonly #compressing = new Map<Block, Promise<void>>();
  /** The flush that is in the queue and has not begun: it will serve all that is pending now. */
  #queuedFlush: Promise<void> | undefined;
  #flushScheduled = false;
  /** Flushes so far. */
  flushes = 0;
  /** How often other text was served than before. */
  commits = 0;
  #workMs = 0;
  /** Changes of resources that are gone. */
  #goneChanges = 0;
  #lastMs = 0;
  /** When the oldest change came that is pending, and the oldest of those being flushed. */
  #pendingSinceMs: number | undefined;
  #flushingSinceMs: number | undefined;

  constructor(options: FlusherOptions) {
    const { resources, pendingBytes, writer, readers, hotBytesMax, clock, onError } = options;
    const { deletedGrace } = options;
    this.writer = writer;
    this.deleted =
      deletedGrace &&
      new DeletedObjects({ ...deletedGrace, clock, writer, changed: () => this.changed() });
    this.#readers = readers;
    if (options.compressOnThread) {
      this.#thread = new CompressThread({ writer, clock, signal: this.#closing.signal, onError });
    }
    this.#cooler = new Cooler({
      limitBytes: hotBytesMax,
      writer,
      readers,
      clock,
      signal: this.#closing.signal,
      exclusively: (work) => this.#enqueue(async () => work()),
      onError,
    });
    this.#resources = resources;
    this.#pendingBytes = pendingBytes;
    this.#clock = clock;
    this.#onError = onError;
  }

  changed(): void {
    this.#pendingSinceMs ??= this.#clock.now();
    if (this.#flushScheduled || this.#closing.signal.aborted) return;
    this.#flushScheduled = true;
    void this.#scheduleFlush();
  }

  compress(block: Block): void {
    this.#queue = this.#queue.then(() => this.#beginCompressing(block));
  }

  async drained(): Promise<void> {
    const isFull = (): boolean => this.#pendingBytes.bytes > pendingBytesMax;
    while (isFull() && this.#compressing.size > 0) await this.#compressed();
    // Once is enough: what is pending then belongs to relists, which have bounds of their own.
    if (isFull()) await this.flush();
  }

  flush(): Promise<void> {
    this.#queuedFlush ??= this.#enqueue(() => {
      this.#queuedFlush = undefined;
      return this.#flushNow();
    });
    return this.#queuedFlush;
  }

  commit(changes: () => Iterable<void>): Promise<void> {
    return this.#enqueue(async () => {
      // Throws where the relist was aborted in the meantime: then nothing has changed.
      const pending = changes();
      this.#pendingSinceMs ??= this.#clock.now();
      await inSteps(pending, stepsPerTurn, this.#clock);
      await this.#flushNow();
    });
  }

  /** Frees the memory of a resource that is none of `resources` any more. */
  dispose(data: ResourceData): Promise<void> {
    this.#goneChanges += data.changes;
    return this.#enqueue(async () => data.dispose(this.#cooler, this.#readers));
  }

  /** Age of the oldest change that is not served, in milliseconds; 0 where all are. */
  get stalenessMs(): number {
    const since = this.#flushingSinceMs ?? this.#pendingSinceMs;
    return since === undefined ? 0 : this.#clock.now() - since;
  }

  get work(): Omit<StoreWork, 'promotion'> {
    return {
      segments: this.writer.counts.written,
      compressed: this.writer.counts.compressed,
      decompressed: this.writer.counts.decompressed,
      flushes: this.flushes,
      seconds: this.#workMs / 1000,
      incomingObjects: this.incoming.objects,
      pendingBytes: this.#pendingBytes.bytes + this.stagedBytes.bytes,
      changes: [...this.#resources].reduce((sum, { changes }) => sum + changes, this.#goneChanges),
      storedBytes: [...this.#resources].reduce((sum, { storedBytes }) => sum + storedBytes, 0),
      hotBytes: this.#cooler.bytes,
      hotBytesMax: this.#cooler.limitBytes,
    };
  }

  /** Resolves once the task under way has ended; no other one starts. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.deleted?.close();
    await this.#queue;
    await Promise.all(this.#compressing.values());
    await this.#thread?.close();
  }

  async #scheduleFlush(): Promise<void> {
    const wait = stalenessMsMax - reserveMs - this.#lastMs;
    await this.#clock.sleep(Math.max(wait, gatherMsMin), this.#closing.signal);
    this.#flushScheduled = false;
    if (!this.#closing.signal.aborted) await this.flush().catch(this.#onError);
  }

  async #flushNow(): Promise<void> {
    const started = this.#clock.now();
    this.#flushingSinceMs = this.#pendingSinceMs;
    this.#pendingSinceMs = undefined;
    try {
      const changed = [...this.#resources].filter((data) => data.hasPending);
      const tools = this.#tools();
      for (const data of changed) await data.flush(tools);
      if (changed.length > 0) this.flushes++;
    } catch (error) {
      this.#pendingSinceMs = this.#flushingSinceMs;
      this.changed();
      throw error;
    } finally {
      this.#flushingSinceMs = undefined;
    }
    this.#lastMs = this.#clock.now() - started;
    this.#workMs += this.#lastMs;
  }

  #tools(): FlushTools {
    return {
      writer: this.writer,
      cooler: this.#cooler,
      readers: this.#readers,
      committed: () => this.commits++,
      now: () => this.#clock.now(),
      pause: pauseAfter(runMsMax, this.#clock),
    };
  }

  /** Resolves once the thread has the block; where our own compresses it, once it has. */
  async #beginCompressing(block: Block): Promise<void> {
    // A block whose objects go is filled, and compressed, once more.
    while (this.#compressing.size >= compressingMax || this.#compressing.has(block)) {
      await this.#compressed();
    }
    if (!block.hasPending) return;
    const isNew = block.text.textBytes === 0;
    const thread = isNew && this.#thread?.takesOne() ? this.#thread : undefined;
    const compressed = this.#compressNow(block, thread ?? this.writer);
    const done = compressed.finally(() => this.#compressing.delete(block));
    this.#compressing.set(block, done);
    if (thread !== undefined) return;
    await done;
    await this.#clock.turn();
  }

  /** Never rejects. */
  async #compressNow(block: Block, by: CompressThread | SegmentWriter): Promise<void> {
    const { text: from, textIndex: lengths } = block;
    const changes = block.takePending();
    try {
      const rewrite = { from, lengths, changes, nowMs: this.#clock.now() };
      block.commit(changes, await by.writeCold(rewrite));
    } catch (error) {
      block.rollback(changes);
      this.#onError(error);
    }
  }

  /** Resolves once one of those blocks is compressed. */
  async #compressed(): Promise<void> {
    await Promise.race(this.#compressing.values());
  }

  /** Tasks run one at a time, in the order in which they were enqueued. */
  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(async () => {
      await Promise.all(this.#compressing.values());
      await work();
    });
    this.#queue = done.catch(() => undefined);
    return done;
  }
}
