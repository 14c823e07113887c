// Which part of the cluster is ours: the namespaces to watch, and the shard of the objects in them.
import { ConfigError } from './errors.ts';
import type { Collection, ListedObject, Sink } from './kube/types.ts';
import type { Options } from './options.ts';
import { shardOf } from './shard/hash.ts';

type ScopeOptions = Pick<Options, 'namespaces' | 'namespaces-denylist' | 'shard' | 'total-shards'>;

/** A resource as far as its scope goes. */
interface Scoped {
  readonly group: string;
  readonly version: string;
  readonly scope: 'cluster' | 'namespace';
}

export interface Scope {
  /** What to list and watch of a resource: the whole of it, or one collection a namespace. */
  collections(plural: string, resource: Scoped): readonly Collection[];
  /** Lets through to `sink` the objects of our shard. */
  share(sink: Sink): Sink;
}

/**
 * Throws ConfigError where the options leave nothing to serve. `owns` tells by uid what is ours
 * where that changes while we run; without it the options tell.
 */
export function scopeOf(options: ScopeOptions, owns?: (uid: string) => boolean): Scope {
  const { 'namespaces-denylist': denied, shard, 'total-shards': shardTotal } = options;
  if (owns === undefined && shard >= shardTotal) {
    throw new ConfigError(
      `--shard: expected a number below --total-shards (${shardTotal}), got ${shard}; ` +
        'shards are counted from 0.',
    );
  }
  const namespaces = options.namespaces.filter((namespace) => !denied.includes(namespace));
  if (options.namespaces.length > 0 && namespaces.length === 0) {
    throw new ConfigError(
      '--namespaces and --namespaces-denylist: expected a namespace that is in the one and not ' +
        'in the other, got none; nothing would be served.',
    );
  }
  const isOurs = owns ?? ((uid: string): boolean => shardOf(uid, shardTotal) === shard);
  const ours = ({ metadata: { uid } }: ListedObject): boolean => isOurs(uid ?? '');
  return {
    collections(resource, { group, version, scope }) {
      const collection = { resource, group, version };
      if (scope === 'cluster') return [collection];
      if (namespaces.length > 0) {
        return [...new Set(namespaces)].map((namespace) => ({ ...collection, namespace }));
      }
      if (denied.length === 0) return [collection];
      const fieldSelector = denied.map((namespace) => `metadata.namespace!=${namespace}`).join(',');
      return [{ ...collection, fieldSelector }];
    },
    share: (sink) => (owns === undefined && shardTotal === 1 ? sink : onlyOurs(sink, ours)),
  };
}

function onlyOurs(sink: Sink, ours: (object: ListedObject) => boolean): Sink {
  const filtered = <T extends Pick<Sink, 'put' | 'delete'>>(
    target: T,
  ): Pick<Sink, 'put' | 'delete'> => ({
    put: (object) => (ours(object) ? target.put(object) : undefined),
    delete: (object) => (ours(object) ? target.delete(object) : undefined),
  });
  return {
    ...filtered(sink),
    relist() {
      const relisting = sink.relist();
      return {
        ...filtered(relisting),
        commit: () => relisting.commit(),
        abort: () => relisting.abort(),
      };
    },
  };
}
