// Kubeconfig reads one file of clusters, users and contexts, and holds it against its types.
import { dirname, isAbsolute, join } from 'node:path';
import { ConfigError, type ErrorFields, errorMessage } from '../lib/errors.ts';
import { YamlError, YamlText } from '../lib/yaml.ts';
import { asRecord } from './objects.ts';

export type EntryKind = 'cluster' | 'user' | 'context';

/** Where in a file a value stands. */
type Keys = readonly (string | number)[];

/** Reads and parses; throws a ConfigError that repeats nothing of the file but its names. */
export class Kubeconfig {
  readonly path: string;
  readonly #body: Readonly<Record<string, unknown>>;
  readonly #yaml: YamlText;

  /** `from` is what named the file; `emptyAllowed` where there are others beside it. */
  constructor(path: string, from: string, bytes: Buffer, emptyAllowed: boolean) {
    this.path = path;
    const refuse = (got: string): ConfigError =>
      new ConfigError({
        ...kubeconfigPlace(path, from),
        expected: 'a kubeconfig as YAML',
        got,
        hint: 'correct the file, or name another one',
      });
    let body: unknown;
    try {
      this.#yaml = new YamlText(textOf(bytes), { merge: true });
      body = this.#yaml.value();
    } catch (error) {
      const line = error instanceof YamlError ? error.line : undefined;
      throw refuse(`${errorMessage(error)}${line === undefined ? '' : ` in line ${line}`}`);
    }
    const empty = body === null || body === undefined;
    if (!isRecord(body) && !(empty && emptyAllowed)) throw refuse('a file without any keys');
    this.#body = asRecord(body);
  }

  get currentContext(): string | undefined {
    const name = this.#checked(text, this.#body['current-context'], ['current-context']);
    return name === '' ? undefined : (name as string | undefined);
  }

  /** The names of all entries of this kind that have one. */
  names(kind: EntryKind): string[] {
    return this.#list(kind).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  }

  /** The entry of this name, with absolute paths; undefined where there is none. */
  entry(kind: EntryKind, name: string): Record<string, unknown> | undefined {
    const list = this.#list(kind);
    const found = list.flatMap((one, i) => (one.name === name ? [i] : []));
    const [index, twin] = found;
    if (index === undefined) return undefined;
    if (twin !== undefined) {
      const lines = found.map((i) => this.#yaml.lineOf([`${kind}s`, i])).join(' and ');
      throw new ConfigError({
        place: this.path,
        expected: `one ${kind} named "${name}"`,
        got: `two, in lines ${lines}`,
        hint: 'rename one, or take it out',
      });
    }
    const keys = [`${kind}s`, index, kind];
    const entry = this.#checked(shapes[kind], list[index]?.[kind], keys);
    return withAbsolutePaths(asRecord(entry), this.path);
  }

  /** Throws where a name of this kind is no text, which may be why another was not found. */
  refuseUnquotedNames(kind: EntryKind): void {
    for (const [i, { name }] of this.#list(kind).entries()) {
      this.#checked(text, name, [`${kind}s`, i, 'name']);
    }
  }

  #list(kind: EntryKind): readonly Record<string, unknown>[] {
    const keys = [`${kind}s`];
    const list = this.#body[`${kind}s`];
    if (list === undefined || list === null) return [];
    if (!Array.isArray(list)) throw this.#refusal('a list', list, keys);
    return list.map((one, i) => {
      if (one !== null && !isRecord(one)) {
        throw this.#refusal(`a map with a name and a ${kind}`, one, [...keys, i]);
      }
      const entry = asRecord(one);
      const name = text(entry.name);
      return { ...entry, name: typeof name === 'string' ? name : entry.name };
    });
  }

  /** The value in its type; null is none, as in Go. */
  #checked(shape: Shape, value: unknown, keys: Keys): unknown {
    if (value === null || value === undefined) return undefined;
    if (typeof shape === 'function') {
      const made = shape(value);
      if (made instanceof Expected) throw this.#refusal(made.what, value, keys, made.hint);
      return made;
    }
    if ('list' in shape) {
      if (!Array.isArray(value)) throw this.#refusal('a list', value, keys);
      const items = value.map((one, i) => this.#checked(shape.list, one, [...keys, i]));
      return items.filter((one) => one !== undefined);
    }
    if (!isRecord(value)) throw this.#refusal('a map', value, keys);
    const checked = Object.entries(value).map(([key, one]) => {
      const inner = 'fields' in shape ? shape.fields[key] : shape.each;
      return [key, inner === undefined ? one : this.#checked(inner, one, [...keys, key])];
    });
    return Object.fromEntries(checked.filter(([, one]) => one !== undefined && one !== null));
  }

  #refusal(expected: string, value: unknown, keys: Keys, hint = hintOf(value)): ConfigError {
    // The place in the list says less than the line.
    const named = keys.filter((key) => typeof key === 'string').join('.');
    const place = `${this.path}:${this.#yaml.lineOf(keys)}: ${named}`;
    return new ConfigError({ place, expected, got: kindOf(value), hint });
  }
}

/** A file as errors name it: behind its flag, or with the variable that lists it. */
export function kubeconfigPlace(path: string, from: string): Pick<ErrorFields, 'flag' | 'place'> {
  if (from === path) return { place: path };
  return from.startsWith('--') ? { flag: from, place: path } : { place: `${path} (${from})` };
}

/** UTF-8, or UTF-16 with the mark that says so; throws on what is neither. */
function textOf(bytes: Buffer): string {
  const [first, second] = bytes;
  const marked = new Map([
    [0xfffe, 'utf-16le'],
    [0xfeff, 'utf-16be'],
  ]).get(((first ?? 0) << 8) | (second ?? 0));
  const encoding = marked ?? 'utf-8';
  try {
    // It takes the mark away.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`bytes that are no ${encoding.toUpperCase()}`);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array) &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** What a value is to be, where it is not. */
class Expected {
  readonly what: string;
  readonly hint: string | undefined;

  constructor(what: string, hint?: string) {
    this.what = what;
    this.hint = hint;
  }
}

type Shape =
  | ((value: unknown) => unknown)
  | { readonly list: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> }
  | { readonly each: Shape };

function kindOf(value: unknown): string {
  if (value instanceof Uint8Array) return 'binary data';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'bigint') return 'a number';
  if (typeof value !== 'object') return value === '' ? 'nothing' : `a ${wordFor[typeof value]}`;
  return isRecord(value) ? 'a map' : 'a value of another tag';
}

const wordFor: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  number: 'number',
  string: 'text',
};

const hintOf = (value: unknown): string =>
  typeof value === 'object' ? 'correct the file' : 'put it in quotes';

/** What !!binary holds is the text itself, as Go's readers of YAML take it. */
function text(value: unknown): string | Expected {
  if (value instanceof Uint8Array) {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
    } catch {
      return new Expected('text', 'correct the file');
    }
  }
  return typeof value === 'string' ? value : new Expected('text');
}

