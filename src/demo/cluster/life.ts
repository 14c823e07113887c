// Runs the simulated cluster: controllers that react to every change, kubelets, and happenings.
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { ApiServer } from '../apiserver/apiserver.ts';
import {
  type ApiObject,
  type CronJob,
  controllerOf,
  type Deployment,
  type Node,
  type Pod,
} from '../objects.ts';
import { between, seededRandom } from '../random.ts';
import { Agenda } from './agenda.ts';
import { reconcileDaemonSet } from './daemonsets.ts';
import { reconcileDeployment } from './deployments.ts';
import { type Happening, happenings } from './happenings.ts';
import { nextDue, periodOf, reconcileCronJob, reconcileJob, startJob } from './jobs.ts';
import { Kubelet } from './kubelet.ts';
import { reconcileQuota } from './quotas.ts';
import { reconcileReplicaSet } from './replicasets.ts';
import { reconcileStatefulSet } from './statefulsets.ts';
import { keyOf, type LivingResource, World } from './world.ts';

/** Limit of reconciliations after a change: beyond it controllers are in a loop. */
const reconcilesMax = 100_000;

export interface LifeOptions {
  readonly clock: Clock;
  /** Simulated seconds per real second; 0 for a cluster that stands still. */
  readonly speed: number;
  readonly seed: number;
  readonly log?: Logger;
  /** The happenings; all if absent. */
  readonly happenings?: readonly Happening[];
  /** Called with errors of the simulation, which continues; logged if absent. */
  readonly onError?: (error: unknown) => void;
}

/** A running simulation. */
export interface Life {
  /** The number of scheduled actions, for tests of unbounded growth. */
  readonly planned: number;
  /** Stops the simulation; the objects stay as they are. */
  stop(): Promise<void>;
}

/** Starts to simulate the objects of a server, and those that clients add or change. */
export function startLife(server: ApiServer, options: LifeOptions): Life {
  const { clock, speed, seed, log } = options;
  if (speed === 0) return { planned: 0, stop: async () => undefined };
  const onError =
    options.onError ?? ((error: unknown) => log?.error({ error }, 'the simulated life stumbled'));
  const agenda = new Agenda(clock, speed, onError);
  const random = seededRandom(seed);
  const controllers = new Controllers(server, { clock, random, agenda, onError });
  controllers.start(options.happenings ?? happenings);
  const stopped = new AbortController();
  const running = agenda.run(stopped.signal);
  return {
    get planned() {
      return agenda.size;
    },
    async stop() {
      stopped.abort();
      await running;
      controllers.stop();
    },
  };
}

/** Reconcilers by resource. */
const reconcilers = {
  cronjobs: reconcileCronJob,
  daemonsets: reconcileDaemonSet,
  deployments: reconcileDeployment,
  jobs: reconcileJob,
  replicasets: reconcileReplicaSet,
  resourcequotas: reconcileQuota,
  statefulsets: reconcileStatefulSet,
} as const;

type Controlled = keyof typeof reconcilers;

const resourceOfKind: Readonly<Record<string, Controlled>> = {
  CronJob: 'cronjobs',
  DaemonSet: 'daemonsets',
  Deployment: 'deployments',
  Job: 'jobs',
  ReplicaSet: 'replicasets',
  StatefulSet: 'statefulsets',
};

/** The resource that each controller creates, and that is deleted with its owner. */
const dependents: Readonly<Partial<Record<Controlled, LivingResource>>> = {
  cronjobs: 'jobs',
  daemonsets: 'pods',
  deployments: 'replicasets',
  jobs: 'pods',
  replicasets: 'pods',
  statefulsets: 'pods',
};

const isControlled = (resource: LivingResource): resource is Controlled =>
  Object.hasOwn(reconcilers, resource);

interface LifeContext {
  readonly clock: Clock;
  readonly random: () => number;
  readonly agenda: Agenda;
  readonly onError: (error: unknown) => void;
}

/** Reconciles the objects that a change of the server concerns, at once. */
class Controllers {
  readonly #world: World;
  readonly #agenda: Agenda;
  readonly #kubelet: Kubelet;
  readonly #onError: (error: unknown) => void;
  /** Objects to reconcile: resource and key, in the order of the changes. */
  readonly #queue = new Map<string, readonly [resource: Controlled, key: string]>();
  /** The uids of CronJobs and Deployments that have a scheduled action. */
  readonly #scheduled = new Set<string>();
  #busy = false;

  constructor(server: ApiServer, { clock, random, agenda, onError }: LifeContext) {
    this.#onError = onError;
    this.#agenda = agenda;
    this.#world = new World(server, { clock, random });
    this.#kubelet = new Kubelet(this.#world, agenda);
  }

