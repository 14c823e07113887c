// openWorker starts a thread from the source that the bundle carries, or from a file beside it.
import { Worker } from 'node:worker_threads';

export interface WorkerOptions {
  /** The source that tools/build.ts inserted; undefined where the program is not bundled. */
  readonly bundled: string | undefined;
  /** The file of the source, as its importer names it, and the importer's `import.meta.url`. */
  readonly file: string;
  readonly from: string;
  readonly heapMbMax: number;
}

/** The thread does not keep the process alive. */
export function openWorker({ bundled, file, from, heapMbMax }: WorkerOptions): Worker {
  const options = { resourceLimits: { maxOldGenerationSizeMb: heapMbMax }, execArgv: [] };
  const worker =
    bundled === undefined
      ? new Worker(new URL(file, from), options)
      : new Worker(bundled, { ...options, eval: true });
  worker.unref();
  return worker;
}
