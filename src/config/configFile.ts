// readConfigFile reads the file of --config: a YAML map whose keys are those of the flags' rows.

import { ConfigError } from '../lib/errors.ts';
import { shortened } from '../lib/shortened.ts';
import { suggest } from '../lib/suggest.ts';
import { type YamlEntry, YamlError, YamlText } from '../lib/yaml.ts';
import type { Flag, Flags, ValuesOf } from './flags.ts';

/** No ConfigMap is larger than this. */
const fileBytesMax = 1024 * 1024;
/** Of a value, so much is shown. */
const shownCharsMax = 80;

/** The values that a file sets, by the names of flags. */
export interface FileSettings<F extends Flags> {
  readonly values: Partial<ValuesOf<F>>;
  /** Key and line of each value. */
  readonly places: ReadonlyMap<string, Place>;
  /** A sentence for each key that no flag has. */
  readonly unknown: readonly string[];
}

export interface Place {
  readonly key: string;
  readonly line: number;
}

/** The keys of a flag in the file, the usual one first; none for flags of the command line only. */
export const configKeysOf = (name: string, { configKeys }: Flag<unknown>): readonly string[] =>
  configKeys ?? [name.replaceAll('-', '_')];

/** Reads the file; throws ConfigError with file and line. */
export function readConfigFile<F extends Flags>(
  flags: F,
  text: string,
  path: string,
): FileSettings<F> {
  const bytes = Buffer.byteLength(text);
  if (bytes > fileBytesMax) {
    throw new ConfigError({
      place: path,
      expected: `at most ${fileBytesMax} bytes of settings`,
      got: String(bytes),
      hint: 'name the right file with --config',
    });
  }
  const names = namesByKey(flags);
  const values: Record<string, unknown> = {};
  const places = new Map<string, Place>();
  const unknown: string[] = [];
  for (const { key, line, value } of entriesOf(text, path)) {
    const name = names.get(key);
    if (name === undefined) {
      unknown.push(unknownKey(`${path}:${line}`, key, [...names.keys()]));
      continue;
    }
    // A key without a value sets nothing, as in Kubernetes' own objects.
    if (value === null || value === undefined) continue;
    values[name] = read(flags[name] as Flag<unknown>, value, `${path}:${line}: ${key}`);
    places.set(name, { key, line });
  }
  return { values: values as Partial<ValuesOf<F>>, places, unknown };
}

/** The same error, with each of its flags that the file set named by key, file and line. */
export function locate(
  { flag, place, expected, got, hint }: ConfigError,
  path: string,
  places: ReadonlyMap<string, Place>,
): ConfigError {
  const located = (typed: string): string => {
    const at = places.get(typed.replace(/^--/, ''));
    return at === undefined ? typed : `${at.key} (${path}:${at.line})`;
  };
  const flags = typeof flag === 'object' ? flag.map(located) : flag && located(flag);
  return new ConfigError({ flag: flags, place, expected, got, hint });
}

function namesByKey(flags: Flags): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(flags).flatMap(([name, flag]) =>
      configKeysOf(name, flag).map((key) => [key, name] as const),
    ),
  );
}

function entriesOf(text: string, path: string): readonly YamlEntry[] {
  const yaml = parsed(text, path);
  try {
    const entries = yaml.entries();
    if (entries !== undefined) return entries;
    const value = yaml.value();
    if (value === null) return [];
    throw new ConfigError({
      place: `${path}:${yaml.lineOf([])}`,
      expected: 'a map of settings',
      got: kindOf(value),
      hint: 'write it as port: 8080',
    });
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    // Aliases are resolved here; an unknown one is mostly text that begins with * without quotes.
    throw new ConfigError({
      place: `${path}:${error.line ?? 1}`,
      expected: 'YAML',
      got: error.message,
      hint: 'put a text that begins with * in quotes',
    });
  }
}

function parsed(text: string, path: string): YamlText {
  try {
    return new YamlText(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new ConfigError({
      place: `${path}:${error.line}`,
      expected: 'YAML',
      got: error.detail,
      hint: 'correct the file',
    });
  }
}

function read({ kind }: Flag<unknown>, value: unknown, place: string): unknown {
  const isWord = ['string', 'number', 'boolean'].includes(typeof value);
  // YAML allows each key once, so that no earlier value is there to add to.
  const result = isWord ? kind.parse(String(value), []) : kind.inFile?.read(value);
  if (result !== undefined) return result;
  const expected = kind.inFile?.expected ?? kind.expected;
  // Where a map or a list may stand, what is wrong is within it.
  const within = kind.inFile === undefined ? '' : `: ${shownOf(value)}`;
  const got = isWord ? JSON.stringify(value) : kindOf(value) + within;
  throw new ConfigError({ place, expected, got });
}

const shownOf = (value: unknown): string => shortened(JSON.stringify(value), shownCharsMax);

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'a map' : JSON.stringify(value);
}

function unknownKey(where: string, key: string, known: readonly string[]): string {
  const close = suggest(key, known);
  const hint = close === undefined ? 'docs/cli.md lists them' : `did you mean ${close}?`;
  return `${where}: there is no setting "${key}"; ${hint}`;
}
