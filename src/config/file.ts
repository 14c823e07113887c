// Reads the file behind --config: a YAML map whose keys are those of the flags' rows.
import { isMap, isScalar, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import { ConfigError, yamlProblem } from '../errors.ts';
import type { Flag, Flags, ValuesOf } from '../flags.ts';
import { nearest } from '../nearest.ts';

/** What a ConfigMap can hold: no file of settings is longer. */
const fileBytesMax = 1024 * 1024;

/** What a file sets, by the names of flags. */
export interface FileSettings<F extends Flags> {
  readonly values: Partial<ValuesOf<F>>;
  /** Where each of them stands. */
  readonly places: ReadonlyMap<string, Place>;
  /** One sentence for each key that no flag has. */
  readonly unknown: readonly string[];
}

export interface Place {
  readonly key: string;
  readonly line: number;
}

/** The keys of a flag in the file, the usual one first; none for what only a command line says. */
export const configKeysOf = (name: string, { configKeys }: Flag<unknown>): readonly string[] =>
  configKeys ?? [name.replaceAll('-', '_')];

/** The file's settings; throws ConfigError, with file and line, on what cannot be read. */
export function readConfigFile<F extends Flags>(
  flags: F,
  text: string,
  path: string,
): FileSettings<F> {
  const bytes = Buffer.byteLength(text);
  if (bytes > fileBytesMax) {
    throw new ConfigError(
      `${path}: expected at most ${fileBytesMax} bytes of settings, got ${bytes}; ` +
        'name the right file with --config.',
    );
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
    // A key with nothing behind it sets nothing, as in every map of Kubernetes.
    if (value === null || value === undefined) continue;
    values[name] = read(flags[name] as Flag<unknown>, value, `${path}:${line}: ${key}`);
    places.set(name, { key, line });
  }
  return { values: values as Partial<ValuesOf<F>>, places, unknown };
}

/** A sentence about flags in the words of the file that set them. */
export function inWordsOfFile(
  sentence: string,
  path: string,
  places: ReadonlyMap<string, Place>,
): string {
  return sentence.replace(/--([a-z][\w-]*\w)/g, (flag, name: string) => {
    const place = places.get(name);
    return place === undefined ? flag : `${place.key} (${path}:${place.line})`;
  });
}

function namesByKey(flags: Flags): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(flags).flatMap(([name, flag]) =>
      configKeysOf(name, flag).map((key) => [key, name] as const),
    ),
  );
}

interface Entry {
  readonly key: string;
  readonly line: number;
  readonly value: unknown;
}

function entriesOf(text: string, path: string): Entry[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineAt = (offset: number | undefined): number => lines.linePos(offset ?? 0).line;
  const [problem] = document.errors;
  if (problem !== undefined) {
    const got = problem.message.split(/ at line \d|\n/)[0];
    throw new ConfigError(
      `${path}:${lineAt(problem.pos[0])}: expected YAML, got: ${got}; correct the file.`,
    );
  }
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return [];
  if (!isMap(contents)) {
    throw new ConfigError(
      `${path}:${lineAt(contents.range?.[0])}: expected a map of settings, got ` +
        `${kindOf(contents.toJS(document))}; write it as port: 8080.`,
    );
  }
  /** An alias is looked up only here, and is often a text that began with a star. */
  const plainOf = (node: Node): unknown => {
    try {
      return node.toJS(document);
    } catch (error) {
      throw new ConfigError(
        `${path}:${lineAt(node.range?.[0])}: expected YAML, got: ` +
          `${yamlProblem((error as Error).message)}; put a text that begins with * in quotes.`,
      );
    }
  };
  return contents.items.map((pair: Pair<unknown, unknown>) => {
    const key = pair.key as Node;
    const value = pair.value as Node | null;
    return {
      key: String(plainOf(key)),
      line: lineAt(key.range?.[0]),
      value: value ? plainOf(value) : undefined,
    };
  });
}

function read({ kind }: Flag<unknown>, value: unknown, where: string): unknown {
  const isWord = ['string', 'number', 'boolean'].includes(typeof value);
  // Every key stands once, so that there is nothing before it to add to.
  const result = isWord ? kind.parse(String(value), []) : kind.inFile?.read(value);
  if (result !== undefined) return result;
  const expected = kind.inFile?.expected ?? kind.expected;
  const got = isWord ? JSON.stringify(value) : kindOf(value);
  throw new ConfigError(`${where}: expected ${expected}, got ${got}.`);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'a map' : JSON.stringify(value);
}

function unknownKey(where: string, key: string, known: readonly string[]): string {
  const close = nearest(key, known);
  const hint = close === undefined ? 'docs/cli.md lists them' : `did you mean ${close}?`;
  return `${where}: there is no setting "${key}"; ${hint}`;
}
