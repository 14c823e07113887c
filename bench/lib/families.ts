// Takes expositions apart by family, and compares them.
import { crc32 } from 'node:zlib';

/** A checksum of the series of each family, independent of their order. */
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

/** Limit of a family name. */
const nameBytesMax = 200;

/** The number of families that differ or that only one side has. */
export function countDiffering(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
): number {
  const names = new Set([...a.keys(), ...b.keys()]);
  return [...names].filter((name) => a.get(name) !== b.get(name)).length;
}

/** The text of one family, from its TYPE to the next comment; empty where it is missing. */
export function familyIn(text: Buffer, family: string): string {
  const start = text.indexOf(`# TYPE ${family} `);
  if (start < 0) return '';
  const end = text.indexOf('\n# ', start);
  return text.toString('latin1', start, end < 0 ? text.length : end);
}
