// ResourceSync keeps one store equal to the API server: a reflector for each collection.
import { type CheckResult, ConsistencyCheck } from '../kube/consistency.ts';
import type { RelistReason } from '../kube/reasons.ts';
import { Reflector, type ReflectorOptions } from '../kube/reflector.ts';
import { type SaySelection, ShardSelection } from '../kube/shardSelection.ts';
import type { Collection, ReflectorReport, Representation, SyncStatus } from '../kube/types.ts';
import type { Logger } from '../lib/log.ts';
import type { HasLeft, ObjectVersion, Sink } from '../store/types.ts';
import type { FollowedSource } from './labelTable.ts';
import { NamespaceFilter } from './namespaceFilter.ts';
import type { ObjectLimit } from './objectLimit.ts';
import { type Filter, filtered, type Scope, type SyncedCollection } from './scope.ts';
import type { SelectedNamespaces } from './selectedNamespaces.ts';

/** The rest is what each of the reflectors is made of. */
export interface ResourceSyncOptions extends Omit<ReflectorOptions, 'collection' | 'sink'> {
  readonly collections: readonly SyncedCollection[];
  readonly scope: Scope;
  readonly representation: Representation;
  /** As in Collection. */
  readonly deferSpec?: boolean;
  readonly protobuf?: boolean;
  /** The store, or one part of it, as a sink. */
  readonly sinkOf: (part: string | undefined, hasLeft: HasLeft) => Sink;
  readonly limit: ObjectLimit | undefined;
  /** The namespaces whose objects are kept; without it, those of all. */
  readonly namespaces?: SelectedNamespaces | undefined;
  /** What objects inherit labels from: they are followed once these are known. */
  readonly sources?: readonly Pick<FollowedSource, 'name' | 'status'>[] | undefined;
  /** The objects stored of that part. */
  readonly versionsOf: (part: string | undefined) => Iterable<ObjectVersion>;
  /** Logs once how the server selects shards; without it, it is asked for all objects. */
  readonly saySelection?: SaySelection;
  /** Called before objects come that were left out so far: as `Store.scopeGrows`. */
  readonly onScopeGrows?: (namespace?: string) => void;
  /** As `Store.scopeShrinks`. */
  readonly onScopeShrinks?: () => void;
  /** Without it no stored object is compared with the server. */
  readonly checks?: Checks | undefined;
}

/** How stored objects are compared with those of the server. */
interface Checks {
  readonly intervalMs: number;
  readonly onResult: (result: CheckResult) => void;
}

/** What follows one collection. */
interface CollectionSync {
  readonly reflector: Reflector;
  readonly check: ConsistencyCheck | undefined;
  readonly namespaceFilter: NamespaceFilter | undefined;
  readonly shardSelection: ShardSelection | undefined;
}

/** How often it is looked whether all is known that it waits for. */
const lookMs = 50;

const namespacesUnknown = 'waiting for the namespaces that match --namespace-selector';
const limitReached = 'more objects than --object-limit, the others were left out';

/** The reflectors of one resource; `run` it once. */
export class ResourceSync {
  readonly #options: ResourceSyncOptions;
  /** By collection: its own reflector, or those of its fallback once that has taken its place. */
  readonly #active = new Map<SyncedCollection, readonly CollectionSync[]>();
  /** Whether all is known that it waits for. */
  #isRunning = false;

  constructor(options: ResourceSyncOptions) {
    this.#options = options;
    for (const collection of options.collections) {
      this.#active.set(collection, [this.#open(collection)]);
    }
  }

