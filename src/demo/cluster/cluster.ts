// Builds the objects of a simulated cluster, as if it had run for months. A seed gives one cluster.
import type { Clock } from '../../lib/clock.ts';
import type { ApiServer } from '../apiserver/apiserver.ts';
import { withManagedFields } from '../apiserver/managedFields.ts';
import { timestamp } from '../apiserver/storage.ts';
import type {
  ApiObject,
  CronJob,
  Deployment,
  Job,
  Node,
  Pod,
  PodTemplate,
  ReplicaSet,
} from '../objects.ts';
import { quantity, requestOf } from '../quantity.ts';
import { between, nameSuffix, seededRandom } from '../random.ts';
import { belongsOn, daemonSetStatus, newDaemon } from './daemonsets.ts';
import { deploymentStatus, templateHash } from './deployments.ts';
import { clusterExtras, controlPlanePods, leftovers, workloadExtras } from './extras.ts';
import { cronJobStatus, jobStatus, newJob, newWorker, nextDue, periodOf } from './jobs.ts';
import { makeNode, podAddress, podAddressesMax } from './nodes.ts';
import {
  backOff,
  becomeReady,
  bind,
  crash,
  failToSchedule,
  finish,
  newPod,
  prepare,
  restart,
  run,
} from './pods.ts';
import { quotasOf } from './quotas.ts';
import { newReplicaSet, replicaSetStatus, revisionAnnotation } from './replicasets.ts';
import { newMember, statefulSetStatus } from './statefulsets.ts';
import { type Birth, cronJobOf, daemonSetOf, deploymentOf, statefulSetOf } from './templates.ts';
import { Usage } from './usage.ts';
import { filler, type Workload, workloads } from './workloads.ts';

const nodesMin = 6;
/** Pods per node, which determines the number of nodes. */
const podsPerNode = 60;
/** Replicas of each filler workload of a larger cluster. */
const fillerReplicas = 5;
/** Finished Jobs of each CronJob. */
const jobsKept = 3;
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const weekMs = 7 * dayMs;

export interface ClusterOptions {
  readonly clock: Clock;
  readonly seed: number;
  /** The number of pods; if absent, that of the base workloads. */
  readonly pods?: number;
  /** Whether pods have managedFields, as real ones do: twice the bytes. */
  readonly managedFields?: boolean;
}

/** Adds a cluster to a server, at the time of its clock. */
export function buildCluster(server: ApiServer, options: ClusterOptions): void {
  new Builder(server, options).build();
}

/** A past run of a CronJob. */
interface PastRun {
  readonly startMs: number;
  readonly runsMs: number;
  readonly failed: boolean;
}

/** The past of a pod. */
interface Fate {
  /** Its node; absent for any node with room. */
  readonly node?: Node;
  readonly crashesAfter?: number | undefined;
  readonly ended?: { readonly at: string; readonly exitCode: number };
}

/** Free capacity of a node. */
interface Room {
  pods: number;
  cpu: number;
  memory: number;
}

/** State while a cluster is built; workloads are created one after the other. */
class Builder {
  readonly #server: ApiServer;
  readonly #random: () => number;
  readonly #wallMs: number;
  readonly #podsMax: number;
  readonly #filled: boolean;
  readonly #managedFields: boolean;
  readonly #nodes: Node[] = [];
  /** Free capacity by node. */
  readonly #room = new Map<Node, Room>();
  readonly #usage = new Usage();
  #nextNode = 0;
  #pods = 0;
  #services = 0;

  constructor(server: ApiServer, { clock, seed, pods, managedFields = false }: ClusterOptions) {
    this.#server = server;
    this.#random = seededRandom(seed);
    this.#wallMs = clock.wall();
    this.#podsMax = pods ?? Number.POSITIVE_INFINITY;
    this.#filled = pods !== undefined;
    this.#managedFields = managedFields;
  }

