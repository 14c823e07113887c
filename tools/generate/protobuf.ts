// protobufMessages writes src/kube/protobuf/messages.ts: how the messages that rows read are read.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AnyResource } from '../../src/metrics/select.ts';

const tables = join(import.meta.dirname, '../../src/resources');

/** A field of a message in tools/protobuf/messages.json: main.go says what each says. */
export interface MessageField {
  readonly number: number;
  readonly name: string;
  readonly type: string;
  readonly message?: string;
  readonly list?: boolean;
  readonly map?: boolean;
  readonly always?: boolean;
  readonly pointer?: boolean;
}

export interface Messages {
  readonly roots: Readonly<Record<string, string>>;
  readonly messages: Readonly<Record<string, readonly MessageField[]>>;
}

/** The fields that are read of each message, by its name. */
type Kept = Map<string, Set<MessageField>>;

/** All of it, for an error that the server answers. */
const status = 'Status';

const comments = /^\s*(?:\/\/|\/?\*).*$/gm;
/** HELP and other sentences, which have blanks; names of fields have none. */
const texts = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g;

/** The words in the sources of a table and of all that it imports; comments and sentences aside. */
function wordsOf(plural: string): Set<string> {
  const files = new Set<string>();
  const add = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    const imports = /^(?:import|export)\s(?!type\b)[^;]*?from '(\.[^']+)';/gms;
    for (const [, to = ''] of readFileSync(file, 'utf8').matchAll(imports)) {
      add(join(dirname(file), to));
    }
  };
  add(join(tables, `${plural}.ts`));
  const sources = [...files].map((file) => readFileSync(file, 'utf8').replace(comments, ''));
  const code = sources.map((source) =>
    source.replace(texts, (text) => (text.includes(' ') ? '' : text)),
  );
  return new Set(code.join('\n').match(/\w+/g));
}

/**
 * A row can read a field only by its name, which then is a word in its sources. So what is not one
 * need not be decoded; a word may also mean something else, which costs a little time.
 */
function keptOf({ roots, messages }: Messages, resources: readonly string[]): Kept {
  const kept: Kept = new Map();
  for (const plural of [...resources, status]) {
    const words = plural === status ? undefined : wordsOf(plural);
    const seen = new Set<string>();
    const visit = (name: string): void => {
      if (seen.has(name)) return;
      seen.add(name);
      const fields = kept.get(name) ?? new Set();
      kept.set(name, fields);
      for (const field of fieldsOf(messages, name)) {
        if (field.type === 'skip') continue;
        if (field.name !== '' && words?.has(field.name) === false) continue;
        fields.add(field);
        if (field.message !== undefined) visit(field.message);
      }
    };
    visit(roots[plural] ?? '');
  }
  return kept;
}

function fieldsOf(messages: Messages['messages'], name: string): readonly MessageField[] {
  const fields = messages[name];
  if (fields !== undefined) return fields;
  throw new Error(
    `tools/protobuf/messages.json: expected a message ${JSON.stringify(name)}, got none; run ` +
      '`npx node tools/protobuf.ts`, which writes it from the types of Kubernetes',
  );
}

/** `coreV1Pod` for `core/v1.Pod`. */
const functionOf = (name: string): string =>
  name.replace(/[/.](\w)/g, (_, letter: string) => letter.toUpperCase());

/** A call that reads the value of a field; undefined where none can. */
function readOf({ type, message, map }: MessageField, isExact: boolean): string | undefined {
  if (map) return undefined;
  switch (type) {
    case 'message':
      return `${functionOf(message ?? '')}(r, r.end())`;
    case 'int64':
      return isExact ? 'r.exactInt64()' : 'r.int64()';
    case 'bytes':
      return 'r.base64()';
    case 'string':
    case 'bool':
    case 'int32':
    case 'time':
    case 'microTime':
    case 'quantity':
    case 'intOrString':
      return `r.${type}()`;
    default:
      return undefined;
  }
}

const scalars = new Set(['string', 'bool', 'int32', 'int64', 'bytes']);
const wireOf = ({ type, list, map }: MessageField): number =>
  !map && !list && ['bool', 'int32', 'int64'].includes(type) ? 0 : 2;

/** What a case of the switch does with the field. */
function statementOf(field: MessageField, isExact: boolean): string {
  const { name, type, list, map, always, pointer } = field;
  if (map && type === 'string') return `o.${name} = r.textEntry(o.${name});`;
  if (map && type === 'quantity') return `o.${name} = r.quantityEntry(o.${name});`;
  const read = readOf(field, isExact);
  if (read === undefined || (list && ['bool', 'int32', 'int64'].includes(type))) {
    throw new Error(`expected a field that tools/generate/protobuf.ts can read, got ${name}`);
  }
  if (list) return `o.${name} = appended(o.${name}, ${read});`;
  // JSON leaves out a zero unless the field is a pointer.
  const omits = scalars.has(type) && !always && !pointer;
  return `o.${name} = ${read}${omits ? ' || undefined' : ''};`;
}

