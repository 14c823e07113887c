// Leases: their holder and last renewal.
import type { V1Lease } from '@kubernetes/client-node';
import { joined, metadata, spec } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { unixSecondsIfSet } from '../metrics/time.ts';

// biome-ignore format: a table, a row each
export const leases = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  scope: 'namespace',
  default: true,
  identity: {
    lease: (l) => l.metadata.name,
  },
  families: {
    kube_lease_owner: joined('ALPHA',
      'Always 1: the holder of the lease, with one series per owner reference, or empty owner labels.',
      ['owner_kind', 'owner_name', 'namespace', 'lease_holder'],
      (s) => s?.holderIdentity,
      (holder, { metadata }, emit) => {
        const owners = metadata.ownerReferences ?? [];
        const { namespace } = metadata;
        for (const { kind, name } of owners) emit(1, kind, name, namespace, holder);
        if (owners.length === 0) emit(1, '', '', namespace, holder);
      }),
    kube_lease_renew_time: spec.gauges('ALPHA',
      'Unix time in seconds at which the lease was last renewed by its holder.', ['namespace'], (s, emit, { namespace }) => {
        const time = unixSecondsIfSet(s?.renewTime);
        if (time !== undefined) emit(time, namespace);
      }),
    kube_lease_deletion_timestamp: metadata.gauges('ALPHA',
      'Unix time in seconds at which a terminating lease is due to be deleted.', ['namespace'], (meta, emit) => {
        const time = unixSecondsIfSet(meta.deletionTimestamp);
        if (time !== undefined) emit(time, meta.namespace);
      }, { optIn: true, marksDeleted: true }),
  },
} satisfies Resource<V1Lease>;
