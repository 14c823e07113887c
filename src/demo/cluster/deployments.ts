// The Deployment controller: one ReplicaSet per revision, replaced step by step.
import type { Deployment, ReplicaSet } from '../objects.ts';
import { hashName } from '../random.ts';
import { newReplicaSet, revisionAnnotation } from './replicasets.ts';
import type { World } from './world.ts';

/** The hash of the pod template. */
export const templateHash = ({ spec }: Deployment): string =>
  hashName(JSON.stringify(spec.template));

/** Takes the next step of a rollout, and updates the status. */
export function reconcileDeployment(deployment: Deployment, world: World): void {
  const sets = world.owned<ReplicaSet>('replicasets', deployment);
  const hash = templateHash(deployment);
  const current = sets.find((set) => hashOf(set) === hash);
  if (current === undefined) {
    const last = Math.max(0, ...sets.map(revisionOf));
    const { now, random } = world;
    const plan = { deployment, hash, revision: last + 1, replicas: 0, now, random };
    // The event of the new ReplicaSet reconciles the Deployment again.
    world.create(newReplicaSet(plan));
    return;
  }
  const others = sets.filter((set) => set !== current);
  const paused = deployment.spec.paused === true && others.some((set) => wanted(set) > 0);
  if (!paused) {
    const scale = deployment.spec.strategy?.type === 'Recreate' ? recreate : roll;
    for (const [set, replicas] of scale(deployment, current, others)) {
      world.update({ ...set, spec: { ...set.spec, replicas } });
    }
  }
  forgetOld(deployment, others, world);
  const sum = world.owned<ReplicaSet>('replicasets', deployment);
  const status = deploymentStatus(deployment, sum, world.now);
  const revision = String(revisionOf(current));
  const annotations = { ...deployment.metadata.annotations, [revisionAnnotation]: revision };
  world.update({ ...deployment, metadata: { ...deployment.metadata, annotations }, status });
}

type Scaling = [set: ReplicaSet, replicas: number][];

/** RollingUpdate: scales up within maxSurge, and down within maxUnavailable. */
function roll({ spec }: Deployment, current: ReplicaSet, others: readonly ReplicaSet[]): Scaling {
  const { replicas: desired = 1 } = spec;
  const { maxSurge = '25%', maxUnavailable = '25%' } = spec.strategy?.rollingUpdate ?? {};
  const surge = share(maxSurge, desired, Math.ceil);
  // If both were 0 the rollout could not progress.
  const unavailable = share(maxUnavailable, desired, Math.floor) || (surge === 0 ? 1 : 0);
  const all = [current, ...others];
  const total = all.reduce((sum, set) => sum + wanted(set), 0);
  const scaling: Scaling = [];
  const room = Math.max(desired + surge - total, 0);
  const grown = Math.min(desired, wanted(current) + room);
  if (grown !== wanted(current)) scaling.push([current, grown]);

  const available = all.reduce((sum, set) => sum + availableOf(set), 0);
  const least = desired - unavailable;
  const unready = wanted(current) - availableOf(current);
  let budget = Math.max(total - least - unready, 0);
  let spare = Math.max(available - least, 0);
  for (const set of others) {
    // Unavailable pods go first.
    const broken = Math.min(wanted(set) - availableOf(set), budget);
    const working = Math.min(availableOf(set), spare, budget - broken);
    if (broken + working === 0) continue;
    scaling.push([set, wanted(set) - broken - working]);
    budget -= broken + working;
    spare -= working;
  }
  return scaling;
}

/** Recreate: deletes all old pods before it creates new ones. */
function recreate(
  { spec }: Deployment,
  current: ReplicaSet,
  others: readonly ReplicaSet[],
): Scaling {
  const running = others.filter((set) => wanted(set) > 0);
  if (running.length > 0) return running.map((set) => [set, 0]);
  const ended = others.every(
    ({ status }) => status.replicas === 0 && (status.terminatingReplicas ?? 0) === 0,
  );
  const desired = spec.replicas ?? 1;
  return ended && wanted(current) !== desired ? [[current, desired]] : [];
}

/** Deletes old ReplicaSets beyond revisionHistoryLimit. */
function forgetOld({ spec }: Deployment, others: readonly ReplicaSet[], world: World): void {
  const idle = others.filter(
    (set) => wanted(set) === 0 && set.status.replicas === 0 && !set.status.terminatingReplicas,
  );
  const oldestFirst = idle.sort((a, b) => revisionOf(a) - revisionOf(b));
  const surplus = Math.max(idle.length - (spec.revisionHistoryLimit ?? 10), 0);
  for (const set of oldestFirst.slice(0, surplus)) world.remove('replicasets', set);
}

