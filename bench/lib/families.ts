// Which families of an exposition differ from those of another.
import { crc32 } from 'node:zlib';

/** For each family a number made of its series, whatever their order. */
export function familySums(text: Buffer): Map<string, number> {
  const sums = new Map<string, number>();
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    const line = text.subarray(at, end);
    at = end + 1;
    const [, name] = /^(\w+)[{ ]/.exec(line.toString('latin1', 0, nameBytesMax)) ?? [];
    if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + crc32(line));
  }
  return sums;
}

/** Longer than any name of a family. */
const nameBytesMax = 200;

/** How many families there are in one only, or differ. */
export function countDiffering(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
): number {
  const names = new Set([...a.keys(), ...b.keys()]);
  return [...names].filter((name) => a.get(name) !== b.get(name)).length;
}
