// The StatefulSet controller: creates pods in ascending and updates them in descending order.
import type { Pod, PodTemplate, StatefulSet } from '../objects.ts';
import { hashName } from '../random.ts';
import { isActive, isReady, newPod } from './pods.ts';
import { endPod } from './replicasets.ts';
import type { World } from './world.ts';

const revisionLabel = 'controller-revision-hash';

/** The revision name of the pod template. */
export const revisionOf = ({ metadata, spec }: StatefulSet): string =>
  `${metadata.name}-${hashName(JSON.stringify(spec.template))}`;

/** The pod with an ordinal, from the current template. */
export function newMember(
  set: StatefulSet,
  ordinal: number,
  { now, random }: { now: string; random: () => number },
): Pod {
  const name = `${set.metadata.name}-${ordinal}`;
  const labels = {
    'apps.kubernetes.io/pod-index': String(ordinal),
    [revisionLabel]: revisionOf(set),
    'statefulset.kubernetes.io/pod-name': name,
  };
  const { metadata, spec } = set;
  const template = spec.template as PodTemplate;
  const { namespace = '' } = metadata;
  const pod = newPod({ name, namespace, owner: set, template, labels, random, now });
  pod.spec.hostname = name;
  pod.spec.subdomain = spec.serviceName;
  for (const claim of spec.volumeClaimTemplates ?? []) {
    const volume = claim.metadata?.name ?? 'data';
    const persistentVolumeClaim = { claimName: `${volume}-${name}` };
    pod.spec.volumes = [...(pod.spec.volumes ?? []), { name: volume, persistentVolumeClaim }];
    const [container] = pod.spec.containers;
    container?.volumeMounts?.push({ name: volume, mountPath: '/var/lib/data' });
  }
  return pod;
}

/** The status of a StatefulSet. */
export function statefulSetStatus(set: StatefulSet, pods: readonly Pod[]): StatefulSet['status'] {
  const active = pods.filter(isActive);
  const ready = active.filter(isReady).length;
  const updateRevision = revisionOf(set);
  const updated = active.filter((pod) => revisionLabelOf(pod) === updateRevision).length;
  const { currentRevision = updateRevision } = set.status;
  const done = updated === active.length && updated === (set.spec.replicas ?? 1);
  const current = done ? updateRevision : currentRevision;
  return {
    observedGeneration: set.metadata.generation,
    replicas: active.length,
    readyReplicas: ready || undefined,
    currentReplicas: active.filter((pod) => revisionLabelOf(pod) === current).length || undefined,
    updatedReplicas: updated || undefined,
    currentRevision: current,
    updateRevision,
    collisionCount: 0,
    availableReplicas: ready,
  };
}

/** Takes the next step, and updates the status. */
export function reconcileStatefulSet(set: StatefulSet, world: World): void {
  step(set, world);
  const status = statefulSetStatus(set, world.owned<Pod>('pods', set));
  world.update({ ...set, status });
}

function step(set: StatefulSet, world: World): void {
  const pods = world.owned<Pod>('pods', set);
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(pod), pod]));
  const { replicas = 1 } = set.spec;
  for (let ordinal = 0; ordinal < replicas; ordinal++) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) {
      world.create(newMember(set, ordinal, world));
      return;
    }
    if (pod.metadata.deletionTimestamp) return;
    if (!isActive(pod)) {
      // A terminated pod must be deleted before its ordinal is free.
      world.remove('pods', pod);
      return;
    }
    if (!isReady(pod)) return;
  }
  const downwards = pods.sort((a, b) => ordinalOf(b) - ordinalOf(a));
  if (downwards.some(({ metadata }) => metadata.deletionTimestamp)) return;
  const revision = revisionOf(set);
  const next =
    downwards.find((pod) => ordinalOf(pod) >= replicas) ??
    downwards.find((pod) => revisionLabelOf(pod) !== revision);
  if (next !== undefined) endPod(next, world);
}

const ordinalOf = ({ metadata }: Pod): number =>
  Number(metadata.name.slice(metadata.name.lastIndexOf('-') + 1));

const revisionLabelOf = ({ metadata }: Pod): string | undefined => metadata.labels?.[revisionLabel];
