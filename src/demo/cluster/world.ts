// World is the controllers' view of the cluster: its objects, indexed by owner, node and quota.
import type { Clock } from '../../lib/clock.ts';
import type { ApiServer } from '../apiserver/apiserver.ts';
import { timestamp } from '../apiserver/storage.ts';
import { type ApiObject, controllerOf, type Node, type Pod } from '../objects.ts';
import { requestOf } from '../quantity.ts';
import { type Amounts, Usage } from './usage.ts';

export interface WorldListeners {
  /** Called with every object at the start. */
  readonly found: (resource: LivingResource, object: ApiObject) => void;
  /** Called with every change: the new state of the object, and whether it was deleted. */
  readonly changed: (resource: LivingResource, object: ApiObject, gone: boolean) => void;
}

/** The resources that are simulated. */
export const livingResources = [
  'nodes',
  'cronjobs',
  'daemonsets',
  'deployments',
  'horizontalpodautoscalers',
  'jobs',
  'persistentvolumeclaims',
  'replicasets',
  'resourcequotas',
  'statefulsets',
  'pods',
] as const;

export type LivingResource = (typeof livingResources)[number];

/** Requests on a node, and the number of its pods. */
export interface Load {
  readonly cpu: number;
  readonly memory: number;
  readonly pods: number;
}

interface Place {
  readonly node: string;
  readonly cpu: number;
  readonly memory: number;
}

/** Reads and writes objects, and keeps indexes of their relations. */
export class World {
  readonly random: () => number;
  readonly #server: ApiServer;
  readonly #clock: Clock;
  /** Keys of dependents by owner; the dependents of an owner are of one resource. */
  readonly #owned = new Map<string, Set<string>>();
  readonly #places = new Map<string, Place>();
  readonly #loads = new Map<string, Load>();
  readonly #usage = new Usage();
  /** Keys of quotas by namespace. */
  readonly #quotas = new Map<string, Set<string>>();
  readonly #nodes = new Map<string, Node>();
  /** Keys of pods by address. */
  readonly #addresses = new Map<string, string>();
  #unsubscribes: (() => void)[] = [];

  constructor(server: ApiServer, { clock, random }: { clock: Clock; random: () => number }) {
    this.#server = server;
    this.#clock = clock;
    this.random = random;
  }

