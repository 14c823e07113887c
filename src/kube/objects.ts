// Objects as they arrive: which JSON counts as one, how it is named, and how it reaches a sink.
import { keyOf } from '../lib/objectKey.ts';
import type { KubeObject } from '../metrics/object.ts';
import type { Sink } from '../store/types.ts';
import type { ReflectorObserver } from './types.ts';

/** Name and namespace are looked for this far after `"metadata"`, whose first fields they are. */
const nearCharsMax = 2_048;

/** Puts an object into a sink or a relist, or deletes it there; one that fails is reported. */
export function apply(
  target: Pick<Sink, 'put' | 'delete'>,
  change: 'put' | 'delete',
  object: unknown,
  observer: Pick<ReflectorObserver, 'malformed'>,
): void {
  try {
    target[change](checked(object));
  } catch (error) {
    observer.malformed(keyOf(metadataOf(object)), error);
  }
}

/** The object, if it has a name; throws a sentence that says what is missing. */
function checked(object: unknown): KubeObject {
  const { name } = metadataOf(object);
  if (typeof name !== 'string' || name === '') {
    throw new Error('expected an object with metadata.name, got one without');
  }
  return object as KubeObject;
}

/** The object's metadata.resourceVersion; empty where there is none. */
export function resourceVersionOf(object: unknown): string {
  const { resourceVersion } = metadataOf(object);
  return typeof resourceVersion === 'string' ? resourceVersion : '';
}

/** The object's metadata; empty where there is none, or where it is no object at all. */
export function metadataOf(object: unknown): Record<string, unknown> {
  return asRecord(asRecord(object).metadata);
}

/** The value if it is a JSON object, an empty one if it is not. */
export function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return value as Record<string, unknown>;
}

/** The key of an object whose JSON does not parse; empty where none can be read. */
export function keyInText(text: string): string {
  const at = text.indexOf('"metadata"');
  if (at < 0) return '';
  const near = text.slice(at, at + nearCharsMax);
  const name = /"name"\s*:\s*"([^"\\]*)"/.exec(near)?.[1] ?? '';
  const namespace = /"namespace"\s*:\s*"([^"\\]*)"/.exec(near)?.[1] ?? '';
  return keyOf({ namespace, name });
}
