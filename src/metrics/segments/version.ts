// Which object it is, and which state of it: by key, uid and version.
import type { KubeObject } from '../object.ts';
import type { HeldVersion } from '../store.ts';

const malformedCharsMax = 200;

/** Throws where there is no name: what the server sent is checked here, the types only claim it. */
export function versionOf(object: KubeObject): HeldVersion {
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
export const stands = (known: HeldVersion, { uid, version }: HeldVersion): boolean =>
  version !== '' && uid !== undefined && known.version === version && known.uid === uid;
