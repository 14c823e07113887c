// compareAtCost makes every comparison of a password cost the same, so that time reveals nothing.

/**
 * Whether the hash is of this password, after the work of `cost` in any case. A hash of cost c
 * takes 2^c rounds; with one more of each cost from c to below `cost` there are 2^cost in all.
 */
export function compareAtCost(
  password: string,
  hash: string,
  cost: number,
  compare: (password: string, hash: string) => boolean,
): boolean {
  const same = compare(password, hash);
  for (let more = costOf(hash); more < cost; more++) compare(password, hashOfNothing(more));
  return same;
}

/** The cost that a bcrypt hash was made with; 0 where it is none. */
export const costOf = (hash: string): number => Number(/^\$2[aby]\$(\d\d)\$/.exec(hash)?.[1] ?? 0);

/** A hash of this cost that no password has: all of it is filling. */
const hashOfNothing = (cost: number): string =>
  `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`;
