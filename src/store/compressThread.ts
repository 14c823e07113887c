// CompressThread compresses the blocks of long lists on a thread, while ours reads the next ones.
import type { Worker } from 'node:worker_threads';
import type { Clock } from '../lib/clock.ts';
import { openWorker } from '../lib/worker.ts';
import type { Deflated, Texts } from './compressWorker.ts';
import { BlockText } from './segment.ts';
import type { Rewrite, SegmentWriter } from './segmentWriter.ts';

/** So many blocks are compressed on our thread first: to start another takes as long. */
const blocksBefore = 32;
/** The thread ends when nothing was compressed for this long. */
const idleMs = 5_000;
const heapMbMax = 32;

/** The worker's source in the bundle; tools/build.ts inserts it. */
declare const KUBESTATE_COMPRESS_WORKER: string | undefined;

export interface CompressThreadOptions {
  readonly writer: SegmentWriter;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly signal: AbortSignal;
  /** Told why the thread failed; from then on, our own does all. */
  onError(error: unknown): void;
  /** Starts the thread; tests give another one. */
  open?(): Thread;
}

/** What is used of a worker. */
export type Thread = Pick<Worker, 'on' | 'postMessage' | 'terminate'>;

/** Nothing depends on it: what the thread does not do is done here. */
export class CompressThread {
  readonly #options: CompressThreadOptions;
  #worker: Thread | undefined;
  #failed = false;
  /** What the thread was sent and has not answered, in that order. */
  #replies: PromiseWithResolvers<Deflated>[] = [];
  /** Memory for texts, which goes to the thread and comes back. */
  #free: ArrayBuffer[] = [];
  #blocks = 0;
  /** When it was last used; infinite while it is. */
  #usedMs = 0;

  constructor(options: CompressThreadOptions) {
    this.#options = options;
  }

  /** Counts one more new block, and tells whether the thread is to take it. */
  takesOne(): boolean {
    return !this.#failed && !this.#options.signal.aborted && ++this.#blocks > blocksBefore;
  }

  /** As `SegmentWriter.writeCold`, of a new block. */
  async writeCold(rewrite: Rewrite): Promise<BlockText> {
    try {
      return await this.#deflate(rewrite);
    } catch (error) {
      this.#fail(error);
      return this.#options.writer.writeCold(rewrite);
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#blocks = 0;
    this.#free = [];
    await worker?.terminate();
  }

  /** All that the thread has not answered fails with it, for one reason. */
  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#options.onError(error);
  }

  async #deflate(rewrite: Rewrite): Promise<BlockText> {
    const { writer } = this.#options;
    let texts = new ArrayBuffer(0);
    const hot = writer.write(rewrite, (size) => {
      texts = this.#room(size);
      return Buffer.from(texts);
    });
    const families = hot.segments
      .flatMap((segment, family) => (segment === undefined ? [] : [{ family, segment }]))
      .sort((a, b) => a.segment.start - b.segment.start);
    if (families.length === 0) return hot;
    const ends = families.map(({ segment }) => segment.end);
    const deflated = await this.#send({ bytes: texts, ends });
    this.#free.push(deflated.texts);
    const segments = [...hot.segments];
    const buffer = Buffer.from(deflated.bytes);
    let start = 0;
    for (const [i, { family, segment }] of families.entries()) {
      const end = deflated.ends[i] as number;
      segments[family] = segment.cooled({ buffer, start, end }, deflated.crcs[i]);
      start = end;
    }
    writer.counts.compressed += families.length;
    return new BlockText(segments);
  }

  async #send(texts: Texts): Promise<Deflated> {
    this.#usedMs = Number.POSITIVE_INFINITY;
    const reply = Promise.withResolvers<Deflated>();
    try {
      this.#worker ??= this.#start();
      this.#worker.postMessage(texts, [texts.bytes]);
      this.#replies.push(reply);
      return await reply.promise;
    } finally {
      if (this.#replies.length === 0) this.#usedMs = this.#options.clock.now();
    }
  }

  #room(bytes: number): ArrayBuffer {
    const free = this.#free.pop();
    return free !== undefined && free.byteLength >= bytes ? free : new ArrayBuffer(bytes);
  }

  #start(): Thread {
    const { open = openThread } = this.#options;
    const worker = open();
    worker.on('message', (deflated: Deflated) => this.#replies.shift()?.resolve(deflated));
    const end = (error: unknown): void => {
      // One that was ended because it was idle may say so when there is another.
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      for (const reply of this.#replies.splice(0)) reply.reject(error);
    };
    worker.on('error', end);
    worker.on('exit', () => end(new Error('the thread that compresses ended')));
    void this.#endWhenIdle();
    return worker;
  }

  /** The next long list starts another one. */
  async #endWhenIdle(): Promise<void> {
    const { clock, signal } = this.#options;
    while (!signal.aborted && clock.now() - this.#usedMs < idleMs) {
      await clock.sleep(idleMs, signal);
    }
    // It may be at work still; whoever aborts calls `close` after that.
    if (!signal.aborted) await this.close();
  }
}

const openThread = (): Thread =>
  openWorker({
    bundled:
      typeof KUBESTATE_COMPRESS_WORKER === 'undefined' ? undefined : KUBESTATE_COMPRESS_WORKER,
    file: './compressWorker.ts',
    from: import.meta.url,
    heapMbMax,
  });
