// Flags: their kinds of values, and a parser of command lines that follows pflag.
import { parseArgs } from 'node:util';
import { ConfigError } from '../lib/errors.ts';
import { isMap } from '../lib/isMap.ts';
import { suggest } from '../lib/suggest.ts';

/** Kind parses the text of a flag into its value. */
export interface Kind<T> {
  /** The value's name in --help; a flag without one is a switch. */
  readonly placeholder?: string;
  /** What the flag alone stands for, as pflag's NoOptDefVal: another text comes behind `=`. */
  readonly bare?: string;
  /** All texts that are `expected`, where they are few. */
  readonly choices?: readonly string[];
  /** What an error says is expected: `a whole number from 1 to 9`. */
  readonly expected: string;
  /**
   * What every text that is `expected` matches; the chart checks it before a roll-out. Without
   * modifiers such as `(?i:…)`, which V8 gets wrong once it stops to optimize expressions.
   */
  readonly pattern?: RegExp;
  /** The value, or undefined where the text is not `expected`; `before` is its value so far. */
  parse(text: string, before: T): T | undefined;
  /** Reads lists and maps of the config file; scalars are read by `parse`. */
  readonly inFile?: {
    readonly expected: string;
    /** The value, or undefined where the parsed YAML is not `expected`. */
    read(value: unknown): T | undefined;
  };
}

