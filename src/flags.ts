// How flags are read: kinds of values, and a parser in pflag's manner over node:util parseArgs.
import { parseArgs } from 'node:util';
import { ConfigError } from './errors.ts';
import { nearest } from './nearest.ts';

/** How the text behind a flag becomes its value. */
export interface Kind<T> {
  /** What stands for the value in --help; without one the flag is a switch. */
  readonly placeholder?: string;
  /** What is expected, in words, as it stands in an error: `a whole number from 1 to 9`. */
  readonly expected: string;
  /** The value, or undefined where the text is not `expected`; `before` is the flag's value yet. */
  parse(text: string, before: T): T | undefined;
  /** How the config file writes what is more than one word; a single word is read by `parse`. */
  readonly inFile?: {
    readonly expected: string;
    /** The value, or undefined where what YAML made of it is not `expected`. */
    read(value: unknown): T | undefined;
  };
}

/** One flag: a row of the table in options.ts. */
export interface Flag<T> {
  readonly kind: Kind<T>;
  readonly default: T;
  /** How --help shows the default where `String(default)` would not tell. */
  readonly defaultText?: string;
  readonly help: string;
  readonly group: string;
  readonly short?: string;
  /** Known, and said to do nothing here: kube-state-metrics has it for its own runtime. */
  readonly ignored?: boolean;
  /** Known, but what it asks for comes with a later version: using it stops the start. */
  readonly later?: boolean;
  /** Taken at the start alone, for it needs new sockets: the config file cannot change it after. */
  readonly fixed?: boolean;
  /** Its keys in the config file, the usual one first; where not given its name with `_`. */
  readonly configKeys?: readonly string[];
  /** What its values are names of, for shells that complete them. */
  readonly suggests?: 'resources';
  /** Ours alone: kube-state-metrics has no such flag. */
  readonly own?: boolean;
  /** What is not as in kube-state-metrics, and why; docs/migration.md shows it. */
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
  ...{ '1': true, t: true, true: true },
  ...{ '0': false, f: false, false: false },
};

export const toggle: Kind<boolean> = {
  expected: 'true or false',
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

/** Keys by the plural of a resource, as `pods=[app,tier],nodes=[*]`; its readers check the rest. */
export const allowList: Kind<string> = {
  placeholder: 'R=[K,K]',
  expected: 'keys by resource such as pods=[app,tier],nodes=[*]',
  parse: (given) => given,
  inFile: {
    expected: 'a map of resource to a list of keys',
    read: (value) => (isMap(value) ? allowListText(Object.entries(value)) : undefined),
  },
};

/** The map in the words of the flag; undefined where an item could not stand there as one. */
function allowListText(entries: readonly [string, unknown][]): string | undefined {
  const texts = entries.map(([resource, value]) => {
    const keys = itemsIn(value);
    const plain = keys !== undefined && [resource, ...keys].every((item) => !/[=,[\]]/.test(item));
    return plain ? `${resource}=[${keys}]` : undefined;
  });
  return texts.includes(undefined) ? undefined : texts.join(',');
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function itemsIn(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const isItem = (item: unknown): boolean => typeof item === 'string' || typeof item === 'number';
  return value.every(isItem) ? value.map(String) : undefined;
}

const trim = (item: string): string => item.trim();

export function integer(min: number, max: number): Kind<number> {
  return {
    placeholder: 'N',
    expected: `a whole number from ${min} to ${max}`,
    parse(given) {
      const value = Number(given);
      return /^[+-]?\d+$/.test(given) && value >= min && value <= max ? value : undefined;
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
  ...{ ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1 },
  ...{ s: 1000, m: 60_000, h: 3_600_000 },
};

/** A duration as Go writes it (`1m30s`), in milliseconds. */
export const duration: Kind<number> = {
  placeholder: 'TIME',
  expected: 'a duration such as 30s, 1m30s or 0',
  parse(given) {
    if (given === '0') return 0;
    const parts = [...given.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/gy)];
    if (parts.length === 0 || parts.map(([part]) => part).join('') !== given) return undefined;
    return parts.reduce((ms, [, n, unit]) => ms + Number(n) * (UNIT_MS[unit ?? ''] ?? 0), 0);
  },
};

/** What a command line says: the flags' values, and the words that are no flags. */
export interface CommandLine<F extends Flags> {
  readonly values: ValuesOf<F>;
  /** Names of the flags that were given, each once, in order. */
  readonly given: readonly string[];
  readonly words: readonly string[];
}

/**
 * Reads a command line as pflag does: `--f=v`, `--f v`, `--switch`, `--switch=false`, `-v 4`; a
 * repeated flag replaces or, where it is a list, adds. Throws ConfigError on what it cannot read.
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
        { type: kind.placeholder === undefined ? 'boolean' : 'string', ...(short && { short }) },
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

/** A list that is given replaces its default; only a repetition adds. */
const startOf = (initial: unknown): unknown => (Array.isArray(initial) ? [] : initial);

function readValue(
  name: string,
  flag: Flag<unknown>,
  given: string | undefined,
  before: unknown,
): unknown {
  const { kind } = flag;
  const raw = given ?? (kind.placeholder === undefined ? 'true' : undefined);
  if (raw === undefined) {
    throw new ConfigError(`--${name}: expected ${kind.expected} behind it, got nothing.`);
  }
  const value = kind.parse(raw, before);
  if (value === undefined) {
    throw new ConfigError(`--${name}: expected ${kind.expected}, got ${JSON.stringify(raw)}.`);
  }
  return value;
}

function unknownFlag(rawName: string, known: readonly string[]): ConfigError {
  const close = nearest(rawName.replace(/^-+/, ''), known);
  const hint = close === undefined ? 'see kubestate --help' : `did you mean --${close}?`;
  return new ConfigError(`${rawName}: there is no such flag; ${hint}`);
}
