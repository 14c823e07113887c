// Bcrypt off the main thread: a comparison takes as long as many scrapes.
import { Worker } from 'node:worker_threads';
import type { Compared, Comparison } from './bcryptWorker.ts';

/** Comparisons that wait for the thread; beyond this somebody is guessing passwords. */
const waitingMax = 32;
const heapMbMax = 32;

/** Source of the worker where all is one file; tools/build.ts puts it in. */
declare const KUBESTATE_BCRYPT_WORKER: string | undefined;

/** Too many comparisons wait already. */
export class BcryptBusyError extends Error {
  override readonly name = 'BcryptBusyError';
}

/** One thread, started by the first comparison; `close` ends it. */
export class BcryptThread {
  readonly #waiting = new Map<number, PromiseWithResolvers<boolean>>();
  #worker: Worker | undefined;
  #asked = 0;

  /** Whether the hash is of this password; rejects with BcryptBusyError where too many wait. */
  compare(password: string, hash: string): Promise<boolean> {
    if (this.#waiting.size >= waitingMax) {
      return Promise.reject(new BcryptBusyError(`${waitingMax} passwords wait to be compared`));
    }
    this.#worker ??= this.#start();
    const id = this.#asked++;
    const answer = Promise.withResolvers<boolean>();
    this.#waiting.set(id, answer);
    this.#worker.postMessage({ id, password, hash } satisfies Comparison);
    return answer.promise;
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = openWorker();
    worker.on('message', ({ id, same }: Compared) => {
      this.#waiting.get(id)?.resolve(same);
      this.#waiting.delete(id);
    });
    // The next comparison gets a new thread; those that waited for this one cannot be answered.
    worker.on('error', (error) => this.#end(error));
    worker.on('exit', () => this.#end(new Error('the thread that compares passwords ended')));
    // Nobody is to wait for a password when the process ends.
    worker.unref();
    return worker;
  }

  #end(error: unknown): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function openWorker(): Worker {
  const options = { resourceLimits: { maxOldGenerationSizeMb: heapMbMax }, execArgv: [] };
  return typeof KUBESTATE_BCRYPT_WORKER === 'undefined'
    ? new Worker(new URL('./bcryptWorker.ts', import.meta.url), options)
    : new Worker(KUBESTATE_BCRYPT_WORKER, { ...options, eval: true });
}
