// Chance from a seed: the same seed makes the same cluster.
import { createHash } from 'node:crypto';

/** Numbers from 0 to 1, 1 excluded, that look random and are the same for the same seed. */
export function seededRandom(seed: number): () => number {
  // Mulberry32: small, and good enough for names and choices.
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `min` to `max`, both included. */
export function between(random: () => number, min: number, max: number): number {
  return min + Math.floor(random() * (max - min + 1));
}

/** One of the list; undefined of an empty one. */
export function pick<T>(random: () => number, list: readonly T[]): T | undefined {
  return list[Math.floor(random() * list.length)];
}

/** The letters that Kubernetes makes names of: without vowels, no word can come out. */
const nameLetters = 'bcdfghjklmnpqrstvwxz2456789';

/** The random end of a generated name, as in `web-6d4cf56db6-x7x2k`. */
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

/** A short name for a text, the same for the same text, in the letters of names. */
export function hashName(text: string): string {
  const digest = createHash('sha256').update(text).digest().subarray(0, 10);
  return Array.from(digest, (byte) => nameLetters[byte % nameLetters.length]).join('');
}

/** The digest of an image, made of its name: the same image has the same everywhere. */
export const imageDigest = (image: string): string =>
  `sha256:${createHash('sha256').update(image).digest('hex')}`;