  /** The status of each active reflector; there is always one. */
  get statuses(): readonly SyncStatus[] {
    const statuses = this.#syncs.map(({ reflector }) => reflector.status);
    const detail = this.#isRunning ? undefined : this.#waitsFor;
    if (detail !== undefined) return statuses.map((status) => ({ ...status, detail }));
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

  /** Whether the server selects this shard's objects; undefined where it is not to. */
  get serverSelects(): boolean | undefined {
    const selections = this.#syncs.flatMap(({ shardSelection }) => shardSelection ?? []);
    return selections.length === 0 ? undefined : selections.every(({ isActive }) => isActive);
  }

  /** Whether all that can be listed is. */
  get isCaughtUp(): boolean {
    return this.#syncs.every(({ reflector }) => {
      const { refused, absent } = reflector.status;
      return reflector.isListed || refused || absent;
    });
  }

  /** How long the longest of its last full lists took. */
  get listMs(): number {
    return Math.max(0, ...this.#syncs.map(({ reflector }) => reflector.listMs));
  }

  /** Asks each reflector for a full list; scrapes see the old ones until then. */
  relist(reason: RelistReason): void {
    if (reason === 'resharded') this.#options.onScopeGrows?.();
    for (const { reflector } of this.#syncs) reflector.relist(reason);
  }

  /** Works until the signal aborts, then resolves; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { collections, clock } = this.#options;
    while (this.#waitsFor !== undefined && !signal.aborted) await clock.sleep(lookMs, signal);
    this.#isRunning = true;
    await Promise.all(collections.map((collection) => this.#follow(collection, signal)));
  }

  /** What has to be known before objects are listed, in words; undefined once all is. */
  get #waitsFor(): string | undefined {
    const { namespaces, sources = [] } = this.#options;
    if (namespaces?.isKnown === false) return namespacesUnknown;
    const source = sources.find(({ status }) => !status.synced && !status.refused);
    return source && `waiting for the labels of ${source.name} (--promote-labels)`;
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

  #open({ collection: plain, part, filter, ...more }: SyncedCollection): CollectionSync {
    const {
      scope,
      limit,
      namespaces,
      checks,
      sinkOf,
      versionsOf,
      representation,
      deferSpec,
      protobuf,
      saySelection: say,
      collections: _,
      ...shared
    } = this.#options;
    const { fallback, selectable } = more;
    const collection = {
      ...plain,
      ...(representation !== 'object' && { representation }),
      ...(deferSpec && { deferSpec }),
      ...(protobuf && { protobuf }),
    };
    const share = (sink: Sink, foreign?: (uid: string) => void): Sink => {
      const inShard = scope.share(sink, foreign);
      return filter === undefined ? inShard : filtered(inShard, filter);
    };
    const misselected = (): void => {
      // It may have left out what was there before.
      this.#options.onScopeGrows?.();
      reflector.relist('server-misselected');
    };
    const shardSelection =
      selectable &&
      say &&
      new ShardSelection({ ...shared, ...selectable, collection, say, relist: misselected });
    const stored = (): Iterable<ObjectVersion> => versionsOf(part);
    const isWhole = tellsDeletions(plain);
    const hasLeft: HasLeft = (metadata) =>
      own.accepts?.(metadata) === false || (!isWhole && !metadata.deletionTimestamp);
    const store = sinkOf(part, hasLeft);
    const limited = limit === undefined ? store : limit.over(store, part);
    const relist = (): void => reflector.relist('namespaces-joined');
    const namespaceFilter =
      namespaces && new NamespaceFilter(limited, { ...shared, namespaces, stored, relist });
    const kept = namespaceFilter?.sink ?? limited;
    const own = share(kept);
    const reflector: Reflector = new Reflector({
      ...shared,
      collection,
      shardSelection,
      sink: share(kept, (uid) => shardSelection?.sawForeign(uid)),
      onForbidden: fallback && (({ message }) => sayForbidden(shared.log, collection, message)),
    });
    const check =
      checks &&
      new ConsistencyCheck({
        ...shared,
        ...checks,
        collection,
        share: (sink) => share(namespaces === undefined ? sink : filtered(sink, inAny(namespaces))),
        position: () => (namespaceFilter?.settled === false ? undefined : reflector.position),
        heal() {
          if (shardSelection?.isActive) shardSelection.sawDrift();
          else reflector.relist('drift');
        },
        stored,
        complete: () => !limit?.reached,
      });
    return { reflector, check, namespaceFilter, shardSelection };
  }
}

const sayForbidden = (log: Logger, { resource }: Collection, error: string): void =>
  log.info(
    { resource, namespace: undefined, error },
    'forbidden in all namespaces at once, following each of them instead',
  );

/**
 * Whether what is missing from the collection was deleted. The API server says the same of an
 * object whose labels do not match any more, and of a pod that is scheduled now.
 */
const tellsDeletions = ({ labelSelector, fieldSelector }: Collection): boolean =>
  labelSelector === undefined && !/(^|,)spec\.nodeName=(,|$)/.test(fieldSelector ?? '');

const inAny =
  (namespaces: SelectedNamespaces): Filter =>
  ({ namespace }) =>
    namespaces.has(namespace ?? '');

/** Resolves when the reflector ends, and what goes with it. */
async function runSync(sync: CollectionSync, signal: AbortSignal): Promise<void> {
  const { reflector, check, namespaceFilter } = sync;
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const others = [check?.run(either), namespaceFilter?.run(either)];
  await reflector.run(signal);
  ended.abort();
  await Promise.all(others);
}
