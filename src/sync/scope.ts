// Scope is the part of the cluster that is followed: namespaces, nodes, and a shard of the objects.

import type { Options } from '../config/options.ts';
import type { Collection } from '../kube/types.ts';
import { ConfigError } from '../lib/errors.ts';
import type { HashRanges } from '../lib/hashRanges.ts';
import type { Resource } from '../metrics/resource.ts';
import type { ObjectIdentity, Sink } from '../store/types.ts';
import { Claims, type Ownership, type ShardScheme } from './claims.ts';

/** With more namespaces than this, one collection of all is followed, and filtered here. */
const namespacesApartMax = 8;
/** Each node is a watch of its own; for more of them, shards cost less. */
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
  | 'server-side-sharding'
>;

/** The fields of a table that say how its objects are asked for. */
type Scoped = Pick<
  Resource<unknown>,
  'group' | 'version' | 'olderVersions' | 'scope' | 'exactIntegers'
>;

/** Which objects to keep, by what their metadata says first. */
export type Filter = (metadata: ObjectIdentity) => boolean;

/** One collection to follow, and the part of the store that it fills. */
export interface SyncedCollection {
  readonly collection: Collection;
  /** The store's name for the part; undefined where the collection fills all of the store. */
  readonly part: string | undefined;
  /** Which of the collection's objects to keep; all where there is no filter. */
  readonly filter?: Filter;
  /** What to follow instead where the collection is forbidden: each of its namespaces. */
  readonly fallback?: readonly SyncedCollection[];
  /** The server may be asked for this shard's objects alone. */
  readonly selectable?: Selectable;
}

/** A collection of which the server can be asked for ranges of uids. */
export interface Selectable {
  /** Those to ask for now; undefined for all objects. */
  ranges(): HashRanges | undefined;
  /** A namespace in which it can be asked whether it knows ranges; none of a cluster-scoped one. */
  readonly namespace: string | undefined;
}

export interface Scope {
  /** What to list and watch of a resource: all objects, or those that the selector matches. */
  collections(
    plural: string,
    resource: Scoped,
    labelSelector?: string,
  ): readonly SyncedCollection[];
  /** As `collections`, but on all nodes: what controls pods is on none. */
  collectionsOfOwners(plural: string, resource: Scoped): readonly SyncedCollection[];
  /**
   * `sink`, but it gets the objects of this shard only; `foreign` gets the uid of each other one.
   * What holds for all collections is filtered here; what holds for one, by its `filter`.
   */
  share(sink: Sink, foreign?: (uid: string) => void): Sink;
}

/**
 * Throws ConfigError where the options leave nothing to serve. `ownership` says which objects are
 * this shard's, where that changes at run time; without it the options do.
 */
export function scopeOf(options: ScopeOptions, ownership?: Ownership): Scope {
  const { shard, 'total-shards': shardTotal } = options;
  if (ownership === undefined && shard >= shardTotal) {
    throw new ConfigError({
      flag: ['--shard', '--total-shards'],
      expected: 'a shard below their total',
      got: `shard ${shard} of ${shardTotal}`,
      hint: 'shards are counted from 0',
    });
  }
  const namespaces = namespacesOf(options);
  // Only a collection of all namespaces needs a selector for those that are denied.
  const denied = namespaces.length > 0 ? [] : options['namespaces-denylist'];
  const deniedSelectors = denied.map((namespace) => `metadata.namespace!=${namespace}`);
  const placements = placementsOf(options);
  const selectors = placements.map((placement) => [...deniedSelectors, ...placement].join(','));
  const owner = ownership ?? new Claims([staticClaim(options)]);
  // The pods of a node are few.
  const isOfNodes = placements.some((placement) => placement.length > 0);
  const isSelectable = schemeOf(options, ownership !== undefined) === 'uid-range' && !isOfNodes;
  const selectable = (one: SyncedCollection, { scope }: Scoped): SyncedCollection => {
    if (!isSelectable) return one;
    const { namespace = scope === 'cluster' ? undefined : probedNamespace } = one.collection;
    return { ...one, selectable: { ranges: () => owner.ranges(), namespace } };
  };
  const selected = (
    { scope }: Scoped,
    collection: Collection,
    fieldSelectors: readonly string[],
  ): readonly SyncedCollection[] => {
    if (scope === 'cluster') return [{ collection, part: undefined }];
    return fieldSelectors.flatMap((fieldSelector) => {
      const some = fieldSelector === '' ? collection : { ...collection, fieldSelector };
      return collectionsIn(namespaces, some, fieldSelectors.length);
    });
  };
  return {
    collections(resource, table, labelSelector) {
      const { group, version, olderVersions, exactIntegers } = table;
      const collection = {
        resource,
        group,
        version,
        ...(olderVersions && { olderVersions }),
        ...(labelSelector !== undefined && { labelSelector }),
        ...(exactIntegers && { exactIntegers }),
      };
      return selected(table, collection, selectors).map((one) => selectable(one, table));
    },
    // Owners are looked up by the pods of this shard, whoever's they are.
    collectionsOfOwners(resource, table) {
      const { group, version, olderVersions } = table;
      const collection = { resource, group, version, ...(olderVersions && { olderVersions }) };
      return selected(table, collection, [deniedSelectors.join(',')]);
    },
    share(sink, foreign) {
      if (ownership === undefined && shardTotal === 1) return sink;
      return filtered(sink, ({ uid }) => {
        const isOwn = owner.owns(uid ?? '');
        if (!isOwn) foreign?.(uid ?? '');
        return isOwn;
      });
    },
  };
}

