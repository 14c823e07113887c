// Compares the renderings of two charts by object, value and order of lists.
import { parseAllDocuments } from 'yaml';

type Value =
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | { readonly [key: string]: Value };

interface Manifest {
  readonly [key: string]: Value;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** A difference; a side that has nothing there is `undefined`. */
export interface Place {
  /** By `nameOf`. */
  readonly object: string;
  /** Such as `spec.containers[http].args[--port]`; empty if the object itself is missing. */
  readonly path: string;
  readonly theirs: unknown;
  readonly ours: unknown;
}

/** The objects of a rendering, without empty documents. */
export function manifestsOf(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => {
      if (document.errors[0]) throw document.errors[0];
      return document.toJS() as Manifest | null;
    })
    .filter((manifest) => manifest !== null);
}

/** `Kind namespace/name`, or `Kind name` without a namespace. */
export function nameOf({ kind, metadata: { namespace, name } }: Manifest): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** All differences of two renderings, in the order of theirs. */
export function placesBetween(theirs: Manifest[], ours: Manifest[]): Place[] {
  const [a, b] = [byName(theirs), byName(ours)];
  return keysOf(a, b).flatMap((name) => {
    const object = name.slice(name.indexOf(' ') + 1);
    return within(a.get(name), b.get(name), '').map((place) => ({ object, ...place }));
  });
}

type Differing = Omit<Place, 'object'>;
type Named = ReadonlyMap<string, Value>;

/** Objects by name; two API versions of a kind are two objects, duplicate names are an error. */
function byName(manifests: Manifest[]): Named {
  const objects = new Map<string, Value>();
  for (const manifest of manifests) {
    const key = `${manifest.apiVersion} ${nameOf(manifest)}`;
    if (objects.has(key)) throw new Error(`rendered twice: ${key}`);
    objects.set(key, manifest);
  }
  return objects;
}

function within(theirs: Value | undefined, ours: Value | undefined, path: string): Differing[] {
  if (Array.isArray(theirs) && Array.isArray(ours)) {
    const [a, b] = [byItem(theirs), byItem(ours)];
    const inside = keysOf(a, b).flatMap((key) => within(a.get(key), b.get(key), `${path}[${key}]`));
    return [...inside, ...inOrder(a, b, path)];
  }
  if (isMap(theirs) && isMap(ours)) {
    const [a, b] = [new Map(Object.entries(theirs)), new Map(Object.entries(ours))];
    const start = path === '' ? '' : `${path}.`;
    return keysOf(a, b).flatMap((key) => within(a.get(key), b.get(key), start + key));
  }
  return JSON.stringify(theirs) === JSON.stringify(ours) ? [] : [{ path, theirs, ours }];
}

/** Items that both lists have must be in the same order. */
function inOrder(a: Named, b: Named, path: string): Differing[] {
  const theirs = [...a.keys()].filter((key) => b.has(key)).join(' ');
  const ours = [...b.keys()].filter((key) => a.has(key)).join(' ');
  return theirs === ours ? [] : [{ path: `${path} order`, theirs, ours }];
}

/** Items by name; without a name, or with a duplicate one, by index. */
function byItem(items: readonly Value[]): Named {
  const named = new Map<string, Value>();
  for (const [i, item] of items.entries()) {
    const name = titleOf(item);
    named.set(name === undefined || named.has(name) ? String(i) : name, item);
  }
  return named;
}

/** The name of an item: flag of an argument, name or port of an object, resources of a rule. */
function titleOf(item: Value): string | undefined {
  if (typeof item === 'string') return /^--[\w-]+/.exec(item)?.[0];
  if (!isMap(item)) return undefined;
  if (Array.isArray(item.resources)) return item.resources.join('+');
  const name = item.name ?? item.port;
  return name === undefined ? undefined : String(name);
}

const isMap = (value: Value | undefined): value is { readonly [key: string]: Value } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const keysOf = (a: Named, b: Named): string[] => [...new Set([...a.keys(), ...b.keys()])];
