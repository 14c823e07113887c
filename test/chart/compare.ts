// Compares what two charts render, object by object, down to every value and the order of lists.
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

/** One place that differs; what is not there on one side is undefined there. */
export interface Place {
  /** As `nameOf` has it. */
  readonly object: string;
  /** As `spec.containers[http].args[--port]`; empty where the object itself is missing. */
  readonly path: string;
  readonly theirs: unknown;
  readonly ours: unknown;
}

/** The objects of a rendering; a document without content is none. */
export function manifestsOf(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => {
      if (document.errors[0]) throw document.errors[0];
      return document.toJS() as Manifest | null;
    })
    .filter((manifest) => manifest !== null);
}

/** `Kind namespace/name`, or `Kind name` where the object has no namespace. */
export function nameOf({ kind, metadata: { namespace, name } }: Manifest): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** All places in which two renderings differ, in the order of theirs. */
export function placesBetween(theirs: Manifest[], ours: Manifest[]): Place[] {
  const [a, b] = [byName(theirs), byName(ours)];
  return keysOf(a, b).flatMap((name) => {
    const object = name.slice(name.indexOf(' ') + 1);
    return within(a.get(name), b.get(name), '').map((place) => ({ object, ...place }));
  });
}

type Differing = Omit<Place, 'object'>;
type Named = ReadonlyMap<string, Value>;

/** Two API versions of one kind are two objects, two objects of one name are a fault. */
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

/** Items that both lists have must stand in one order. */
function inOrder(a: Named, b: Named, path: string): Differing[] {
  const theirs = [...a.keys()].filter((key) => b.has(key)).join(' ');
  const ours = [...b.keys()].filter((key) => a.has(key)).join(' ');
  return theirs === ours ? [] : [{ path: `${path} order`, theirs, ours }];
}

/** Items by what they are called; one of a name that came before, or of none, by its place. */
function byItem(items: readonly Value[]): Named {
  const named = new Map<string, Value>();
  for (const [i, item] of items.entries()) {
    const name = titleOf(item);
    named.set(name === undefined || named.has(name) ? String(i) : name, item);
  }
  return named;
}

/** The flag of an argument, the name or port of an object, the resources of a rule. */
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