/** One flag: a row of the table in options.ts. */
export interface Flag<T> {
  readonly kind: Kind<T>;
  readonly default: T;
  /** The default as --help shows it, where `String(default)` does not say it. */
  readonly defaultText?: string;
  readonly help: string;
  readonly group: string;
  readonly short?: string;
  /** Accepted without effect: a flag of kube-state-metrics' own runtime. */
  readonly ignored?: boolean;
  /** Read at the start only: a change in the config file needs a restart. */
  readonly restartRequired?: boolean;
  /** Its keys in the config file, the usual one first; by default its name with `_` for `-`. */
  readonly configKeys?: readonly string[];
  /** What its values name, for completion in shells. */
  readonly suggests?: 'resources' | 'packs' | 'stateSets';
  /** kube-state-metrics has no such flag. */
  readonly extension?: boolean;
  /** How it differs from kube-state-metrics, and why; docs/migration.md shows it. */
  readonly difference?: string;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;
export type ValuesOf<F> = { readonly [Name in keyof F]: F[Name] extends Flag<infer T> ? T : never };

export const text: Kind<string> = {
  placeholder: 'TEXT',
  expected: 'a text',
  parse: (given) => given,
};

export const file: Kind<string> = { ...text, placeholder: 'FILE' };

const BOOLEANS: Readonly<Record<string, boolean>> = {
  '1': true,
  t: true,
  true: true,
  '0': false,
  f: false,
  false: false,
};

export const toggle: Kind<boolean> = {
  bare: 'true',
  choices: ['true', 'false'],
  expected: 'true or false',
  pattern: /^(?:1|t|true|0|f|false)$/i,
  parse: (given) => BOOLEANS[given.toLowerCase()],
};

/** Items between commas, trimmed of spaces and newlines; a repeated flag adds to the list. */
export const list: Kind<readonly string[]> = {
  placeholder: 'A,B',
  expected: 'items between commas',
  parse: (given, before) => [...before, ...given.split(',').map(trim).filter(Boolean)],
  inFile: {
    expected: 'a list, or a map whose keys are the items',
    read: (value) => itemsIn(value) ?? (isMap(value) ? Object.keys(value) : undefined),
  },
};

/** Label selectors by resource, as `pods:team=a`; each flag is one, for they have commas. */
export const selectors: Kind<readonly string[]> = {
  placeholder: 'RESOURCE:SELECTOR',
  expected: 'a resource and its label selector such as pods:team=a',
  parse: (given, before) => [...before, given],
  inFile: {
    expected: 'a map of resource to its label selector, or a list of pods:team=a',
    read: (value) => (isMap(value) ? selectorTexts(Object.entries(value)) : itemsIn(value)),
  },
};

function selectorTexts(entries: readonly [string, unknown][]): readonly string[] | undefined {
  const texts = entries.map(([resource, selector]) => `${resource}:${selector}`);
  return entries.every(([, selector]) => typeof selector === 'string') ? texts : undefined;
}

/** One of these words. */
export const oneOf = <const Word extends string>(...choices: readonly Word[]): Kind<Word> => ({
  placeholder: 'NAME',
  choices,
  expected: `one of ${choices.join(', ')}`,
  pattern: new RegExp(`^(?:${choices.join('|')})$`),
  parse: (given) => choices.find((choice) => choice === given),
});

/** Items between commas; the flag alone, or true, stands for all, and false for none. */
export const listOrAll: Kind<boolean | readonly string[]> = {
  placeholder: list.placeholder as string,
  bare: 'true',
  expected: 'true, false, or items between commas',
  parse(given, before) {
    const all = toggle.parse(given.trim() || 'false', false);
    return all ?? list.parse(given, Array.isArray(before) ? before : []);
  },
  inFile: {
    expected: 'true, false or a list',
    read: (value) => itemsIn(value),
  },
};

/** Keys by the plural of a resource, as `pods=[app,tier],nodes=[*]`; metrics/allowlist reads it. */
export const allowList: Kind<string> = {
  placeholder: 'R=[K,K]',
  expected: 'keys by resource such as pods=[app,tier],nodes=[*]',
  parse: (given) => given,
  inFile: {
    expected: 'a map of resource to a list of keys',
    read: (value) => (isMap(value) ? allowListText(Object.entries(value)) : undefined),
  },
};

/** Label keys by resource, as `pods=[team],namespaces=[team]->pods`; each flag adds to them. */
export const promotions: Kind<readonly string[]> = {
  placeholder: 'R=[K,K]->R',
  expected: 'label keys by resource such as pods=[team],namespaces=[team]->pods',
  parse: (given, before) => [...before, given],
  inFile: {
    expected: 'a map such as "namespaces->pods" to a list of label keys',
    read: (value) => (isMap(value) ? promotionTexts(Object.entries(value)) : undefined),
  },
};

function promotionTexts(entries: readonly [string, unknown][]): readonly string[] | undefined {
  const texts = entries.flatMap(([resources, value]) => {
    const [from = '', target] = resources.split('->');
    const text = allowListText([[from.trim(), value]]);
    return text === undefined ? [] : [target === undefined ? text : `${text}->${target.trim()}`];
  });
  return texts.length === entries.length ? texts : undefined;
}

/** The map as the flag writes it; undefined where an item has characters of that syntax. */
function allowListText(entries: readonly [string, unknown][]): string | undefined {
  const texts = entries.map(([resource, value]) => {
    const keys = itemsIn(value);
    const plain = keys !== undefined && [resource, ...keys].every((item) => !/[=,[\]]/.test(item));
    return plain ? `${resource}=[${keys}]` : undefined;
  });
  return texts.includes(undefined) ? undefined : texts.join(',');
}

function itemsIn(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const isItem = (item: unknown): boolean => typeof item === 'string' || typeof item === 'number';
  return value.every(isItem) ? value.map(String) : undefined;
}

const trim = (item: string): string => item.trim();

const wholeNumber = /^[+-]?\d+$/;

export function integer(min: number, max: number): Kind<number> {
  return {
    placeholder: 'N',
    expected: `a whole number from ${min} to ${max}`,
    pattern: wholeNumber,
    parse(given) {
      const value = Number(given);
      return wholeNumber.test(given) && value >= min && value <= max ? value : undefined;
    },
  };
}

export function decimal(min: number, max: number): Kind<number> {
  return {
    placeholder: 'X',
    expected: `a number from ${min} to ${max}`,
    parse(given) {
      const value = given.trim() === '' ? Number.NaN : Number(given);
      return value >= min && value <= max ? value : undefined;
    },
  };
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const durationText = /^(?:0|(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+)$/;

/** A duration as Go writes it (`1m30s`), in milliseconds. */
export const duration: Kind<number> = {
  placeholder: 'TIME',
  expected: 'a duration such as 30s, 1m30s or 0',
  pattern: durationText,
  parse(given) {
    if (!durationText.test(given)) return undefined;
    const parts = [...given.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/gy)];
    return parts.reduce((ms, [, n, unit]) => ms + Number(n) * (UNIT_MS[unit ?? ''] ?? 0), 0);
  },
};

const UNIT_BYTES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

const sizeText = /^(\d+(?:\.\d+)?)(|k|M|G|Ki|Mi|Gi)$/;

/** A size as Kubernetes writes it (`64Mi`), in bytes. */
export const byteSize: Kind<number> = {
  placeholder: 'SIZE',
  expected: 'a size in bytes such as 64Mi, 100M or 0',
  pattern: sizeText,
  parse(given) {
    const [, number, unit] = sizeText.exec(given) ?? [];
    if (number === undefined || unit === undefined) return undefined;
    return Math.floor(Number(number) * (UNIT_BYTES[unit] as number));
  },
};

/** What stands behind the flag in --help: ` N`, `[=A,B]`, or nothing for a switch. */
export function usageOf({ placeholder, bare }: Kind<unknown>): string {
  if (placeholder === undefined) return '';
  return bare === undefined ? ` ${placeholder}` : `[=${placeholder}]`;
}

/** A command line as read: the values of flags, and the words that are no flags. */
export interface CommandLine<F extends Flags> {
  readonly values: ValuesOf<F>;
  /** Names of the flags that were given, each once, in order. */
  readonly given: readonly string[];
  readonly words: readonly string[];
}

/**
 * Reads a command line as pflag does: `--f=v`, `--f v`, `--switch`, `--switch=false`, `-v 4`; a
 * repeated flag replaces or, where it is a list, adds. Throws ConfigError where it cannot.
 */
export function parseCommandLine<F extends Flags>(
  flags: F,
  argv: readonly string[],
): CommandLine<F> {
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(flags).map(([name, { kind, short }]) => [
        name,
        { type: kind.bare === undefined ? 'string' : 'boolean', ...(short && { short }) },
      ]),
    ),
  });
  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(flags)) values[name] = flag.default;
  const given = new Set<string>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = flags[token.name];
    if (flag === undefined) throw unknownFlag(token.rawName, Object.keys(flags));
    const before = given.has(token.name) ? values[token.name] : startOf(flag.default);
    values[token.name] = readValue(token.name, flag, token.value?.replace(/^=/, ''), before);
    given.add(token.name);
  }
  return { values: values as ValuesOf<F>, given: [...given], words };
}

/** A list that is given replaces the default; a repeated flag adds to it. */
const startOf = (initial: unknown): unknown => (Array.isArray(initial) ? [] : initial);

function readValue(
  name: string,
  flag: Flag<unknown>,
  given: string | undefined,
  before: unknown,
): unknown {
  const { kind } = flag;
  const raw = given ?? kind.bare;
  if (raw === undefined) {
    const expected = `${kind.expected} behind it`;
    throw new ConfigError({ flag: `--${name}`, expected, got: 'nothing' });
  }
  const value = kind.parse(raw, before);
  if (value === undefined) {
    const { expected } = kind;
    throw new ConfigError({ flag: `--${name}`, expected, got: JSON.stringify(raw) });
  }
  return value;
}

function unknownFlag(rawName: string, known: readonly string[]): ConfigError {
  const close = suggest(rawName.replace(/^-+/, ''), known);
  const hint = close === undefined ? 'see kubestate --help' : `did you mean --${close}?`;
  return new ConfigError({ flag: rawName, expected: 'a known flag', hint });
}