  build(): void {
    const nodes = this.#filled ? Math.ceil(this.#podsMax / podsPerNode) : 0;
    for (let index = 0; index < Math.max(nodes, nodesMin); index++) this.#addNode(index);
    const [controlPlane] = this.#nodes as [Node];
    const birth = { now: this.#ago(200 * dayMs), random: this.#random };
    const namespaces = new Set(workloads.map(({ namespace }) => namespace));
    for (const object of clusterExtras(namespaces, birth)) this.#server.create(object);
    for (const pod of controlPlanePods(controlPlane, birth)) {
      if (this.#podsLeft() > 0) this.#start(pod, this.#ago(30 * dayMs), { node: controlPlane });
    }
    for (const workload of workloads) this.#addWorkload(workload);
    for (const object of leftovers(birth)) this.#create(object);
    for (const namespace of namespaces) {
      const quotas = quotasOf(namespace, this.#usage.in(namespace), birth);
      for (const quota of quotas) this.#server.create(quota);
    }
    if (this.#filled) this.#fillUp(namespaces, birth);
  }

  /** Adds filler workloads until there are enough pods. */
  #fillUp(namespaces: Set<string>, birth: Birth): void {
    for (let index = 0; this.#podsLeft() > 0; index++) {
      const workload = filler(index, Math.min(fillerReplicas, this.#podsLeft()));
      if (!namespaces.has(workload.namespace)) {
        namespaces.add(workload.namespace);
        const added = clusterExtras(new Set([workload.namespace]), birth, false);
        for (const object of added) this.#server.create(object);
      }
      this.#addWorkload(workload);
    }
  }

  #podsLeft(): number {
    return this.#podsMax - this.#pods;
  }

  #ago(ms: number): string {
    return timestamp(this.#wallMs - ms);
  }

  /** A random time between two ages. */
  #between(oldestMs: number, youngestMs: number): string {
    return this.#ago(between(this.#random, youngestMs, oldestMs));
  }

  #addNode(index: number): void {
    const now = this.#between(200 * dayMs, 190 * dayMs);
    const node = makeNode({ index, controlPlane: index === 0, random: this.#random, now });
    this.#nodes.push(node);
    const { pods, cpu, memory } = node.status.allocatable ?? {};
    const room = { pods: quantity(pods), cpu: quantity(cpu), memory: quantity(memory) };
    this.#room.set(node, room);
    this.#server.create(node);
  }

  /** Adds a workload and its pods, unless there is no room for it. */
  #addWorkload(workload: Workload): void {
    const { kind, replicas = 1 } = workload;
    const size = { Deployment: replicas, StatefulSet: replicas, DaemonSet: this.#nodes.length };
    const needed = kind === 'CronJob' ? jobsKept + Number(failsOften(workload)) : size[kind];
    if (needed > this.#podsLeft()) return;
    const birth = { now: this.#between(190 * dayMs, 60 * dayMs), random: this.#random };
    this.#services += 1;
    for (const object of workloadExtras(workload, this.#services, birth)) this.#create(object);
    if (kind === 'Deployment') this.#addDeployment(workload, birth.now);
    else if (kind === 'StatefulSet') this.#addStatefulSet(workload, birth.now);
    else if (kind === 'DaemonSet') this.#addDaemonSet(workload, birth.now);
    else this.#addCronJob(workload, birth.now);
  }

  #addDeployment(workload: Workload, born: string): void {
    const random = this.#random;
    const deployment = deploymentOf(workload, { now: born, random });
    // Fillers have no old revisions: ten thousand of them would double the ReplicaSets.
    const revision = workload.namespace.startsWith('team-') ? 1 : between(random, 1, 3);
    for (let old = 1; old < revision; old++) {
      this.#server.create(this.#oldReplicaSet(workload, old, deployment));
    }
    const { crashesAfter, gpu, replicas = 1 } = workload;
    const recent = crashesAfter !== undefined || gpu === true;
    const now = recent ? this.#ago(12 * minuteMs) : this.#between(weekMs, dayMs);
    const hash = templateHash(deployment);
    const set = newReplicaSet({ deployment, hash, revision, replicas, now, random });
    const pods = Array.from({ length: replicas }, () => {
      const name = `${set.metadata.name}-${nameSuffix(random)}`;
      const { namespace } = workload;
      const template = set.spec.template as PodTemplate;
      return newPod({ name, namespace, owner: set, template, random, now });
    });
    for (const pod of pods) {
      if (gpu) this.#leaveUnscheduled(pod, now);
      else this.#start(pod, now, { crashesAfter });
    }
    set.status = replicaSetStatus(set, pods);
    this.#server.create(set);
    deployment.metadata.generation = revision;
    deployment.metadata.annotations = {
      ...deployment.metadata.annotations,
      [revisionAnnotation]: String(revision),
    };
    deployment.status.observedGeneration = revision;
    deployment.status = deploymentStatus(deployment, [set], now);
    // Recomputed for now: a rollout that is not available yet has exceeded its progress deadline.
    deployment.status = deploymentStatus(deployment, [set], this.#ago(0));
    this.#server.create(deployment);
  }

  /** The ReplicaSet of an old revision, with 0 replicas. */
  #oldReplicaSet(workload: Workload, revision: number, { metadata }: Deployment): ReplicaSet {
    const random = this.#random;
    const image = `${workload.image}-old${revision}`;
    const now = this.#between(5 * weekMs, 2 * weekMs);
    const deployment = { ...deploymentOf({ ...workload, image }, { now, random }), metadata };
    const hash = templateHash(deployment);
    const set = newReplicaSet({ deployment, hash, revision, replicas: 0, now, random });
    set.status = replicaSetStatus(set, []);
    return set;
  }

  #addStatefulSet(workload: Workload, born: string): void {
    const random = this.#random;
    const set = statefulSetOf(workload, { now: born, random });
    const now = this.#between(weekMs, dayMs);
    const pods = Array.from({ length: workload.replicas ?? 1 }, (_, i) =>
      newMember(set, i, { now, random }),
    );
    for (const pod of pods) this.#start(pod, now);
    set.status = statefulSetStatus(set, pods);
    this.#server.create(set);
  }

  #addDaemonSet(workload: Workload, born: string): void {
    const random = this.#random;
    const set = daemonSetOf(workload, { now: born, random });
    const nodes = this.#nodes.filter((node) => belongsOn(set, node));
    const now = this.#between(weekMs, dayMs);
    const pods = nodes.map((node) => {
      const pod = newDaemon(set, node, { now, random });
      this.#start(pod, now, { node });
      return pod;
    });
    set.status = daemonSetStatus(set, pods, nodes.length);
    this.#server.create(set);
  }

  #addCronJob(workload: Workload, born: string): void {
    const random = this.#random;
    const cronJob = cronJobOf(workload, { now: born, random });
    const { schedule = '', runsFor = 30 } = workload;
    const period = periodOf(schedule) ?? { everyMs: dayMs, offsetMs: 0 };
    // The last scheduled time whose run has finished.
    const lastMs = nextDue(period, this.#wallMs - runsFor * 1_000) - period.everyMs;
    const jobs = Array.from({ length: jobsKept }, (_, i) => {
      const startMs = lastMs - i * period.everyMs;
      const failed = i === jobsKept - 1 && failsOften(workload);
      const job = this.#endedJob(cronJob, { startMs, runsMs: runsFor * 1_000, failed });
      this.#server.create(job);
      return job;
    });
    cronJob.status = cronJobStatus(cronJob, jobs);
    cronJob.status.lastScheduleTime = jobs[0]?.metadata.creationTimestamp;
    this.#server.create(cronJob);
  }

  /** A finished Job: succeeded at once, or failed after two tries. */
  #endedJob(cronJob: CronJob, { startMs, runsMs, failed }: PastRun): Job {
    const random = this.#random;
    const started = timestamp(startMs);
    const job = newJob(cronJob, Math.floor(startMs / minuteMs), { now: started, random });
    const pods = Array.from({ length: failed ? 2 : 1 }, (_, tries) => {
      const now = timestamp(startMs + tries * runsMs);
      const pod = newWorker(job, { now, random });
      const at = timestamp(startMs + (tries + 1) * runsMs);
      this.#start(pod, now, { ended: { at, exitCode: failed ? 1 : 0 } });
      return pod;
    });
    const endedMs = startMs + pods.length * runsMs;
    job.status = jobStatus({ ...job, status: { startTime: started } }, pods, timestamp(endedMs));
    return job;
  }

  /** Puts a pod in its state since `now`: running, crash looping, or terminated at `ended`. */
  #start(pod: Pod, now: string, { node, crashesAfter, ended }: Fate = {}): void {
    const place = node ?? this.#placeFor(pod);
    if (place === undefined) {
      this.#leaveUnscheduled(pod, now);
      return;
    }
    if (ended === undefined) this.#take(pod, place);
    bind(pod, place.metadata.name, now);
    prepare(pod, place, now);
    run(pod, this.#addressOn(place, ended !== undefined), now, this.#random);
    if (crashesAfter !== undefined) this.#crashLoop(pod, crashesAfter);
    else becomeReady(pod, now);
    if (ended !== undefined) finish(pod, ended.exitCode, ended.at);
    this.#add(pod);
  }

  /** A crash loop of four restarts: the back-off is still short enough to see the next one. */
  #crashLoop(pod: Pod, seconds: number): void {
    const restarts = 4;
    for (let left = restarts; left >= 0; left--) {
      crash(pod, this.#ago(left * 90_000));
      if (left > 0) restart(pod, this.#ago(left * 90_000 - seconds * 1_000), this.#random);
    }
    backOff(pod, 10 * 2 ** (restarts - 1));
  }

  #leaveUnscheduled(pod: Pod, now: string): void {
    const message =
      `0/${this.#nodes.length} nodes are available: ` +
      `1 node(s) had untolerated taint(s) {node-role.kubernetes.io/control-plane}, ` +
      `${this.#nodes.length - 1} Insufficient nvidia.com/gpu.`;
    failToSchedule(pod, message, now);
    this.#add(pod);
  }

  #add(pod: Pod): void {
    this.#pods += 1;
    this.#create(this.#managedFields ? withManagedFields(pod) : pod);
  }

  /** Creates an object and counts it for quotas. */
  #create(object: ApiObject): void {
    this.#usage.note(object, false);
    this.#server.create(object);
  }

  /** The next node, in turn, with room for a pod; the first node is the control plane. */
  #placeFor(pod: Pod): Node | undefined {
    const { cpu, memory } = requestOf(pod.spec);
    const workers = this.#nodes.length - 1;
    for (let tried = 0; tried < workers; tried++) {
      const node = this.#nodes[1 + (this.#nextNode++ % workers)] as Node;
      const room = this.#roomOn(node);
      if (room.pods > 0 && room.cpu >= cpu && room.memory >= memory) return node;
    }
    return undefined;
  }

  /** An address on a node: running pods have the low ones, terminated pods the high ones. */
  #addressOn(node: Node, ended: boolean): string {
    const { pods } = this.#roomOn(node);
    return podAddress(node, ended ? podAddressesMax - 1 - pods : pods);
  }

  #take(pod: Pod, node: Node): void {
    const room = this.#roomOn(node);
    const { cpu, memory } = requestOf(pod.spec);
    room.pods -= 1;
    room.cpu -= cpu;
    room.memory -= memory;
  }

  #roomOn(node: Node): Room {
    return this.#room.get(node) as Room;
  }
}

/** Whether a workload fails often enough to have a failed Job in its history. */
const failsOften = ({ fails = 0 }: Workload): boolean => fails >= 0.4;