/** Where a collection of all namespaces is asked about; it need not exist. */
const probedNamespace = 'default';

/**
 * How the shards divide the objects. With `auto`, those of a StatefulSet do so by ranges: all of
 * them have the flag. Others may have been given different ones.
 */
export function schemeOf(
  { 'server-side-sharding': serverSide }: Pick<Options, 'server-side-sharding'>,
  isPlaced: boolean,
): ShardScheme {
  const byRange = serverSide === 'true' || (serverSide === 'auto' && isPlaced);
  return byRange ? 'uid-range' : 'jump-hash';
}

/** What the flags alone give this process. */
const staticClaim = (options: ScopeOptions) => ({
  scheme: schemeOf(options, false),
  index: options.shard,
  total: options['total-shards'],
});

/** `sink`, but it gets the objects that pass the filter only. */
export function filtered(sink: Sink, filter: Filter): Sink {
  const passing = <T extends Pick<Sink, 'put' | 'delete'>>(
    target: T,
  ): Pick<Sink, 'put' | 'delete'> => ({
    put: (object) => (filter(object.metadata) ? target.put(object) : undefined),
    delete: (object) => (filter(object.metadata) ? target.delete(object) : undefined),
  });
  return {
    ...passing(sink),
    accepts: (metadata) => filter(metadata) && sink.accepts?.(metadata) !== false,
    drained: () => sink.drained(),
    relist() {
      const relisting = sink.relist();
      return {
        ...passing(relisting),
        drained: () => relisting.drained(),
        commit: () => relisting.commit(),
        abort: () => relisting.abort(),
      };
    },
  };
}

/** One collection in each of the namespaces, or in all of them where none is named. */
function collectionsIn(
  namespaces: readonly string[],
  all: Collection,
  selectors: number,
): readonly SyncedCollection[] {
  const { fieldSelector } = all;
  const part = selectors > 1 ? fieldSelector : undefined;
  if (namespaces.length === 0) return [{ collection: all, part }];
  const apart = namespaces.map((namespace) => ({
    collection: { ...all, namespace },
    part: part === undefined ? namespace : `${namespace} ${part}`,
  }));
  if (namespaces.length <= namespacesApartMax) return apart;
  const named = new Set(namespaces);
  const filter: Filter = ({ namespace }) => named.has(namespace ?? '');
  return [{ collection: all, part, filter, fallback: apart }];
}

/** The namespaces to watch, each once; none for all. */
function namespacesOf({ namespaces, 'namespaces-denylist': denied }: ScopeOptions) {
  const left = [...new Set(namespaces)].filter((namespace) => !denied.includes(namespace));
  if (namespaces.length > 0 && left.length === 0) {
    throw new ConfigError({
      flag: ['--namespaces', '--namespaces-denylist'],
      expected: 'a namespace that is in the one and not in the other',
      got: 'none',
      hint: 'nothing would be served',
    });
  }
  return left;
}

/** The selectors of pods, one for each node; without a selector where all nodes are followed. */
function placementsOf(options: ScopeOptions): readonly (readonly string[])[] {
  const { 'track-unscheduled-pods': unscheduled, resources } = options;
  const nodes = [...new Set(options.node)];
  if (nodes.length === 0 && !unscheduled) return [[]];
  const flag = nodes.length > 0 ? '--node' : '--track-unscheduled-pods';
  if (resources.length === 0 || resources.some((resource) => resource !== 'pods')) {
    throw new ConfigError({
      flag: [flag, '--resources'],
      expected: 'pods as the only resource',
      got: resources.join(', ') || 'all resources',
      hint: 'other objects are on no node',
    });
  }
  if (nodes.length > nodesMax) {
    throw new ConfigError({
      flag: '--node',
      expected: `at most ${nodesMax} nodes`,
      got: String(nodes.length),
      hint: 'each of them is a watch of its own, --total-shards divides a cluster at less cost',
    });
  }
  const odd = nodes.find((node) => !/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(node));
  if (odd !== undefined) {
    throw new ConfigError({ flag: '--node', expected: 'names of nodes', got: `"${odd}"` });
  }
  return [...nodes, ...(unscheduled ? [''] : [])].map((node) => [`spec.nodeName=${node}`]);
}