  /** Reads every object, and subscribes to changes. */
  open({ found, changed }: WorldListeners): void {
    for (const resource of livingResources) {
      for (const object of this.each(resource)) {
        this.#note(resource, object, false);
        found(resource, object);
      }
    }
    this.#unsubscribes = livingResources.map((resource) => {
      const storage = this.#server.storage(resource);
      return storage.subscribe((change) => {
        if (change === undefined) return;
        const object = whole(storage.read(change.stored));
        const gone = change.type === 'DELETED';
        this.#note(resource, object, gone);
        changed(resource, object, gone);
      });
    });
  }

  /** The current time in the format of the API. */
  get now(): string {
    return timestamp(this.#clock.wall());
  }

  /** Unsubscribes from changes. */
  close(): void {
    for (const unsubscribe of this.#unsubscribes) unsubscribe();
  }

  /** The nodes by name, read-only and not copied: scheduling reads all of them. */
  get nodes(): ReadonlyMap<string, Node> {
    return this.#nodes;
  }

  /** The objects of a resource, each parsed when it is yielded. */
  *each<T extends ApiObject>(resource: LivingResource): Iterable<T> {
    for (const object of this.#server.objects<T>(resource)) yield whole(object);
  }

  all<T extends ApiObject>(resource: LivingResource): T[] {
    return [...this.each<T>(resource)];
  }

  get<T extends ApiObject>(resource: LivingResource, key: string): T | undefined {
    const slash = key.indexOf('/');
    const namespace = slash < 0 ? undefined : key.slice(0, slash);
    const object = this.#server.get<T>(resource, namespace, key.slice(slash + 1));
    return object && whole(object);
  }

  /** The dependents of an owner, in the order of names. */
  owned<T extends ApiObject>(resource: LivingResource, { metadata }: ApiObject): T[] {
    const keys = [...(this.#owned.get(metadata.uid ?? '') ?? [])].sort();
    return keys.flatMap((key) => this.get<T>(resource, key) ?? []);
  }

  create<T extends ApiObject>(object: T): T {
    return this.#server.create(object);
  }

  update(object: ApiObject): void {
    this.#server.update(object);
  }

  remove(resource: LivingResource, { metadata }: ApiObject): void {
    this.#server.delete(resource, metadata.namespace, metadata.name);
  }

  /** The requests of the pods on a node. */
  loadOf(node: string): Load {
    return this.#loads.get(node) ?? idle;
  }

  /** The usage of a namespace, as quotas count it. */
  usageIn(namespace: string): Amounts {
    return this.#usage.in(namespace);
  }

  /** The keys of the quotas of a namespace. */
  quotasIn(namespace: string): Iterable<string> {
    return this.#quotas.get(namespace) ?? [];
  }

  /** Whether a pod that has not terminated has this address. */
  isTaken(address: string): boolean {
    return this.#addresses.has(address);
  }

  /** The pods of a node that its kubelet has accepted and that have not terminated. */
  podsOn({ metadata }: Node): Pod[] {
    const keys = [...this.#places].flatMap(([key, { node }]) =>
      node === metadata.name ? [key] : [],
    );
    return keys.flatMap((key) => this.get<Pod>('pods', key) ?? []);
  }

  #note(resource: LivingResource, object: ApiObject, gone: boolean): void {
    const key = keyOf(object);
    const owner = controllerOf(object)?.uid;
    if (owner !== undefined) {
      const keys = this.#owned.get(owner) ?? new Set();
      if (gone) keys.delete(key);
      else keys.add(key);
      if (keys.size > 0) this.#owned.set(owner, keys);
      else this.#owned.delete(owner);
    }
    this.#usage.note(object, gone);
    if (resource === 'resourcequotas') this.#noteQuota(key, object, gone);
    if (resource === 'pods') this.#settle(key, object as Pod, gone);
    if (resource !== 'nodes') return;
    if (gone) this.#nodes.delete(key);
    else this.#nodes.set(key, object as Node);
  }

  #noteQuota(key: string, { metadata: { namespace = '' } }: ApiObject, gone: boolean): void {
    const keys = this.#quotas.get(namespace) ?? new Set();
    if (gone) keys.delete(key);
    else keys.add(key);
    this.#quotas.set(namespace, keys);
  }

  /** Updates the requests and addresses of a node when a pod changes. */
  #settle(key: string, { spec, status }: Pod, gone: boolean): void {
    const over = gone || status.phase === 'Succeeded' || status.phase === 'Failed';
    if (status.podIP !== undefined) {
      if (!over) this.#addresses.set(status.podIP, key);
      else if (this.#addresses.get(status.podIP) === key) this.#addresses.delete(status.podIP);
    }
    const before = this.#places.get(key);
    if (before !== undefined) {
      if (!over) return;
      this.#places.delete(key);
      this.#book(before, -1);
    } else if (!over && spec.nodeName !== undefined) {
      const place = { node: spec.nodeName, ...requestOf(spec) };
      this.#places.set(key, place);
      this.#book(place, 1);
    }
  }

  #book({ node, cpu, memory }: Place, sign: 1 | -1): void {
    const load = this.loadOf(node);
    this.#loads.set(node, {
      cpu: load.cpu + sign * cpu,
      memory: load.memory + sign * memory,
      pods: load.pods + sign,
    });
  }
}

/** Adds fields that clients may omit and controllers expect. */
const whole = <T extends ApiObject>(object: T): T => ({
  ...object,
  spec: object.spec ?? {},
  status: object.status ?? {},
});

const idle: Load = { cpu: 0, memory: 0, pods: 0 };

/** namespace/name, or the name of a cluster-scoped object. */
export const keyOf = ({ metadata: { namespace, name } }: Pick<ApiObject, 'metadata'>): string =>
  namespace === undefined ? name : `${namespace}/${name}`;
