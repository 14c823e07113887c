// Leases: who holds them, and when they were last renewed.
import type { V1Lease } from '@kubernetes/client-node';
import { gauges } from '../metrics/family.ts';
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
    kube_lease_owner: gauges('ALPHA',
      'Always 1: who holds the lease, with one series for each owner of the object, or one with an empty owner.',
      ['owner_kind', 'owner_name', 'namespace', 'lease_holder'], (l, emit) => {
        const owners = l.metadata.ownerReferences ?? [];
        const { namespace } = l.metadata;
        const holder = l.spec?.holderIdentity;
        for (const { kind, name } of owners) emit(1, kind, name, namespace, holder);
        if (owners.length === 0) emit(1, '', '', namespace, holder);
      }),
    kube_lease_renew_time: gauges('ALPHA',
      'Unix time in seconds at which the holder last renewed the lease.', ['namespace'], (l, emit) => {
        const time = unixSecondsIfSet(l.spec?.renewTime);
        if (time !== undefined) emit(time, l.metadata.namespace);
      }),
  },
} satisfies Resource<V1Lease>;
