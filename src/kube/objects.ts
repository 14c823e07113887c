// Which values of the wire count as objects, the key they are told apart by, and where they go.
import type { ListedObject, ReflectorObserver } from './types.ts';

/** How far behind `"metadata"` name and namespace are looked for: they come first, by the API. */
const nearCharsMax = 2_048;

/** Takes objects: a sink, or a relisting. */
export interface Target {
  put(object: ListedObject): void;
  delete(object: ListedObject): void;
}

/** Hands one value on; what is no object, or fails the target, is reported and lost alone. */
export function apply(
  target: Target,
  change: 'put' | 'delete',
  value: unknown,
  observer: Pick<ReflectorObserver, 'malformed'>,
): void {
  try {
    target[change](asObject(value));
  } catch (error) {
    observer.malformed(keyOf(value), error);
  }
}

/** The value as an object that has a name; throws a sentence that says what is missing. */
function asObject(value: unknown): ListedObject {
  const { name } = metadataOf(value);
  if (typeof name !== 'string' || name === '') {
    throw new Error('expected an object with metadata.name, got one without');
  }
  return value as ListedObject;
}

/** namespace/name of a value that may be no object at all; empty where none can be read. */
export function keyOf(value: unknown): string {
  const { name, namespace } = metadataOf(value);
  const words = [namespace, name].filter((word) => typeof word === 'string' && word !== '');
  return words.join('/');
}

/** The version a value bears; empty where it bears none. */
export function versionOf(value: unknown): string {
  const { resourceVersion } = metadataOf(value);
  return typeof resourceVersion === 'string' ? resourceVersion : '';
}

/** The metadata of any value; an empty one for what has none. */
export function metadataOf(value: unknown): Record<string, unknown> {
  return asRecord(asRecord(value).metadata);
}

/** The value if it is a JSON object, an empty one if it is not. */
export function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return value as Record<string, unknown>;
}

/** The key that can still be read in JSON text that does not parse; empty where none can. */
export function keyInText(text: string): string {
  const at = text.indexOf('"metadata"');
  if (at < 0) return '';
  const near = text.slice(at, at + nearCharsMax);
  const name = /"name"\s*:\s*"([^"\\]*)"/.exec(near)?.[1] ?? '';
  const namespace = /"namespace"\s*:\s*"([^"\\]*)"/.exec(near)?.[1] ?? '';
  return keyOf({ metadata: { name, namespace } });
}
