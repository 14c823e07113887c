// The DaemonSet controller: one pod on every eligible node.
import type { DaemonSet, Node, Pod, PodTemplate } from '../objects.ts';
import { hashName, nameSuffix } from '../random.ts';
import { bind, isActive, isReady, newPod } from './pods.ts';
import { endPod } from './replicasets.ts';
import type { World } from './world.ts';

const revisionLabel = 'controller-revision-hash';

/** Taints that all pods of DaemonSets tolerate. */
const borne = [
  ...['not-ready', 'unreachable'].map((state) => [state, 'NoExecute'] as const),
  ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map(
    (state) => [state, 'NoSchedule'] as const,
  ),
].map(([state, effect]) => ({ key: `node.kubernetes.io/${state}`, operator: 'Exists', effect }));

/** Whether a DaemonSet has a pod on a node: only taints of node roles can exclude it. */
export function belongsOn({ spec }: DaemonSet, node: Node): boolean {
  const everywhere = spec.template.spec?.tolerations?.some(({ key }) => key === undefined);
  const kept = node.spec.taints?.some(({ key }) => !key.startsWith('node.kubernetes.io/'));
  return everywhere === true || kept !== true;
}

/** The pod of a DaemonSet for a node. */
export function newDaemon(
  set: DaemonSet,
  node: Node,
  { now, random }: { now: string; random: () => number },
): Pod {
  const { name, namespace = '' } = set.metadata;
  const pod = newPod({
    name: `${name}-${nameSuffix(random)}`,
    namespace,
    owner: set,
    template: set.spec.template as PodTemplate,
    labels: { [revisionLabel]: revisionOf(set) },
    random,
    now,
  });
  const field = { key: 'metadata.name', operator: 'In', values: [node.metadata.name] };
  const terms = { nodeSelectorTerms: [{ matchFields: [field] }] };
  pod.spec.affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } };
  pod.spec.tolerations = [
    ...(set.spec.template.spec?.tolerations ?? []),
    ...borne,
  ] as Pod['spec']['tolerations'];
  bind(pod, node.metadata.name, now);
  return pod;
}

/** The status of a DaemonSet; `desired` is the number of eligible nodes. */
export function daemonSetStatus(
  set: DaemonSet,
  pods: readonly Pod[],
  desired: number,
): DaemonSet['status'] {
  const active = pods.filter(isActive);
  const ready = active.filter(isReady).length;
  const revision = revisionOf(set);
  return {
    currentNumberScheduled: active.length,
    numberMisscheduled: 0,
    desiredNumberScheduled: desired,
    numberReady: ready,
    observedGeneration: set.metadata.generation,
    updatedNumberScheduled:
      active.filter((pod) => pod.metadata.labels?.[revisionLabel] === revision).length || undefined,
    numberAvailable: ready || undefined,
    numberUnavailable: desired - ready || undefined,
  };
}

/** Creates missing pods, replaces one old pod at a time, and updates the status. */
export function reconcileDaemonSet(set: DaemonSet, world: World): void {
  const nodes = [...world.nodes.values()].filter((node) => belongsOn(set, node));
  const pods = world.owned<Pod>('pods', set);
  for (const pod of pods) {
    if (!isActive(pod) && !pod.metadata.deletionTimestamp) world.remove('pods', pod);
  }
  const served = new Set(pods.map(({ spec }) => spec.nodeName));
  for (const node of nodes) {
    if (!served.has(node.metadata.name)) world.create(newDaemon(set, node, world));
  }
  const revision = revisionOf(set);
  const quiet = pods.length === nodes.length && pods.every((pod) => isActive(pod) && isReady(pod));
  const old = pods.find(({ metadata }) => metadata.labels?.[revisionLabel] !== revision);
  if (quiet && old !== undefined) endPod(old, world);
  const status = daemonSetStatus(set, world.owned<Pod>('pods', set), nodes.length);
  world.update({ ...set, status });
}

const revisionOf = ({ spec }: DaemonSet): string => hashName(JSON.stringify(spec.template));