const zeros: Readonly<Record<string, string>> = { string: "''", bool: 'false' };

class Writer {
  readonly #kept: Kept;
  readonly #roots: ReadonlySet<string>;
  readonly #exact: ReadonlySet<string>;

  constructor(kept: Kept, roots: ReadonlySet<string>, exact: ReadonlySet<string>) {
    this.#kept = kept;
    this.#roots = roots;
    this.#exact = exact;
  }

  #fields(name: string): MessageField[] {
    return [...(this.#kept.get(name) ?? [])].sort((one, other) => one.number - other.number);
  }

  /** Every object has all fields from the start, so that all objects of a kind have one shape. */
  #initial(name: string): string[] {
    return this.#fields(name).flatMap((field) => {
      if (field.name === '') return this.#initial(field.message ?? '');
      return [`${field.name}: ${field.always ? (zeros[field.type] ?? '0') : 'undefined'}`];
    });
  }

  #case(root: boolean, field: MessageField): string {
    const tag = field.number * 8 + wireOf(field);
    if (field.name === '')
      return `case ${tag}: ${functionOf(field.message ?? '')}Into(o, r, r.end()); break;`;
    const statement = statementOf(field, this.#exact.has(field.name));
    const deferred = root && field.name === 'spec' ? 'if (!r.skipSpec()) ' : '';
    return `case ${tag}: ${deferred}${statement} break;`;
  }

  /** The function that reads the message, or that reads it into its parent. */
  function(name: string, isInline: boolean): string {
    const cases = this.#fields(name).map((field) => this.#case(this.#roots.has(name), field));
    return [
      isInline
        ? `function ${functionOf(name)}Into(o: Fields, r: Reader, end: number): void {`
        : `function ${functionOf(name)}(r: Reader, end: number): Fields {`,
      ...(isInline ? [] : [`  const o: Fields = { ${this.#initial(name).join(', ')} };`]),
      '  while (r.at < end) {',
      '    const tag = r.varint();',
      '    switch (tag) {',
      ...cases.map((one) => `      ${one}`),
      '      default: r.skip(tag);',
      '    }',
      '  }',
      '  r.finish(end);',
      ...(isInline ? [] : ['  return o;']),
      '}',
    ].join('\n');
  }
}

/** What a root says: how its object is read, and its spec alone. */
function rowOf(kept: Kept, key: string, name: string): string {
  const spec = [...(kept.get(name) ?? [])].find((field) => field.name === 'spec');
  const parts = [`object: ${functionOf(name)}`];
  if (spec?.type === 'message') parts.push(`spec: ${functionOf(spec.message ?? '')}`);
  return `  '${key}': { ${parts.join(', ')} },`;
}

/** The text of the file. */
export function protobufMessages(
  messages: Messages,
  resources: Readonly<Record<string, AnyResource>>,
): string {
  // What has columns is read as a table, which has no protobuf.
  const plurals = Object.keys(resources).filter((one) => resources[one]?.columns === undefined);
  const kept = keptOf(messages, plurals);
  const names = plurals.map((plural) => messages.roots[plural] ?? '');
  const exact = plurals.flatMap((plural) => resources[plural]?.exactIntegers ?? []);
  const writer = new Writer(kept, new Set(names), new Set(exact));
  const inline = new Set<string>();
  const plain = new Set([...names, messages.roots[status] ?? '']);
  for (const field of [...kept.values()].flatMap((fields) => [...fields])) {
    if (field.message !== undefined) (field.name === '' ? inline : plain).add(field.message);
  }
  const sorted = [...kept.keys()].sort();
  const rows = plurals.map((plural, i) => {
    const { group, version } = resources[plural] as AnyResource;
    return rowOf(kept, `${group}/${version}/${plural}`, names[i] ?? '');
  });
  return [
    '// The messages of the API, as far as rows read them; made by tools/generate/protobuf.ts.',
    "import { appended, type Fields, type Reader, type ReadMessage } from './reader.ts';",
    '',
    '/** How objects of a resource are read; `spec` reads the spec alone. */',
    'export interface RootMessage {',
    '  readonly object: ReadMessage;',
    '  readonly spec?: ReadMessage;',
    '}',
    '',
    ...sorted.filter((one) => plain.has(one)).map((one) => `${writer.function(one, false)}\n`),
    ...sorted.filter((one) => inline.has(one)).map((one) => `${writer.function(one, true)}\n`),
    '/** By group, version and plural. */',
    'export const rootMessages: Readonly<Record<string, RootMessage>> = {',
    ...rows,
    '};',
    '',
    '/** Metadata of any object. */',
    `export const readMetadata: ReadMessage = ${functionOf('meta/v1.ObjectMeta')};`,
    '',
    '/** An error that the server answers. */',
    `export const readStatus: ReadMessage = ${functionOf(messages.roots[status] ?? '')};`,
    '',
  ].join('\n');
}