  start(expected: readonly Happening[]): void {
    this.#world.open({
      found: (resource, object) => this.#plan(resource, object, false),
      changed: (resource, object, gone) => this.#follow(resource, object, gone),
    });
    for (const happening of expected) this.#expect(happening, happening.firstSeconds);
  }

  stop(): void {
    this.#world.close();
  }

  #follow(resource: LivingResource, object: ApiObject, gone: boolean): void {
    const owner = controllerOf(object);
    const controller = resourceOfKind[owner?.kind ?? ''];
    const namespace = object.metadata.namespace;
    if (owner !== undefined && controller !== undefined) {
      this.#enqueue(controller, `${namespace}/${owner.name}`);
    }
    if (resource === 'pods' || resource === 'persistentvolumeclaims') {
      for (const quota of this.#world.quotasIn(namespace ?? '')) {
        this.#enqueue('resourcequotas', quota);
      }
    }
    if (resource === 'nodes') this.#followNode(object as Node, gone);
    else if (isControlled(resource)) {
      if (gone) this.#removeDependents(resource, object);
      else this.#enqueue(resource, keyOf(object));
    }
    this.#plan(resource, object, gone);
    this.#settle();
  }

  /** Schedules the next action of an object. */
  #plan(resource: LivingResource, object: ApiObject, gone: boolean): void {
    if (resource === 'pods') this.#guarded(() => this.#kubelet.look(object as Pod, gone));
    else if (resource === 'cronjobs' && !gone) this.#schedule(object as CronJob);
    else if (resource === 'deployments' && !gone) this.#awaitProgress(object as Deployment);
  }

  #followNode(node: Node, gone: boolean): void {
    for (const set of this.#world.each('daemonsets')) this.#enqueue('daemonsets', keyOf(set));
    if (!gone) return;
    for (const pod of this.#world.all<Pod>('pods')) {
      if (pod.spec.nodeName === node.metadata.name) this.#world.remove('pods', pod);
    }
  }

  #removeDependents(resource: Controlled, owner: ApiObject): void {
    const dependent = dependents[resource];
    if (dependent === undefined) return;
    for (const one of this.#world.owned(dependent, owner)) this.#world.remove(dependent, one);
  }

  #enqueue(resource: Controlled, key: string): void {
    this.#queue.set(`${resource} ${key}`, [resource, key]);
  }

  /** Reconciles until the queue is empty. */
  #settle(): void {
    // Changes by controllers are only queued.
    if (this.#busy) return;
    this.#busy = true;
    try {
      let count = 0;
      // Objects that are queued meanwhile come last.
      for (const [id, [resource, key]] of this.#queue) {
        count += 1;
        if (count > reconcilesMax) throw new Error('expected the controllers to come to rest');
        this.#queue.delete(id);
        this.#reconcile(resource, key);
      }
    } finally {
      this.#busy = false;
    }
  }

  #reconcile(resource: Controlled, key: string): void {
    const object = this.#world.get(resource, key);
    if (object === undefined) return;
    const reconcile = reconcilers[resource] as (object: ApiObject, world: World) => void;
    this.#guarded(() => reconcile(object, this.#world));
  }

  /** Catches errors of the simulation, which must not reach the client that made the change. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#onError(error);
    }
  }

  /** Schedules the next Job of a CronJob, which schedules the one after. */
  #schedule(cronJob: CronJob): void {
    const { uid = '' } = cronJob.metadata;
    const period = periodOf(cronJob.spec.schedule);
    if (period === undefined || this.#scheduled.has(uid)) return;
    this.#scheduled.add(uid);
    const due = nextDue(period, this.#agenda.nowMs);
    this.#agenda.after(due - this.#agenda.nowMs, () => {
      this.#scheduled.delete(uid);
      const present = this.#world.get<CronJob>('cronjobs', keyOf(cronJob));
      if (present?.metadata.uid !== uid) return;
      startJob(present, Math.round(due / 60_000), this.#world);
      this.#schedule(present);
    });
  }

  /** Schedules a check of the progress deadline: a stuck rollout causes no changes. */
  #awaitProgress(deployment: Deployment): void {
    const { uid = '' } = deployment.metadata;
    const moving = deployment.status.conditions?.some(
      ({ type, reason }) => type === 'Progressing' && reason === 'ReplicaSetUpdated',
    );
    if (!moving || this.#scheduled.has(uid)) return;
    this.#scheduled.add(uid);
    const seconds = (deployment.spec.progressDeadlineSeconds ?? 600) + 1;
    this.#agenda.after(seconds * 1_000, () => {
      this.#scheduled.delete(uid);
      this.#enqueue('deployments', keyOf(deployment));
      this.#settle();
      const present = this.#world.get<Deployment>('deployments', keyOf(deployment));
      if (present?.metadata.uid === uid) this.#awaitProgress(present);
    });
  }

  #expect(happening: Happening, [min, max]: readonly [number, number]): void {
    const afterMs = between(this.#world.random, min * 1_000, max * 1_000);
    this.#agenda.after(afterMs, () => {
      happening.happen(this.#world, (ms, then) => this.#agenda.after(ms, then));
      this.#expect(happening, happening.everySeconds);
    });
  }
}
