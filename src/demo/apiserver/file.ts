// Loads objects from a file: one JSON document per line, or a list as kubectl prints it.

import { ConfigError } from '../../lib/errors.ts';
import { isMap } from '../../lib/isMap.ts';
import { shortened } from '../../lib/shortened.ts';
import type { ApiObject } from '../objects.ts';
import type { ApiServer } from './apiserver.ts';
import { kindsDefinedBy } from './definitions.ts';
import { apiVersionOf, builtinKinds, type Kind, splitApiVersion } from './kinds.ts';

/** Repeated objects that are reported one by one; more are only counted. */
const repeatedMax = 20;
/** Characters of an invalid line that its error quotes. */
const shownCharsMax = 60;

/** The result of loading a file. */
export interface Loaded {
  readonly objects: number;
  /** Messages about objects that a later line replaced: the last one of a name is served. */
  readonly repeated: readonly string[];
}

/** Serves the objects in `text` only; throws a ConfigError that names the line. */
export function loadObjects(server: ApiServer, text: string, fileName: string): Loaded {
  const found = documentsIn(text, fileName).flatMap(itemsOf);
  for (const one of found) checkName(one);
  const kinds = kindsFor(found.map(({ value }) => value as unknown as ApiObject));
  const byKind = new Map<Kind, Map<string, Found>>();
  for (const kind of Object.values(builtinKinds)) byKind.set(kind, new Map());
  const repeated: string[] = [];
  for (const one of found) {
    const kind = kindOf(one, kinds);
    const object = one.value as unknown as ApiObject;
    const objects = byKind.get(kind) ?? new Map<string, Found>();
    byKind.set(kind, objects);
    const { namespace, name } = object.metadata;
    const key = `${namespace ?? ''}/${name}`;
    const before = objects.get(key);
    if (before !== undefined && repeated.length < repeatedMax) {
      const what = `${kind.kind} ${namespace ? key : name}`;
      repeated.push(`${one.place}: ${what} again, replaces the one of line ${before.line}`);
    }
    objects.set(key, one);
  }
  let count = 0;
  for (const [kind, objects] of byKind) {
    count += objects.size;
    server.load(
      kind,
      [...objects.values()].map(({ value }) => value as unknown as ApiObject),
    );
  }
  return { objects: count, repeated };
}

type Json = Readonly<Record<string, unknown>>;

/** A JSON object and its place in the file. */
interface Found {
  readonly value: Json;
  readonly line: number;
  /** `objects.jsonl:3`. */
  readonly place: string;
}

function documentsIn(text: string, fileName: string): Found[] {
  const whole = wholeDocument(text);
  if (whole !== undefined) return [{ value: whole, line: 1, place: `${fileName}:1` }];
  return text.split('\n').flatMap((content, i) => {
    if (content.trim() === '') return [];
    const place = `${fileName}:${i + 1}`;
    return [{ value: parseLine(content, place), line: i + 1, place }];
  });
}

/** The text as one document over several lines, as `kubectl get -o json` prints it. */
function wholeDocument(text: string): Json | undefined {
  try {
    return asRecord(parse(text));
  } catch {
    // One document per line then; invalid lines are reported by number.
    return undefined;
  }
}

/** Parses JSON, and keeps all digits of large integers. */
function parse(text: string): unknown {
  return longNumber.test(text) ? JSON.parse(text, keptDigits) : JSON.parse(text);
}

/** An integer that a JavaScript number may not hold exactly. */
const longNumber = /[:,[]\s*-?\d{16}/;

function keptDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source ?? '';
  const isKept = typeof value !== 'number' || Number.isSafeInteger(value);
  return isKept || !/^-?\d+$/.test(source) ? value : rawJson.rawJSON(source);
}

/** In the language since 2026, but not in TypeScript's libraries yet. */
const rawJson = JSON as unknown as { rawJSON(text: string): object };

function parseLine(content: string, place: string): Json {
  let value: unknown;
  try {
    value = parse(content);
  } catch (error) {
    throw wrong(place, 'one JSON document', `${shown(content)} (${(error as Error).message})`);
  }
  const record = asRecord(value);
  if (record === undefined) throw wrong(place, 'a Kubernetes object', shown(content));
  return record;
}

/** The objects of a list, or the object itself. */
function itemsOf(found: Found): Found[] {
  const { value, line, place } = found;
  const { kind, apiVersion, items } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [found];
  return items.map((item, i) => {
    const where = `${place} item ${i + 1}`;
    const record = asRecord(item);
    if (record === undefined) throw wrong(where, 'a Kubernetes object', shown(String(item)));
    // The items of a PodList have no kind.
    const type = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
    return { value: { ...type, ...record }, line, place: where };
  });
}

function checkName({ value, place }: Found): void {
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    throw wrong(place, 'apiVersion and kind', shown(JSON.stringify(value)));
  }
  const name = asRecord(value.metadata)?.name;
  if (typeof name !== 'string' || name === '') {
    throw wrong(place, `a ${kind} with metadata.name`, shown(JSON.stringify(value)));
  }
}

/** Kinds by `apps/v1 Deployment`: built-in ones, and those that the file defines. */
function kindsFor(objects: readonly ApiObject[]): ReadonlyMap<string, Kind> {
  const definitions = objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
  const all = [...Object.values(builtinKinds), ...definitions.flatMap(kindsDefinedBy)];
  return new Map(all.map((kind) => [`${apiVersionOf(kind)} ${kind.kind}`, kind]));
}

function kindOf({ value, place }: Found, kinds: ReadonlyMap<string, Kind>): Kind {
  const { apiVersion, kind } = value as { apiVersion: string; kind: string };
  const known = kinds.get(`${apiVersion} ${kind}`);
  if (known !== undefined) return known;
  const { group } = splitApiVersion(apiVersion);
  const other = [...kinds.values()].find((one) => one.kind === kind && one.group === group);
  const expected =
    other === undefined
      ? 'a kind that kubestate reads, or one that a CustomResourceDefinition in this file defines'
      : `${kind} as ${apiVersionOf(other)}`;
  throw wrong(place, expected, `${apiVersion} ${kind}`);
}

const wrong = (place: string, expected: string, got: string): ConfigError =>
  new ConfigError({ place, expected, got, hint: 'correct the line or take it out' });

const shown = (text: string): string => shortened(text, shownCharsMax);

function asRecord(value: unknown): Json | undefined {
  return isMap(value) ? (value as Json) : undefined;
}
