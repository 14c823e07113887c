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

/** Takes one block at a time. Nothing depends on it: what the thread does not do is done here. */
export class CompressThread {
  readonly #options: CompressThreadOptions;
  #worker: Thread | undefined;
  #failed = false;
  #reply = Promise.withResolvers<Deflated>();
  /** Memory for texts, which goes to the thread and comes back. */
  #texts = new ArrayBuffer(0);
  #blocks = 0;
  /** When it was last used; infinite while it is. */
  #usedMs = 0;

  constructor(options: CompressThreadOptions) {
    this.#options = options;
  }

  /** As `SegmentWriter.writeCold`. */
  async writeCold(rewrite: Rewrite): Promise<BlockText> {
    const { writer, signal, onError } = this.#options;
    const isNew = rewrite.from.textBytes === 0;
    if (this.#failed || signal.aborted || !isNew || ++this.#blocks <= blocksBefore) {
      return writer.writeCold(rewrite);
    }
    try {
      return await this.#deflate(rewrite);
    } catch (error) {
      this.#failed = true;
      onError(error);
      return writer.writeCold(rewrite);
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#blocks = 0;
    await worker?.terminate();
  }

  async #deflate(rewrite: Rewrite): Promise<BlockText> {
    const { writer } = this.#options;
    const hot = writer.write(rewrite, (bytes) => this.#room(bytes));
    const families = hot.segments
      .flatMap((segment, family) => (segment === undefined ? [] : [{ family, segment }]))
      .sort((a, b) => a.segment.start - b.segment.start);
    if (families.length === 0) return hot;
    const ends = families.map(({ segment }) => segment.end);
    const deflated = await this.#send({ bytes: this.#texts, ends });
    this.#texts = deflated.texts;
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
    try {
      this.#reply = Promise.withResolvers();
      this.#worker ??= this.#start();
      this.#worker.postMessage(texts, [texts.bytes]);
      return await this.#reply.promise;
    } finally {
      this.#usedMs = this.#options.clock.now();
    }
  }

  #room(bytes: number): Buffer {
    if (this.#texts.byteLength < bytes) this.#texts = new ArrayBuffer(bytes);
    return Buffer.from(this.#texts);
  }

  #start(): Thread {
    const { open = openThread } = this.#options;
    const worker = open();
    worker.on('message', (deflated: Deflated) => this.#reply.resolve(deflated));
    const end = (error: unknown): void => {
      // One that was ended because it was idle may say so when there is another.
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#reply.reject(error);
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
