// Seeded random numbers, names and UUIDs: the same seed makes the same cluster.
import { createHash } from 'node:crypto';

/** A pseudo-random generator of numbers from 0 to 1, 1 excluded. */
export function seededRandom(seed: number): () => number {
  // Mulberry32.
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A random integer from `min` to `max`, both included. */
export function between(random: () => number, min: number, max: number): number {
  return min + Math.floor(random() * (max - min + 1));
}

/** A random item of the list; `undefined` if it is empty. */
export function pick<T>(random: () => number, list: readonly T[]): T | undefined {
  return list[Math.floor(random() * list.length)];
}

/** The alphabet of generated names in Kubernetes: without vowels, so that no words appear. */
const nameLetters = 'bcdfghjklmnpqrstvwxz2456789';

/** The random suffix of a generated name, as in `web-6d4cf56db6-x7x2k`. */
export function nameSuffix(random: () => number, length = 5): string {
  return Array.from({ length }, () => pick(random, [...nameLetters])).join('');
}

export function hex(random: () => number, length: number): string {
  return Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
}

/** A random UUID (version 4). */
export function uuid(random: () => number): string {
  const variant = '89ab'[Math.floor(random() * 4)];
  const rest = `4${hex(random, 3)}-${variant}${hex(random, 3)}`;
  return `${hex(random, 8)}-${hex(random, 4)}-${rest}-${hex(random, 12)}`;
}

/** A short hash of a text, in the alphabet of generated names. */
export function hashName(text: string): string {
  const digest = createHash('sha256').update(text).digest().subarray(0, 10);
  return Array.from(digest, (byte) => nameLetters[byte % nameLetters.length]).join('');
}

/** A digest of an image, derived from its name. */
export const imageDigest = (image: string): string =>
  `sha256:${createHash('sha256').update(image).digest('hex')}`;
