// ScanThread reads the text of families on a thread, a pack at a time, for the slow answers.
import type { Worker } from 'node:worker_threads';
import type { Clock } from '../lib/clock.ts';
import { openWorker } from '../lib/worker.ts';
import type { TextPack } from '../store/textPack.ts';
import type { FromWorker, ScanKind, ScanResult, ToWorker } from './scanWorker.ts';

/** Packs of a scan that are with the thread: it reads one while the next one is made. */
const packsMax = 2;
/** The thread ends when nothing was read for this long. */
const idleMs = 60_000;
const heapMbMax = 64;

/** The worker's source in the bundle; tools/build.ts inserts it. */
declare const KUBESTATE_SCAN_WORKER: string | undefined;

export interface ScanOptions {
  readonly scan: ScanKind;
  /** The text; each pack is made when the thread can take it. */
  readonly packs: Iterable<TextPack>;
  /** The length of all text, for progress. */
  readonly textBytes: number;
  /** Cancels the scan: the promise rejects, and the thread forgets it. */
  readonly signal: AbortSignal;
  /** Told the part that is read, from 0 to 1. */
  onProgress(done: number): void;
}

export interface ScanThreadOptions {
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  /** Starts the thread; tests give another one. */
  open?(): Thread;
}

/** What is used of a worker. */
export type Thread = Pick<Worker, 'on' | 'postMessage' | 'terminate'>;

/** A scan under way: what waits for the thread's next reply. */
interface Running {
  unread: number;
  reply: PromiseWithResolvers<void>;
  result: ScanResult | undefined;
  /** Why it fails; from then on no reply counts. */
  failure: unknown;
}

/** One thread for all scans, started by the first; it ends when idle, and with `close`. */
export class ScanThread {
  readonly #options: ScanThreadOptions;
  readonly #running = new Map<number, Running>();
  readonly #closing = new AbortController();
  #worker: Thread | undefined;
  #lastId = 0;
  #usedMs = 0;

  constructor(options: ScanThreadOptions) {
    this.#options = options;
  }

  /** Scans that are under way. */
  get running(): number {
    return this.#running.size;
  }

  /** Whether there is a thread. */
  get open(): boolean {
    return this.#worker !== undefined;
  }

  /** Sends all text through the thread; rejects where it fails, or the signal aborts. */
  async scan(options: ScanOptions): Promise<ScanResult> {
    options.signal.throwIfAborted();
    const worker = this.#started();
    const id = ++this.#lastId;
    const running: Running = {
      unread: 0,
      reply: replyPromise(),
      result: undefined,
      failure: undefined,
    };
    this.#running.set(id, running);
    const onAbort = (): void => fail(running, options.signal.reason);
    options.signal.addEventListener('abort', onAbort, { once: true });
    const post = (message: ToWorker, transfer: ArrayBuffer[] = []): void =>
      worker.postMessage(message, transfer);
    try {
      post({ id, do: 'begin', scan: options.scan });
      await this.#send(id, running, options, post);
      post({ id, do: 'end' });
      while (running.result === undefined) await nextReply(running);
      return running.result;
    } finally {
      options.signal.removeEventListener('abort', onAbort);
      this.#running.delete(id);
      this.#usedMs = this.#options.clock.now();
      if (running.result === undefined) post({ id, do: 'cancel' });
    }
  }

  /** Ends the thread; scans under way reject. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#end(new Error('the server stops'));
  }

  async #send(
    id: number,
    running: Running,
    { packs, textBytes, onProgress }: ScanOptions,
    post: (message: ToWorker, transfer: ArrayBuffer[]) => void,
  ): Promise<void> {
    let sent = 0;
    for (const pack of packs) {
      while (running.unread >= packsMax) await nextReply(running);
      running.unread++;
      post({ id, do: 'read', pack }, [pack.bytes]);
      // This one is being read.
      if (textBytes > 0) onProgress(Math.min(1, sent / textBytes));
      sent += pack.textBytes;
    }
    while (running.unread > 0) await nextReply(running);
  }

  #started(): Thread {
    this.#closing.signal.throwIfAborted();
    if (this.#worker !== undefined) return this.#worker;
    const { open = openThread } = this.#options;
    const worker = open();
    this.#worker = worker;
    worker.on('message', (message: FromWorker) => this.#onReply(message));
    const end = (error: unknown): void => {
      // One that was ended because it was idle may say so when there is another.
      if (this.#worker === worker) void this.#end(error);
    };
    worker.on('error', end);
    worker.on('exit', () => end(new Error('the thread that reads families ended')));
    void this.#endWhenIdle(worker);
    return worker;
  }

  #onReply(message: FromWorker): void {
    const running = this.#running.get(message.id);
    if (running === undefined || running.failure !== undefined) return;
    if ('failure' in message) {
      fail(running, new Error(message.failure));
      return;
    }
    const { reply } = running;
    running.reply = replyPromise();
    if ('read' in message) running.unread--;
    else running.result = message.result;
    reply.resolve();
  }

  async #end(reason: unknown): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    for (const running of this.#running.values()) fail(running, reason);
    await worker?.terminate();
  }

  /** The next scan starts another one. */
  async #endWhenIdle(worker: Thread): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#closing;
    const isIdle = (): boolean => this.#running.size === 0 && clock.now() - this.#usedMs >= idleMs;
    this.#usedMs = clock.now();
    do await clock.sleep(idleMs, signal);
    while (!signal.aborted && this.#worker === worker && !isIdle());
    if (!signal.aborted && this.#worker === worker) await this.#end(undefined);
  }
}

/** A rejection may come while nobody waits for a reply. */
function replyPromise(): PromiseWithResolvers<void> {
  const reply = Promise.withResolvers<void>();
  reply.promise.catch(() => undefined);
  return reply;
}

function fail(running: Running, reason: unknown): void {
  running.failure ??= reason;
  running.reply.reject(reason);
}

/** Waits for the thread's next reply; rejects where none will count. */
async function nextReply(running: Running): Promise<void> {
  if (running.failure !== undefined) throw running.failure;
  await running.reply.promise;
}

const openThread = (): Thread =>
  openWorker({
    bundled: typeof KUBESTATE_SCAN_WORKER === 'undefined' ? undefined : KUBESTATE_SCAN_WORKER,
    file: './scanWorker.ts',
    from: import.meta.url,
    heapMbMax,
  });