/** Text that is sent in a header. */
function headerText(value: unknown): string | Expected {
  const read = text(value);
  const hint = 'leave out its line breaks and control characters';
  return typeof read === 'string' && /\p{Cc}/u.test(read)
    ? new Expected('text of one line', hint)
    : read;
}

/** Base64 as text, or by !!binary, whose bytes may be what is meant or base64 of it. */
function data(value: unknown): string | Expected {
  const inner = value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
  if (typeof inner !== 'string') return new Expected('base64');
  if (/^[A-Za-z\d+/\s]*={0,2}\s*$/.test(inner)) return inner;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return new Expected('base64', 'give the file by its path, or encode it');
}

/** Go's readers of YAML take yes, no, on and off as well. */
function toggle(value: unknown): boolean | Expected {
  if (typeof value === 'boolean') return value;
  if (/^(yes|on)$/i.test(String(value))) return true;
  if (/^(no|off)$/i.test(String(value))) return false;
  return new Expected('true or false', 'write true or false, without quotes');
}

const shapes: Readonly<Record<EntryKind, Shape>> = {
  context: { fields: { cluster: text, user: text, namespace: text } },
  cluster: {
    fields: {
      server: text,
      'tls-server-name': text,
      'insecure-skip-tls-verify': toggle,
      'certificate-authority': text,
      'certificate-authority-data': data,
      'proxy-url': text,
      'disable-compression': toggle,
    },
  },
  user: {
    fields: {
      'client-certificate': text,
      'client-certificate-data': data,
      'client-key': text,
      'client-key-data': data,
      token: text,
      tokenFile: text,
      as: headerText,
      'as-uid': headerText,
      'as-groups': { list: headerText },
      'as-user-extra': { each: { list: headerText } },
      username: text,
      password: text,
      'auth-provider': { fields: { name: text, config: { each: text } } },
      exec: {
        fields: {
          apiVersion: text,
          command: text,
          args: { list: text },
          env: { list: { fields: { name: text, value: text } } },
          installHint: text,
          provideClusterInfo: toggle,
          interactiveMode: text,
        },
      },
    },
  },
};

const pathKeys = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'];

function withAbsolutePaths(
  entry: Record<string, unknown>,
  kubeconfigPath: string,
): Record<string, unknown> {
  const absolute = (path: unknown): unknown =>
    typeof path === 'string' && path !== '' && !isAbsolute(path)
      ? join(dirname(kubeconfigPath), path)
      : path;
  const result = { ...entry };
  for (const key of pathKeys) if (key in result) result[key] = absolute(result[key]);
  const exec = asRecord(entry.exec);
  // A bare command is looked for in PATH, one with a slash beside the kubeconfig.
  if (typeof exec.command === 'string' && exec.command.includes('/')) {
    result.exec = { ...exec, command: absolute(exec.command) };
  }
  return result;
}