/** The status of a Deployment. */
export function deploymentStatus(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  now: string,
): Deployment['status'] {
  const hash = templateHash(deployment);
  const current = sets.find((set) => hashOf(set) === hash);
  const sum = (count: (status: ReplicaSet['status']) => number | undefined): number =>
    sets.reduce((all, { status }) => all + (count(status) ?? 0), 0);
  const replicas = sum((status) => status.replicas);
  const available = sum((status) => status.availableReplicas);
  const total = sets.reduce((all, set) => all + wanted(set), 0);
  const status: Deployment['status'] = {
    observedGeneration: deployment.metadata.generation,
    replicas: replicas || undefined,
    updatedReplicas: current?.status.replicas || undefined,
    readyReplicas: sum((one) => one.readyReplicas) || undefined,
    availableReplicas: available || undefined,
    unavailableReplicas: Math.max(total - available, 0) || undefined,
    terminatingReplicas: sum((one) => one.terminatingReplicas),
  };
  status.conditions = conditionsOf(deployment, status, { current, now });
  return status;
}

type Condition = NonNullable<Deployment['status']['conditions']>[number];
type Said = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

function conditionsOf(
  deployment: Deployment,
  status: Deployment['status'],
  { current, now }: { current: ReplicaSet | undefined; now: string },
): Condition[] {
  const { replicas: desired = 1, strategy } = deployment.spec;
  const { maxUnavailable = '25%' } = strategy?.rollingUpdate ?? {};
  const least =
    strategy?.type === 'Recreate' ? desired : desired - share(maxUnavailable, desired, Math.floor);
  const enough = (status.availableReplicas ?? 0) >= least;
  const available: Said = {
    type: 'Available',
    status: enough ? 'True' : 'False',
    reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: `Deployment ${enough ? 'has' : 'does not have'} minimum availability.`,
  };
  const old = new Map(deployment.status.conditions?.map((one) => [one.type, one]));
  const moved = progressOf(deployment.status) !== progressOf(status);
  const progressing = progress(deployment, status, { current, now, moved });
  return [
    stamped(available, old.get('Available'), now, false),
    stamped(progressing, old.get('Progressing'), now, moved),
  ];
}

/** A key that changes whenever a rollout progresses. */
const progressOf = ({ updatedReplicas, readyReplicas, replicas }: Deployment['status']): string =>
  [updatedReplicas, readyReplicas, replicas].join();

function progress(
  { metadata, spec, status: before }: Deployment,
  status: Deployment['status'],
  { current, now, moved }: { current: ReplicaSet | undefined; now: string; moved: boolean },
): Said {
  const said = before.conditions?.find(({ type }) => type === 'Progressing');
  const name = current?.metadata.name ?? metadata.name;
  const { replicas: desired = 1, progressDeadlineSeconds: deadline = 600 } = spec;
  const whole = [status.updatedReplicas, status.availableReplicas, status.replicas];
  const complete = whole.every((count = 0) => count === desired);
  const same = before.observedGeneration === metadata.generation;
  const type = 'Progressing';
  // A completed rollout stays completed when pods fail or replicas change later.
  const rolledOut = status.replicas === status.updatedReplicas;
  if (complete || (said?.reason === 'NewReplicaSetAvailable' && rolledOut)) {
    const message = `ReplicaSet "${name}" has successfully progressed.`;
    return { type, status: 'True', reason: 'NewReplicaSetAvailable', message };
  }
  const since = Date.parse(said?.lastUpdateTime ?? now);
  const late = (Date.parse(now) - since) / 1_000 > deadline;
  const stuck = said?.reason === 'ProgressDeadlineExceeded';
  if (!moved && same && (late || stuck)) {
    const message = `ReplicaSet "${name}" has timed out progressing.`;
    return { type, status: 'False', reason: 'ProgressDeadlineExceeded', message };
  }
  const message = `ReplicaSet "${name}" is progressing.`;
  return { type, status: 'True', reason: 'ReplicaSetUpdated', message };
}

function stamped(
  said: Said,
  before: Condition | undefined,
  now: string,
  moved: boolean,
): Condition {
  const kept = before?.status === said.status;
  const same = kept && before.reason === said.reason && before.message === said.message;
  return {
    ...said,
    lastUpdateTime: same && !moved ? before.lastUpdateTime : now,
    lastTransitionTime: kept ? before.lastTransitionTime : now,
  };
}

const hashOf = ({ metadata }: ReplicaSet): string | undefined =>
  metadata.labels?.['pod-template-hash'];

const revisionOf = ({ metadata }: ReplicaSet): number =>
  Number(metadata.annotations?.[revisionAnnotation] ?? 0);

const wanted = ({ spec }: ReplicaSet): number => spec.replicas ?? 1;

const availableOf = ({ status }: ReplicaSet): number => status.availableReplicas ?? 0;

/** A number, or a percentage of `whole`, rounded by `round`. */
function share(value: number | string, whole: number, round: (value: number) => number): number {
  const percent = /^(\d+)%$/.exec(String(value))?.[1];
  return percent === undefined ? Number(value) : round((Number(percent) / 100) * whole);
}
