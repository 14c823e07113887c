// Deployments: how many replicas are wanted and there, and how a rollout goes.
import type { V1Deployment } from '@kubernetes/client-node';
import { gauge, gauges } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import {
  annotations,
  created,
  deletionTimestamp,
  generation,
  labels,
  owners,
} from '../metrics/stock.ts';
import { conditionStatuses, countOrPercent, flag } from './conditions.ts';

/** What the deployment controller gives as reasons; any other is `unknown`, to bound the series. */
const reasons: ReadonlySet<string> = new Set([
  ...[
    '',
    'NewReplicaSetCreated',
    'FoundNewReplicaSet',
    'ReplicaSetUpdated',
    'ReplicaSetCreateError',
  ],
  ...[
    'NewReplicaSetAvailable',
    'ProgressDeadlineExceeded',
    'DeploymentPaused',
    'DeploymentResumed',
  ],
  ...['MinimumReplicasAvailable', 'MinimumReplicasUnavailable'],
]);

// biome-ignore format: a table, a row each
export const deployments = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  scope: 'namespace',
  default: true,
  identity: {
    namespace: (d) => d.metadata.namespace,
    deployment: (d) => d.metadata.name,
  },
  families: {
    kube_deployment_owner: owners('ALPHA'),
    kube_deployment_created: created('STABLE'),
    kube_deployment_status_replicas: gauge('STABLE',
      'Pods of the deployment that exist, of any revision and those being terminated excepted.', (d) => d.status?.replicas ?? 0),
    kube_deployment_status_replicas_ready: gauge('STABLE',
      'Pods of the deployment that pass their readiness checks.', (d) => d.status?.readyReplicas ?? 0),
    kube_deployment_status_replicas_available: gauge('STABLE',
      'Pods of the deployment that have been ready for at least its minReadySeconds.', (d) => d.status?.availableReplicas ?? 0),
    kube_deployment_status_replicas_unavailable: gauge('STABLE',
      'Pods the deployment still lacks to be fully available, not yet created ones included.', (d) => d.status?.unavailableReplicas ?? 0),
    kube_deployment_status_replicas_updated: gauge('STABLE',
      'Pods of the deployment that run its newest pod template.', (d) => d.status?.updatedReplicas ?? 0),
    kube_deployment_status_terminating_replicas: gauge('ALPHA',
      'Pods of the deployment that are being deleted and not gone yet, where the cluster counts them.', (d) => d.status?.terminatingReplicas),
    kube_deployment_status_observed_generation: gauge('STABLE',
      'Generation of the deployment that its controller has last acted on.', (d) => d.status?.observedGeneration ?? 0),
    kube_deployment_status_condition: gauges('STABLE',
      'Whether a condition of the deployment has the status that the label names: 1 if so, else 0.', ['reason', 'condition', 'status'], (d, emit) => {
        for (const condition of d.status?.conditions ?? []) {
          const reason = reasons.has(condition.reason ?? '') ? condition.reason : 'unknown';
          for (const { label, status } of conditionStatuses) emit(flag(condition.status === status), reason, condition.type, label);
        }
      }),
    kube_deployment_spec_replicas: gauge('STABLE',
      'Pods the deployment is asked to run.', (d) => d.spec?.replicas),
    kube_deployment_spec_paused: gauge('STABLE',
      'Whether rollouts of the deployment are paused: 1 if so, else 0.', (d) => flag(d.spec?.paused)),
    kube_deployment_spec_strategy_rollingupdate_max_unavailable: gauge('STABLE',
      'Pods that may be missing during a rolling update; a percentage is of the replicas, rounded down.',
      (d) => countOrPercent(d.spec?.strategy?.rollingUpdate?.maxUnavailable, d.spec?.replicas, Math.floor)),
    kube_deployment_spec_strategy_rollingupdate_max_surge: gauge('STABLE',
      'Pods that may exist beyond the replicas during a rolling update; a percentage is of the replicas, rounded up.',
      (d) => countOrPercent(d.spec?.strategy?.rollingUpdate?.maxSurge, d.spec?.replicas, Math.ceil)),
    kube_deployment_metadata_generation: generation('STABLE'),
    kube_deployment_deletion_timestamp: deletionTimestamp('ALPHA'),
    kube_deployment_annotations: annotations('ALPHA'),
    kube_deployment_labels: labels('STABLE'),
  },
} satisfies Resource<V1Deployment>;
