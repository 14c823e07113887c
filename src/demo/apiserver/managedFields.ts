// Adds metadata.managedFields, which are about half of the bytes of a real object.
import type { ApiObject, Metadata, Pod } from '../objects.ts';

/** The pod with the managedFields of its controller and the kubelet. */
export function withManagedFields(pod: Pod): Pod {
  const { labels, annotations, ownerReferences } = pod.metadata;
  const time = pod.metadata.creationTimestamp;
  const entry = { apiVersion: pod.apiVersion, fieldsType: 'FieldsV1', operation: 'Update', time };
  const made = { metadata: { labels, annotations, ownerReferences }, spec: pod.spec };
  const managedFields = [
    { manager: 'kube-controller-manager', ...entry, fieldsV1: fieldsOf(made) },
    {
      manager: 'kubelet',
      ...entry,
      fieldsV1: fieldsOf({ status: pod.status }),
      subresource: 'status',
    },
  ] as unknown as Metadata['managedFields'];
  return { ...pod, metadata: { ...pod.metadata, managedFields } } satisfies ApiObject;
}

/** The paths of a value as FieldsV1: `f:` before names, `k:` before the keys of items. */
function fieldsOf(value: unknown): object {
  if (Array.isArray(value)) {
    const keyed = value.map((item): [string, unknown] => [itemKey(item), item]);
    return Object.fromEntries([['.', {}], ...keyed.map(([key, item]) => [key, fieldsOf(item)])]);
  }
  if (typeof value !== 'object' || value === null) return {};
  const present = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(present.map(([name, part]) => [`f:${name}`, fieldsOf(part)]));
}

function itemKey(item: unknown): string {
  const { name, type, ip, uid } = (item ?? {}) as Record<string, unknown>;
  const [field, value] = Object.entries({ name, type, ip, uid }).find(
    ([, one]) => one !== undefined,
  ) ?? ['', undefined];
  return field === '' ? `v:${JSON.stringify(item)}` : `k:${JSON.stringify({ [field]: value })}`;
}
