// The worker of BcryptThread compares passwords with bcrypt hashes, one after the other.
import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';
import { compareAtCost } from './bcryptCost.ts';

/** A message to the worker. */
export interface Comparison {
  readonly id: number;
  readonly password: string;
  readonly hash: string;
  /** The work to do, as the cost of a hash; no less than the cost of `hash`. */
  readonly cost: number;
}

/** The worker's reply. */
export interface Compared {
  readonly id: number;
  readonly same: boolean;
}

parentPort?.on('message', ({ id, password, hash, cost }: Comparison) => {
  const same = compareAtCost(password, hash, cost, compareSync);
  parentPort?.postMessage({ id, same } satisfies Compared);
});
