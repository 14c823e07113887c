// BcryptThread runs bcrypt off the main thread, because a comparison takes as long as many scrapes.
import type { Worker } from 'node:worker_threads';
import { openWorker } from '../../lib/worker.ts';
import type { Compared, Comparison } from './bcryptWorker.ts';

/** Comparisons in the thread's queue; beyond this somebody is guessing passwords. */
const queueMax = 32;
const heapMbMax = 32;

/** The worker's source in the bundle; tools/build.ts inserts it. */
declare const KUBESTATE_BCRYPT_WORKER: string | undefined;

/** The queue is full. */
export class BcryptBusyError extends Error {
  override readonly name = 'BcryptBusyError';
}

/** One thread, started by the first comparison; `close` ends it. */
export class BcryptThread {
  readonly #queue = new Map<number, PromiseWithResolvers<boolean>>();
  #worker: Worker | undefined;
  #lastId = 0;

  /**
   * Whether the hash is of this password, after the work of a hash of `cost`; rejects with
   * BcryptBusyError where the queue is full.
   */
  compare(password: string, hash: string, cost = 0): Promise<boolean> {
    if (this.#queue.size >= queueMax) {
      return Promise.reject(new BcryptBusyError(`${queueMax} are in the queue`));
    }
    this.#worker ??= this.#start();
    const id = this.#lastId++;
    const result = Promise.withResolvers<boolean>();
    this.#queue.set(id, result);
    this.#worker.postMessage({ id, password, hash, cost } satisfies Comparison);
    return result.promise;
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = openWorker({
      bundled: typeof KUBESTATE_BCRYPT_WORKER === 'undefined' ? undefined : KUBESTATE_BCRYPT_WORKER,
      file: './bcryptWorker.ts',
      from: import.meta.url,
      heapMbMax,
    });
    worker.on('message', ({ id, same }: Compared) => {
      this.#queue.get(id)?.resolve(same);
      this.#queue.delete(id);
    });
    // The next comparison starts a new thread; queued ones are lost.
    worker.on('error', (error) => this.#end(error));
    worker.on('exit', () => this.#end(new Error('the thread that compares passwords ended')));
    return worker;
  }

  #end(error: unknown): void {
    this.#worker = undefined;
    for (const { reject } of this.#queue.values()) reject(error);
    this.#queue.clear();
  }
}
