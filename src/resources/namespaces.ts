// Namespaces: their phase and conditions.
import type { V1Namespace } from '@kubernetes/client-node';
import { status } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';
import { conditionStates, emitConditions } from './conditions.ts';

const phases = ['Active', 'Terminating'] as const;

// biome-ignore format: a table, a row each
export const namespaces = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  scope: 'cluster',
  default: true,
  identity: {
    namespace: (n) => n.metadata.name,
  },
  families: {
    kube_namespace_created: created('STABLE'),
    kube_namespace_annotations: annotations('ALPHA'),
    kube_namespace_labels: labels('STABLE'),
    kube_namespace_status_phase: status.stateSet('STABLE',
      'Whether the namespace is in this phase: 1 if so, else 0.', ['phase'], phases, (s, emit) => emit(s?.phase)),
    kube_namespace_status_condition: status.stateSet('ALPHA',
      'Whether a condition of the namespace has this status: 1 if so, else 0.', ['condition', 'status'], conditionStates,
      (s, emit) => emitConditions(s?.conditions, emit)),
    kube_namespace_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1Namespace>;
