// The thread that compares passwords with bcrypt hashes, one after the other.
import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

/** A question to the thread. */
export interface Comparison {
  readonly id: number;
  readonly password: string;
  readonly hash: string;
}

/** Its answer. */
export interface Compared {
  readonly id: number;
  readonly same: boolean;
}

parentPort?.on('message', ({ id, password, hash }: Comparison) => {
  parentPort?.postMessage({ id, same: compareSync(password, hash) } satisfies Compared);
});
