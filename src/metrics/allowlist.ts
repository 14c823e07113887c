// The allow-lists of label and annotation keys, as users write them: pods=[app,tier],nodes=[*].
import { ConfigError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { everyKey, type KeyFilter } from './labels.ts';

/** Patterns of keys by the plural of the resource they are for, or for all by `*` alone. */
export type AllowList = ReadonlyMap<string, readonly string[]>;

/** A filter that knows which of its patterns no key was shown for yet. */
export interface PatternFilter extends KeyFilter {
  unused(): readonly string[];
}

/** An allow-list that is compiled, and knows what it was of use for. */
export interface KeyFilters {
  of(plural: string): KeyFilter | undefined;
  /** The patterns that have shown no key yet, and the resource they were given to. */
  unused(): readonly UnusedPattern[];
}

export interface UnusedPattern {
  readonly flag: string;
  readonly resource: string;
  readonly pattern: string;
}

const wildcard = '*';
const wildcardsMax = 1;

/** Reads and compiles the text behind `flag`; throws ConfigError on what it cannot read. */
export function keyFilters(flag: string, text: string, plurals: readonly string[]): KeyFilters {
  const filters = new Map(
    [...parseAllowList(flag, text, plurals)].map(([plural, patterns]) => [
      plural,
      keyFilter(patterns),
    ]),
  );
  return {
    of: (plural) => filters.get(filters.has(wildcard) ? wildcard : plural),
    unused: () =>
      [...filters].flatMap(([resource, filter]) =>
        (filter?.unused() ?? []).map((pattern) => ({ flag, resource, pattern })),
      ),
  };
}

/**
 * Reads the text behind `flag`. What it gives the resource `*` takes the place of all else, as in
 * KSM. Throws ConfigError on what it cannot read.
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
  return forAll === undefined ? list : new Map([[wildcard, forAll]]);
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
export function keyFilter(patterns: readonly string[]): PatternFilter | undefined {
  if (patterns.length === 0) return undefined;
  if (patterns[0] === wildcard) return { ...everyKey, unused: () => [] };
  const keys = new Set(patterns.filter((pattern) => !pattern.includes(wildcard)));
  const unused = new Set(patterns);
  // Behind another pattern a bare wildcard counts for nothing, and so it stays unused.
  const affixes = patterns
    .filter((pattern) => pattern.includes(wildcard) && pattern !== wildcard)
    .map((pattern) => {
      const [prefix = '', suffix = ''] = pattern.split(wildcard);
      return { pattern, prefix, suffix };
    });
  return {
    shows(key) {
      const pattern = keys.has(key) ? key : affixes.find((one) => hasAffixes(key, one))?.pattern;
      if (pattern === undefined) return false;
      if (unused.size > 0) unused.delete(pattern);
      return true;
    },
    unused: () => [...unused],
  };
}

const hasAffixes = (key: string, { prefix, suffix }: { prefix: string; suffix: string }): boolean =>
  key.length >= prefix.length + suffix.length && key.startsWith(prefix) && key.endsWith(suffix);
