// Which object it is: the key, the uid and the version by which one is told from another.
import type { KubeObject } from '../object.ts';

const malformedCharsMax = 200;

export interface Place {
  /** namespace/name */
  readonly key: string;
  readonly uid: string | undefined;
  /** metadata.resourceVersion, empty where there is none. */
  readonly version: string;
}

/** Throws where there is no name: what the server sent is checked here, the types only claim it. */
export function placeOf(object: KubeObject): Place {
  const { name, namespace, uid, resourceVersion } = object?.metadata ?? {};
  if (typeof name !== 'string' || name === '') {
    const got = JSON.stringify(object?.metadata)?.slice(0, malformedCharsMax) ?? 'none';
    throw new TypeError(`expected an object whose metadata has a name, got metadata ${got}`);
  }
  return {
    key: `${namespace ?? ''}/${name}`,
    uid: typeof uid === 'string' ? uid : undefined,
    version: typeof resourceVersion === 'string' ? resourceVersion : '',
  };
}

/** Whether both are one object: another uid under the same key is another object. */
export const isSame = (known: { uid: string | undefined }, { uid }: { uid: string | undefined }) =>
  known.uid === undefined || uid === undefined || known.uid === uid;

/** Whether nothing can have changed between the two. */
export const stands = (known: Place, { uid, version }: Place): boolean =>
  version !== '' && uid !== undefined && known.version === version && known.uid === uid;

/**
 * Whether the server wrote `place` before `known`. Versions of one resource are whole numbers that
 * grow; of any that are not, neither is older.
 */
export function isOlder({ version }: Place, known: Place): boolean {
  if (!isWhole.test(version) || !isWhole.test(known.version)) return false;
  if (version.length !== known.version.length) return version.length < known.version.length;
  return version < known.version;
}

const isWhole = /^[1-9]\d*$/;
