// Events of the simulated cluster: rollouts, changing load, failing nodes.

import type { Autoscaler, DaemonSet, Deployment, Node, Pod, StatefulSet } from '../objects.ts';
import { controllerOf } from '../objects.ts';
import { between, pick } from '../random.ts';
import { setAway, setMemoryPressure } from './nodes.ts';
import { evict, markReady } from './pods.ts';
import { keyOf, type World } from './world.ts';

/** Schedules a later part of a happening. */
type After = (ms: number, then: () => void) => void;

export interface Happening {
  /** The time until it first happens. */
  readonly firstSeconds: readonly [min: number, max: number];
  /** The time between two occurrences. */
  readonly everySeconds: readonly [min: number, max: number];
  happen(world: World, after: After): void;
}

/** All happenings; some occur within the first minutes. */
export const happenings: readonly Happening[] = [
  { firstSeconds: [10, 20], everySeconds: [90, 240], happen: rollOut },
  { firstSeconds: [30, 60], everySeconds: [45, 120], happen: followLoad },
  { firstSeconds: [60, 120], everySeconds: [300, 600], happen: pressNode },
  { firstSeconds: [240, 480], everySeconds: [900, 1_800], happen: loseNode },
  { firstSeconds: [300, 600], everySeconds: [1_200, 2_400], happen: rollOutStateful },
];

/** A random available Deployment gets a new version. */
function rollOut(world: World): void {
  const working = world
    .all<Deployment>('deployments')
    .filter(({ status }) =>
      status.conditions?.some(({ type, status: is }) => type === 'Available' && is === 'True'),
    );
  const deployment = pick(world.random, working);
  if (deployment !== undefined) raiseVersion(deployment, world);
}

/** A StatefulSet or DaemonSet gets a new version. */
function rollOutStateful(world: World): void {
  const sets = [...world.all<StatefulSet>('statefulsets'), ...world.all<DaemonSet>('daemonsets')];
  const set = pick(world.random, sets);
  if (set !== undefined) raiseVersion(set, world);
}

function raiseVersion(workload: Deployment | StatefulSet | DaemonSet, world: World): void {
  const [container] = workload.spec.template.spec?.containers ?? [];
  if (container?.image === undefined) return;
  const image = container.image.replace(/\d+(?=\D*$)/, (last) => String(Number(last) + 1));
  container.image = image;
  const version = image.slice(image.lastIndexOf(':') + 1);
  const { labels } = workload.metadata;
  workload.metadata.labels = { ...labels, 'app.kubernetes.io/version': version };
  world.update(workload);
}

/** The load changes: a HorizontalPodAutoscaler scales its Deployment. */
function followLoad(world: World): void {
  const scaler = pick(world.random, world.all<Autoscaler>('horizontalpodautoscalers'));
  if (scaler === undefined) return;
  const { scaleTargetRef, minReplicas = 1, maxReplicas } = scaler.spec;
  const key = `${scaler.metadata.namespace}/${scaleTargetRef.name}`;
  const target = world.get<Deployment>('deployments', key);
  if (target === undefined) return;
  const step = pick(world.random, [-2, -1, 1, 2]) ?? 1;
  const replicas = Math.min(Math.max((target.spec.replicas ?? 1) + step, minReplicas), maxReplicas);
  if (replicas === target.spec.replicas) return;
  world.update({ ...target, spec: { ...target.spec, replicas } });
  const { status } = scaler;
  world.update({
    ...scaler,
    status: {
      ...status,
      lastScaleTime: world.now,
      currentReplicas: replicas,
      desiredReplicas: replicas,
    },
  });
}

/** A node comes under memory pressure, evicts a pod, and recovers. */
function pressNode(world: World, after: After): void {
  const node = pickWorker(world);
  if (node === undefined) return;
  const key = keyOf(node);
  setMemoryPressure(node, true, world.now);
  world.update(node);
  const victims = world
    .podsOn(node)
    .filter((pod) => controllerOf(pod)?.kind === 'ReplicaSet' && !pod.metadata.deletionTimestamp);
  const victim = pick(world.random, victims);
  if (victim !== undefined) {
    evict(victim, world.now);
    world.update(victim);
  }
  after(between(world.random, 60_000, 150_000), () => {
    const present = world.get<Node>('nodes', key);
    if (present === undefined) return;
    setMemoryPressure(present, false, world.now);
    world.update(present);
  });
}

/** A node is unreachable for a while: its pods are not ready until it is back. */
function loseNode(world: World, after: After): void {
  const node = pickWorker(world);
  if (node === undefined) return;
  const key = keyOf(node);
  setAway(node, true, world.now);
  world.update(node);
  markPods(node, false, world);
  // Less than the five minutes that pods tolerate, so none is evicted.
  after(between(world.random, 60_000, 150_000), () => {
    const present = world.get<Node>('nodes', key);
    if (present === undefined) return;
    setAway(present, false, world.now);
    world.update(present);
    markPods(present, true, world);
  });
}

function markPods(node: Node, ready: boolean, world: World): void {
  for (const { metadata } of world.podsOn(node)) {
    const pod = world.get<Pod>('pods', keyOf({ metadata }));
    if (pod === undefined || pod.status.containerStatuses === undefined) continue;
    markReady(pod, ready, world.now);
    world.update(pod);
  }
}

/** A random healthy worker node. */
function pickWorker({ nodes, random }: World): Node | undefined {
  const well = [...nodes.values()].filter(({ spec }) => !spec.taints?.length);
  const node = pick(random, well);
  return node === undefined ? undefined : structuredClone(node);
}
