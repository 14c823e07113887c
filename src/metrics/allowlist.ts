// The allow-lists of label and annotation keys, as users write them: pods=[app,tier],nodes=[*].
import { ConfigError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { everyKey, type KeyFilter } from './labels.ts';

/** Patterns of keys by the plural of the resource they are for. */
export type AllowList = ReadonlyMap<string, readonly string[]>;

const wildcard = '*';
const wildcardsMax = 1;

/**
 * Reads the text behind `flag`. What it gives the resource `*` goes to each of `plurals` and takes
 * the place of all else, as in KSM. Throws ConfigError on what it cannot read.
 */
export function parseAllowList(flag: string, text: string, plurals: readonly string[]): AllowList {
  const list = new Map<string, readonly string[]>();
  const item = /\s*([^=,[\]\s]+)\s*=\[([^=[\]]*)\]\s*(?:,(?=.)|$)/sy;
  while (item.lastIndex < text.length) {
    const rest = text.slice(item.lastIndex);
    const [, plural, patterns] = item.exec(text) ?? [];
    if (plural === undefined || patterns === undefined) throw malformed(flag, rest);
    if (plural !== wildcard) refuseUnknownResource(flag, plural, plurals);
    list.set(plural, patternsOf(flag, plural, patterns));
  }
  const forAll = list.get(wildcard);
  return forAll === undefined ? list : new Map(plurals.map((plural) => [plural, forAll]));
}

function patternsOf(flag: string, plural: string, text: string): string[] {
  if (text.trim() === '') return [];
  const patterns = text.split(',').map((pattern) => pattern.trim());
  for (const pattern of patterns) {
    if (pattern === '') throw malformed(flag, `${plural}=[${text}]`);
    if (pattern.split(wildcard).length - 1 > wildcardsMax) {
      throw new ConfigError(
        `${flag}: expected at most one * in a key, got "${pattern}" for ${plural}.`,
      );
    }
  }
  return patterns;
}

const malformed = (flag: string, rest: string): ConfigError =>
  new ConfigError(
    `${flag}: expected items such as pods=[app,tier] between commas, got ${JSON.stringify(rest)}.`,
  );

/** Throws ConfigError, with the nearest right word, if no resource has this plural. */
export function refuseUnknownResource(
  flag: string,
  plural: string,
  plurals: readonly string[],
): void {
  if (plurals.includes(plural)) return;
  const close = nearest(plural, plurals);
  const hint = close === undefined ? `known are ${plurals.join(', ')}.` : `did you mean ${close}?`;
  throw new ConfigError(`${flag}: expected the plural of a resource, got "${plural}"; ${hint}`);
}

/**
 * The filter for one resource's patterns: keys, or keys with one `*` for any text. A bare `*` shows
 * every key, though only as the first pattern, as in KSM. Without patterns there is no filter.
 */
export function keyFilter(patterns: readonly string[]): KeyFilter | undefined {
  if (patterns.length === 0) return undefined;
  if (patterns[0] === wildcard) return everyKey;
  const keys = new Set(patterns.filter((pattern) => !pattern.includes(wildcard)));
  const affixes = patterns
    .filter((pattern) => pattern.includes(wildcard) && pattern !== wildcard)
    .map((pattern) => pattern.split(wildcard) as [prefix: string, suffix: string]);
  if (affixes.length === 0) return { shows: (key) => keys.has(key) };
  return { shows: (key) => keys.has(key) || affixes.some((affix) => hasAffixes(key, affix)) };
}

const hasAffixes = (key: string, [prefix, suffix]: [string, string]): boolean =>
  key.length >= prefix.length + suffix.length && key.startsWith(prefix) && key.endsWith(suffix);
