// An owner key is what controls an object, as one text: the same for all that it controls.
import type { ObjectMeta } from '../metrics/object.ts';

/** An owner as the object that it owns names it. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** A reference, and the namespace of the object that has it: empty where it is in none. */
export interface PlacedReference {
  readonly reference: OwnerReference;
  readonly namespace: string;
}

/** The controller that the metadata names: the one owner that manages the object, if any. */
export function controllerOf({
  ownerReferences,
}: Pick<ObjectMeta, 'ownerReferences'>): OwnerReference | undefined {
  const found = ownerReferences?.find(({ controller }) => controller === true);
  if (found === undefined) return undefined;
  const { apiVersion, kind, name, uid } = found;
  return { apiVersion, kind, name, uid };
}

/**
 * What controls the pod. A pod without a controller has a key of its own, and so has a static one,
 * which its node controls: `placeOf` gives the pod's name as that of the owner.
 */
export function podOwnerKey(metadata: ObjectMeta): string {
  const { name, namespace } = metadata;
  const reference = controllerOf(metadata) ?? bare;
  const { kind } = reference;
  const isItsOwn = kind === '' || isNode(reference);
  return ownerKey(isItsOwn ? { ...reference, name } : reference, namespace ?? '');
}

const bare: OwnerReference = { apiVersion: '', kind: '', name: '', uid: '' };

/** Whether a node is named: those are in the core group. */
export const isNode = ({ apiVersion, kind }: Pick<OwnerReference, 'apiVersion' | 'kind'>) =>
  kind === 'Node' && apiVersion === 'v1';

/** No part of it has a zero, unless somebody wrote one into a reference by hand. */
export const ownerKey = (
  { apiVersion, kind, name, uid }: OwnerReference,
  namespace: string,
): string => [namespace, apiVersion, kind, uid, name].join('\0');

/** What `ownerKey` has made the key of. */
export function placeOf(key: string): PlacedReference {
  const [namespace = '', apiVersion = '', kind = '', uid = '', name = ''] = key.split('\0');
  return { namespace, reference: { apiVersion, kind, name, uid } };
}
