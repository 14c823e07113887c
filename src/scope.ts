// Which part of the cluster is ours: namespaces and nodes to watch, and the shard of objects.
import { ConfigError } from './errors.ts';
import type { Collection, ListedObject, Sink } from './kube/types.ts';
import type { Options } from './options.ts';
import { shardOf } from './shard/hash.ts';

/** With more namespaces than this, one collection of all is asked for, and filtered here. */
const namespacesApartMax = 8;
/** Each node is a watch of its own; whoever wants more of them wants a shard. */
const nodesMax = 100;

type ScopeOptions = Pick<
  Options,
  | 'resources'
  | 'namespaces'
  | 'namespaces-denylist'
  | 'node'
  | 'track-unscheduled-pods'
  | 'shard'
  | 'total-shards'
>;

/** A resource as far as its scope goes. */
interface Scoped {
  readonly group: string;
  readonly version: string;
  readonly scope: 'cluster' | 'namespace';
}

/** One collection, and the part of the store that it fills. */
export interface Part {
  readonly collection: Collection;
  /** Undefined where there is no other part. */
  readonly name: string | undefined;
}

/** A part, and what to do where the server does not give it as a whole. */
export interface Ask extends Part {
  /** Of the objects of the collection those that are ours; all where there is no such test. */
  readonly admits?: (object: ListedObject) => boolean;
  /** What is asked for where the collection is forbidden: the same, in pieces. */
  readonly instead?: readonly Part[];
}

export interface Scope {
  /** What to list and watch of a resource, each with the part of the store that it fills. */
  asks(plural: string, resource: Scoped): readonly Ask[];
  /** Lets through to `sink` the objects of our shard. */
  share(sink: Sink): Sink;
}

/**
 * Throws ConfigError where the options leave nothing to serve. `owns` tells by uid what is ours
 * where that changes while we run; without it the options tell.
 */
export function scopeOf(options: ScopeOptions, owns?: (uid: string) => boolean): Scope {
  const { shard, 'total-shards': shardTotal } = options;
  if (owns === undefined && shard >= shardTotal) {
    throw new ConfigError(
      `--shard: expected a number below --total-shards (${shardTotal}), got ${shard}; ` +
        'shards are counted from 0.',
    );
  }
  const namespaces = namespacesOf(options);
  // The server leaves out what is denied where it is asked for all, not where each is named.
  const denied = namespaces.length > 0 ? [] : options['namespaces-denylist'];
  const selectors = placementsOf(options).map((placement) =>
    [...denied.map((namespace) => `metadata.namespace!=${namespace}`), ...placement].join(','),
  );
  const isOurs = owns ?? ((uid: string): boolean => shardOf(uid, shardTotal) === shard);
  const ours = ({ metadata: { uid } }: ListedObject): boolean => isOurs(uid ?? '');
  return {
    asks(resource, { group, version, scope }) {
      const collection = { resource, group, version };
      if (scope === 'cluster') return [{ collection, name: undefined }];
      return selectors.flatMap((selector) => {
        const selected = selector === '' ? collection : { ...collection, fieldSelector: selector };
        return asksIn(namespaces, selected, selectors.length);
      });
    },
    share: (sink) => (owns === undefined && shardTotal === 1 ? sink : filtered(sink, ours)),
  };
}

/** Lets through to `sink` the objects that pass the test. */
export function filtered(sink: Sink, admits: (object: ListedObject) => boolean): Sink {
  const passing = <T extends Pick<Sink, 'put' | 'delete'>>(
    target: T,
  ): Pick<Sink, 'put' | 'delete'> => ({
    put: (object) => (admits(object) ? target.put(object) : undefined),
    delete: (object) => (admits(object) ? target.delete(object) : undefined),
  });
  return {
    ...passing(sink),
    room: () => sink.room(),
    relist() {
      const relisting = sink.relist();
      return {
        ...passing(relisting),
        room: () => relisting.room(),
        commit: () => relisting.commit(),
        abort: () => relisting.abort(),
      };
    },
  };
}

/** One collection in the namespaces that are ours; none stands for all. */
function asksIn(namespaces: readonly string[], all: Collection, selectors: number): readonly Ask[] {
  const { fieldSelector } = all;
  const name = selectors > 1 ? fieldSelector : undefined;
  if (namespaces.length === 0) return [{ collection: all, name }];
  const apart = namespaces.map((namespace) => ({
    collection: { ...all, namespace },
    name: name === undefined ? namespace : `${namespace} ${name}`,
  }));
  if (namespaces.length <= namespacesApartMax) return apart;
  const known = new Set(namespaces);
  const admits = ({ metadata }: ListedObject): boolean => known.has(metadata.namespace ?? '');
  return [{ collection: all, name, admits, instead: apart }];
}

/** The namespaces to watch, each once; none for all. */
function namespacesOf({ namespaces, 'namespaces-denylist': denied }: ScopeOptions) {
  const left = [...new Set(namespaces)].filter((namespace) => !denied.includes(namespace));
  if (namespaces.length > 0 && left.length === 0) {
    throw new ConfigError(
      '--namespaces and --namespaces-denylist: expected a namespace that is in the one and not ' +
        'in the other, got none; nothing would be served.',
    );
  }
  return left;
}

/** The selectors of pods by where they are, none or one in each; all places are one. */
function placementsOf(options: ScopeOptions): readonly (readonly string[])[] {
  const { 'track-unscheduled-pods': unscheduled, resources } = options;
  const nodes = [...new Set(options.node)];
  if (nodes.length === 0 && !unscheduled) return [[]];
  const flag = nodes.length > 0 ? '--node' : '--track-unscheduled-pods';
  if (resources.length === 0 || resources.some((resource) => resource !== 'pods')) {
    const got = resources.length === 0 ? 'no --resources' : `--resources=${resources}`;
    throw new ConfigError(
      `${flag}: expected --resources=pods beside it, got ${got}; other objects are on no node.`,
    );
  }
  if (nodes.length > nodesMax) {
    throw new ConfigError(
      `--node: expected at most ${nodesMax} nodes, got ${nodes.length}; ` +
        'each of them is a watch of its own, --total-shards divides a cluster at less cost.',
    );
  }
  const odd = nodes.find((node) => !/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(node));
  if (odd !== undefined) {
    throw new ConfigError(`--node: expected names of nodes, got "${odd}".`);
  }
  return [...nodes, ...(unscheduled ? [''] : [])].map((node) => [`spec.nodeName=${node}`]);
}
