// ResourceSync keeps one store equal to the API server: a reflector for each collection.
import { type CheckResult, ConsistencyCheck } from '../kube/consistency.ts';
import { Reflector, type ReflectorOptions, type RelistReason } from '../kube/reflector.ts';
import type { ReflectorReport, Representation, SyncStatus } from '../kube/types.ts';
import type { ObjectVersion, Sink } from '../store/types.ts';
import type { ObjectLimit } from './objectLimit.ts';
import { filtered, type Scope, type SyncedCollection } from './scope.ts';

/** The rest is what each of the reflectors is made of. */
export interface ResourceSyncOptions extends Omit<ReflectorOptions, 'collection' | 'sink'> {
  readonly collections: readonly SyncedCollection[];
  readonly scope: Scope;
  readonly representation: Representation;
  /** As in Collection. */
  readonly deferSpec?: boolean;
  readonly protobuf?: boolean;
  /** The store, or one part of it, as a sink. */
  readonly sinkOf: (part: string | undefined) => Sink;
  readonly limit: ObjectLimit | undefined;
  /** Without it no stored object is compared with the server. */
  readonly checks?: Checks | undefined;
}

/** How stored objects are compared with those of the server. */
interface Checks {
  readonly intervalMs: number;
  /** The objects stored of that part. */
  readonly versionsOf: (part: string | undefined) => Iterable<ObjectVersion>;
  readonly onResult: (result: CheckResult) => void;
}

/** What follows one collection. */
interface CollectionSync {
  readonly reflector: Reflector;
  readonly check: ConsistencyCheck | undefined;
}

const limitReached = 'more objects than --object-limit, the others were left out';

/** The reflectors of one resource; `run` it once. */
export class ResourceSync {
  readonly #options: ResourceSyncOptions;
  /** By collection: its own reflector, or those of its fallback once that has taken its place. */
  readonly #active = new Map<SyncedCollection, readonly CollectionSync[]>();

  constructor(options: ResourceSyncOptions) {
    this.#options = options;
    for (const collection of options.collections) {
      this.#active.set(collection, [this.#open(collection)]);
    }
  }

  /** The status of each active reflector; there is always one. */
  get statuses(): readonly SyncStatus[] {
    const statuses = this.#syncs.map(({ reflector }) => reflector.status);
    if (!this.#options.limit?.reached) return statuses;
    return statuses.map((status) => ({ ...status, detail: `${status.detail}; ${limitReached}` }));
  }

  /** Where each active reflector stands. */
  get reports(): readonly ReflectorReport[] {
    return this.#syncs.map(({ reflector }) => reflector.report);
  }

  /** Objects that differed at the last checks; undefined before the first of them. */
  get drift(): number | undefined {
    const drifts = this.#syncs.flatMap(({ check }) => check?.drift ?? []);
    return drifts.length === 0 ? undefined : drifts.reduce((sum, drift) => sum + drift, 0);
  }

  /** Asks each reflector for a full list; scrapes see the old ones until then. */
  relist(reason: RelistReason): void {
    for (const { reflector } of this.#syncs) reflector.relist(reason);
  }

  /** Works until the signal aborts, then resolves; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { collections } = this.#options;
    await Promise.all(collections.map((collection) => this.#follow(collection, signal)));
  }

  get #syncs(): readonly CollectionSync[] {
    return [...this.#active.values()].flat();
  }

  /** Follows the collection; once it turns out to be forbidden, those of its fallback. */
  async #follow(collection: SyncedCollection, signal: AbortSignal): Promise<void> {
    await this.#runAll(collection, signal);
    if (collection.fallback === undefined || signal.aborted) return;
    this.#active.set(
      collection,
      collection.fallback.map((instead) => this.#open(instead)),
    );
    await this.#runAll(collection, signal);
  }

  async #runAll(collection: SyncedCollection, signal: AbortSignal): Promise<void> {
    const syncs = this.#active.get(collection) ?? [];
    await Promise.all(syncs.map((sync) => runSync(sync, signal)));
  }

  #open({ collection: plain, part, filter, fallback }: SyncedCollection): CollectionSync {
    const {
      scope,
      limit,
      checks,
      sinkOf,
      representation,
      deferSpec,
      protobuf,
      collections: _,
      ...shared
    } = this.#options;
    const collection = {
      ...plain,
      ...(representation !== 'object' && { representation }),
      ...(deferSpec && { deferSpec }),
      ...(protobuf && { protobuf }),
    };
    const share = (sink: Sink): Sink => {
      const inShard = scope.share(sink);
      return filter === undefined ? inShard : filtered(inShard, filter);
    };
    const store = sinkOf(part);
    const reflector = new Reflector({
      ...shared,
      collection,
      sink: share(limit === undefined ? store : limit.over(store, part)),
      onForbidden:
        fallback &&
        (({ message }) =>
          shared.log.info(
            { resource: collection.resource, namespace: undefined, error: message },
            'forbidden in all namespaces at once, following each of them instead',
          )),
    });
    if (checks === undefined) return { reflector, check: undefined };
    const { intervalMs, versionsOf, onResult } = checks;
    const check = new ConsistencyCheck({
      ...shared,
      collection,
      share,
      intervalMs,
      onResult,
      position: () => reflector.position,
      heal: () => reflector.relist('drift'),
      stored: () => versionsOf(part),
      complete: () => !limit?.reached,
    });
    return { reflector, check };
  }
}

/** Resolves when the reflector ends, and the check with it. */
async function runSync({ reflector, check }: CollectionSync, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const checking = check?.run(AbortSignal.any([signal, ended.signal]));
  await reflector.run(signal);
  ended.abort();
  await checking;
}
