// Deployments: desired and actual replicas, conditions and rollout settings.
import type { V1Deployment } from '@kubernetes/client-node';
import { spec, status } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import {
  annotations,
  created,
  deletionTimestamp,
  generation,
  labels,
  owners,
} from '../metrics/stock.ts';
import { conditionState, conditionStates, countOrPercent, flag } from './conditions.ts';

/** The deployment controller's reasons; others become `unknown`, to limit cardinality. */
const reasons: ReadonlySet<string> = new Set([
  '',
  'NewReplicaSetCreated',
  'FoundNewReplicaSet',
  'ReplicaSetUpdated',
  'ReplicaSetCreateError',
  'NewReplicaSetAvailable',
  'ProgressDeadlineExceeded',
  'DeploymentPaused',
  'DeploymentResumed',
  'MinimumReplicasAvailable',
  'MinimumReplicasUnavailable',
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
    kube_deployment_status_replicas: status.gauge('STABLE',
      'Number of pods of the deployment, of any revision and without terminating ones.', (s) => s?.replicas ?? 0),
    kube_deployment_status_replicas_ready: status.gauge('STABLE',
      'Number of ready pods of the deployment.', (s) => s?.readyReplicas ?? 0),
    kube_deployment_status_replicas_available: status.gauge('STABLE',
      'Number of available pods of the deployment: ready for at least minReadySeconds.', (s) => s?.availableReplicas ?? 0),
    kube_deployment_status_replicas_unavailable: status.gauge('STABLE',
      'Number of pods that the deployment lacks to be fully available, including those not created yet.', (s) => s?.unavailableReplicas ?? 0),
    kube_deployment_status_replicas_updated: status.gauge('STABLE',
      'Number of updated pods of the deployment, made from its current pod template.', (s) => s?.updatedReplicas ?? 0),
    kube_deployment_status_terminating_replicas: status.gauge('ALPHA',
      'Number of terminating pods of the deployment, where the cluster reports it.', (s) => s?.terminatingReplicas),
    kube_deployment_status_observed_generation: status.gauge('STABLE',
      'Generation of the deployment that its controller has observed.', (s) => s?.observedGeneration ?? 0),
    kube_deployment_status_condition: status.stateSet('STABLE',
      'Whether a condition of the deployment has this status: 1 if so, else 0.', ['reason', 'condition', 'status'], conditionStates, (s, emit) => {
        for (const condition of s?.conditions ?? []) {
          const reason = reasons.has(condition.reason ?? '') ? condition.reason : 'unknown';
          emit(conditionState(condition), reason, condition.type);
        }
      }),
    kube_deployment_spec_replicas: spec.gauge('STABLE',
      'Number of pods that the deployment should have.', (s) => s?.replicas),
    kube_deployment_spec_paused: spec.gauge('STABLE',
      'Whether the deployment is paused: 1 if so, else 0.', (s) => flag(s?.paused)),
    kube_deployment_spec_strategy_rollingupdate_max_unavailable: spec.gauge('STABLE',
      'Number of pods that may be unavailable during a rolling update of the deployment, with a percentage of its replicas rounded down.',
      (s) => countOrPercent(s?.strategy?.rollingUpdate?.maxUnavailable, s?.replicas, Math.floor)),
    kube_deployment_spec_strategy_rollingupdate_max_surge: spec.gauge('STABLE',
      'Number of extra pods that a rolling update of the deployment may create, with a percentage of its replicas rounded up.',
      (s) => countOrPercent(s?.strategy?.rollingUpdate?.maxSurge, s?.replicas, Math.ceil)),
    kube_deployment_metadata_generation: generation('STABLE'),
    kube_deployment_deletion_timestamp: deletionTimestamp('ALPHA'),
    kube_deployment_annotations: annotations('ALPHA'),
    kube_deployment_labels: labels('STABLE'),
  },
} satisfies Resource<V1Deployment>;
