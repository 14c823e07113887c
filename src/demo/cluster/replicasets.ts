// The ReplicaSet controller: creates and deletes pods, and updates the status.
import type { Deployment, Pod, PodTemplate, ReplicaSet } from '../objects.ts';
import { controllerReference } from '../objects.ts';
import { nameSuffix, uuid } from '../random.ts';
import { askToEnd, isActive, isReady, newPod } from './pods.ts';
import type { World } from './world.ts';

/** The annotation with the revision of a ReplicaSet. */
export const revisionAnnotation = 'deployment.kubernetes.io/revision';

export interface ReplicaSetPlan {
  readonly deployment: Deployment;
  /** The hash of the pod template. */
  readonly hash: string;
  readonly revision: number;
  readonly replicas: number;
  readonly now: string;
  readonly random: () => number;
}

/** The ReplicaSet of a revision of a Deployment. */
export function newReplicaSet(plan: ReplicaSetPlan): ReplicaSet {
  const { deployment, hash, revision, replicas, now, random } = plan;
  const { name, namespace, annotations } = deployment.metadata;
  const { selector, template, replicas: desired = 1 } = deployment.spec;
  const ours = { 'pod-template-hash': hash };
  const labels = { ...template.metadata?.labels, ...ours };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      uid: uuid(random),
      creationTimestamp: now,
      generation: 1,
      labels,
      annotations: {
        ...annotations,
        'deployment.kubernetes.io/desired-replicas': String(desired),
        [revisionAnnotation]: String(revision),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      selector: { matchLabels: { ...selector.matchLabels, ...ours } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
    status: { replicas: 0 },
  };
}

/** The status of a ReplicaSet. */
export function replicaSetStatus(set: ReplicaSet, pods: readonly Pod[]): ReplicaSet['status'] {
  const active = pods.filter(isActive);
  const ready = active.filter(isReady).length;
  const ending = pods.filter(({ metadata }) => metadata.deletionTimestamp).length;
  return {
    replicas: active.length,
    ...(active.length > 0 && { fullyLabeledReplicas: active.length }),
    ...(ready > 0 && { readyReplicas: ready, availableReplicas: ready }),
    terminatingReplicas: ending,
    observedGeneration: set.metadata.generation,
  };
}

/** Creates or deletes pods to match spec.replicas, and updates the status. */
export function reconcileReplicaSet(set: ReplicaSet, world: World): void {
  const active = world.owned<Pod>('pods', set).filter(isActive);
  const { replicas = 1, template } = set.spec;
  for (let count = active.length; count < replicas; count++) {
    world.create(podOf(set, template as PodTemplate, world));
  }
  for (const pod of leastWanted(active).slice(0, Math.max(active.length - replicas, 0))) {
    endPod(pod, world);
  }
  const status = replicaSetStatus(set, world.owned<Pod>('pods', set));
  world.update({ ...set, status });
}

function podOf(set: ReplicaSet, template: PodTemplate, { random, now }: World): Pod {
  const { name, namespace = '' } = set.metadata;
  return newPod({
    name: `${name}-${nameSuffix(random)}`,
    namespace,
    owner: set,
    template,
    random,
    now,
  });
}

/** Deletes a pod: at once if it is not scheduled, otherwise with its grace period. */
export function endPod(pod: Pod, world: World): void {
  if (pod.metadata.deletionTimestamp) return;
  if (pod.spec.nodeName === undefined) {
    world.remove('pods', pod);
    return;
  }
  askToEnd(pod, world.now);
  world.update(pod);
}

/** The order of deletion: unscheduled pods, then unready ones, then the youngest. */
function leastWanted(pods: readonly Pod[]): Pod[] {
  const rank = (pod: Pod): number => (pod.spec.nodeName === undefined ? 0 : isReady(pod) ? 2 : 1);
  const born = ({ metadata }: Pod): string => metadata.creationTimestamp ?? '';
  return [...pods].sort((a, b) => rank(a) - rank(b) || (born(a) < born(b) ? 1 : -1));
}
