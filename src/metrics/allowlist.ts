// Parses --metric-labels-allowlist and --metric-annotations-allowlist: pods=[app,tier],nodes=[*].
import { ConfigError } from '../lib/errors.ts';
import { suggest } from '../lib/suggest.ts';
import { everyKey, type KeyFilter } from './labels.ts';

/** Key patterns by plural of their resource, or under `*` alone for all resources. */
export type AllowList = ReadonlyMap<string, readonly string[]>;

/** A key filter that counts which of its patterns have matched no key yet. */
export interface PatternFilter extends KeyFilter {
  unused(): readonly string[];
}

/** A compiled allow-list, which knows its unused patterns. */
export interface KeyFilters {
  of(plural: string): KeyFilter | undefined;
  /** The patterns that have matched no key yet, with their resource. */
  unused(): readonly UnusedPattern[];
}

export interface UnusedPattern {
  readonly flag: string;
  readonly resource: string;
  readonly pattern: string;
}

const wildcard = '*';
const wildcardsMax = 1;

/** Parses and compiles the text of `flag`; throws ConfigError if it is malformed. */
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
 * Parses the text of `flag`. Patterns for the resource `*` override all others, as in KSM. Throws
 * ConfigError if the text is malformed.
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
      const got = `"${pattern}" for ${plural}`;
      throw new ConfigError({ flag, expected: 'at most one * in a key', got });
    }
  }
  return patterns;
}

const malformed = (flag: string, rest: string): ConfigError =>
  new ConfigError({
    flag,
    expected: 'items such as pods=[app,tier] between commas',
    got: JSON.stringify(rest),
  });

/** Throws ConfigError, with a suggestion, if no resource has this plural. */
export function refuseUnknownResource(
  flag: string,
  plural: string,
  plurals: readonly string[],
): void {
  if (plurals.includes(plural)) return;
  const close = suggest(plural, plurals);
  const hint = close === undefined ? `known are ${plurals.join(', ')}` : `did you mean ${close}?`;
  throw new ConfigError({ flag, expected: 'the plural of a resource', got: `"${plural}"`, hint });
}

/**
 * The filter of one resource. A pattern is a key, or a key with one `*` for any text. `*` alone
 * shows every key, but only as the first pattern, as in KSM. No patterns mean no filter.
 */
export function keyFilter(patterns: readonly string[]): PatternFilter | undefined {
  if (patterns.length === 0) return undefined;
  if (patterns[0] === wildcard) return { ...everyKey, unused: () => [] };
  const keys = new Set(patterns.filter((pattern) => !pattern.includes(wildcard)));
  const unused = new Set(patterns);
  // `*` alone after another pattern has no effect, so it stays unused.
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
