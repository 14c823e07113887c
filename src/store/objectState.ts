// objectVersionOf reads which state of which object this is: its key, uid and version.
import { keyOf, namespaceOf } from '../lib/objectKey.ts';
import { shortened } from '../lib/shortened.ts';
import type { KubeObject } from '../metrics/object.ts';
import type { ObjectIdentity, ObjectVersion } from './types.ts';

const malformedCharsMax = 200;

/** Throws where there is no name: the type promises one, but it came from the network. */
export function objectVersionOf(object: KubeObject): ObjectVersion {
  const metadata: Partial<KubeObject['metadata']> = object?.metadata ?? {};
  const { name, uid, resourceVersion } = metadata;
  if (typeof name !== 'string' || name === '') {
    const got = shortened(JSON.stringify(object?.metadata) ?? 'none', malformedCharsMax);
    throw new TypeError(`expected an object whose metadata has a name, got metadata ${got}`);
  }
  return {
    key: keyOf(metadata),
    uid: typeof uid === 'string' ? uid : undefined,
    version: typeof resourceVersion === 'string' ? resourceVersion : '',
  };
}

/** Whether both are the same object: another uid under the same key is another object. */
export const isSameObject = (
  existing: { uid: string | undefined },
  { uid }: { uid: string | undefined },
) => existing.uid === undefined || uid === undefined || existing.uid === uid;

/** Whether both are the same state of the same object, so that nothing has to be rendered. */
export const isUnchanged = (existing: ObjectVersion, { uid, version }: ObjectVersion): boolean =>
  version !== '' && uid !== undefined && existing.version === version && existing.uid === uid;

/** What metadata would say of a stored object. */
export function identityOf({ key, uid }: Pick<ObjectVersion, 'key' | 'uid'>): ObjectIdentity {
  const namespace = namespaceOf(key);
  if (namespace === '') return { name: key, uid: uid ?? null };
  return { namespace, name: key.slice(namespace.length + 1), uid: uid ?? null };
}
