// The cluster as its controllers see it: the server's objects, and who owns which of them.
import type { Clock } from '../clock.ts';
import type { ApiServer } from './apiserver.ts';
import { type ApiObject, controllerOf, type Node, type Pod } from './objects.ts';
import { requestOf } from './quantity.ts';
import { timestamp } from './storage.ts';
import { type Amounts, Usage } from './usage.ts';

export interface WorldListeners {
  /** Told of every object that there is at the start. */
  readonly found: (resource: LivingResource, object: ApiObject) => void;
  /** Told of every change since: the object's new state, and whether it has gone. */
  readonly changed: (resource: LivingResource, object: ApiObject, gone: boolean) => void;
}

/** The resources that life has a part in. */
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

/** What a node has given away, and to how many. */
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

/** Reads and writes objects, and keeps the few relations that would else be searched for. */
export class World {
  readonly random: () => number;
  readonly #server: ApiServer;
  readonly #clock: Clock;
  /** Keys of what an owner controls; an owner's dependents are all of one resource. */
  readonly #owned = new Map<string, Set<string>>();
  readonly #places = new Map<string, Place>();
  readonly #loads = new Map<string, Load>();
  readonly #usage = new Usage();
  /** The keys of quotas by namespace. */
  readonly #quotas = new Map<string, Set<string>>();
  readonly #nodes = new Map<string, Node>();
  /** The keys of pods by their addresses. */
  readonly #addresses = new Map<string, string>();
  #unsubscribes: (() => void)[] = [];

  constructor(server: ApiServer, { clock, random }: { clock: Clock; random: () => number }) {
    this.#server = server;
    this.#clock = clock;
    this.random = random;
  }

  /** Looks at every object that there is, and from then on at every change. */
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

  /** The present moment as objects carry it. */
  get now(): string {
    return timestamp(this.#clock.wall());
  }

  /** Stops following the server's changes. */
  close(): void {
    for (const unsubscribe of this.#unsubscribes) unsubscribe();
  }

  /** The nodes by name, to look at only: every pod that is placed looks at them. */
  get nodes(): ReadonlyMap<string, Node> {
    return this.#nodes;
  }

  /** The objects of a resource, each read when its turn comes. */
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

  /** What an owner controls, in the order of names. */
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

  /** What the pods on a node have been promised. */
  loadOf(node: string): Load {
    return this.#loads.get(node) ?? idle;
  }

  /** What the objects of a namespace take, as quotas count it. */
  usageIn(namespace: string): Amounts {
    return this.#usage.in(namespace);
  }

  /** The keys of the quotas of a namespace. */
  quotasIn(namespace: string): Iterable<string> {
    return this.#quotas.get(namespace) ?? [];
  }

  /** Whether a pod that has not ended answers at this address. */
  isTaken(address: string): boolean {
    return this.#addresses.has(address);
  }

  /** The pods that a node has taken on and that have not ended. */
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

  /** Books what a pod takes of its node, or gives back. */
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

/** Clients may leave out what controllers do not look for. */
const whole = <T extends ApiObject>(object: T): T => ({
  ...object,
  spec: object.spec ?? {},
  status: object.status ?? {},
});

const idle: Load = { cpu: 0, memory: 0, pods: 0 };

/** namespace/name, or the name alone. */
export const keyOf = ({ metadata: { namespace, name } }: Pick<ApiObject, 'metadata'>): string =>
  namespace === undefined ? name : `${namespace}/${name}`;
