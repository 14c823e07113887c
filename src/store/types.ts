// Store and Snapshot as the rest of the program sees them: objects go in, expositions come out.
import type { Clock } from '../lib/clock.ts';
import type { KubeObject } from '../metrics/object.ts';
import type { FamilyHeader, Renderer } from '../metrics/render.ts';
import type { Counters } from './counters.ts';
import type { SeriesBudgetOptions } from './seriesBudget.ts';
import type { TextPack } from './textPack.ts';

export type Format = 'text' | 'openmetrics';
export type Encoding = 'identity' | 'gzip';

/** Opens a store for each resource; renderers come by plural, in the order of the exposition. */
export type OpenStores = (
  renderers: ReadonlyMap<string, Renderer>,
  options: OpenStoresOptions,
) => Stores;

export interface OpenStoresOptions {
  /** The most text of all stores that is kept uncompressed because it changed lately, in bytes. */
  readonly hotBytesMax: number;
  /** Whether long lists are compressed on a thread of their own. */
  readonly compressOnThread: boolean;
  readonly clock: Pick<Clock, 'now' | 'wall' | 'sleep' | 'turn'>;
  /** Told of each thing to count that gets no counter, because there are too many. */
  onCountersFull?(resource: string, family: string): void;
  /** Undefined where series have no limit. */
  readonly seriesBudget?: SeriesBudgetOptions | undefined;
  /** How long deleted objects are kept; undefined where they go at once. */
  readonly deletedGrace?: DeletedGrace | undefined;
  /** Told of work that failed; it is tried again. */
  onError(error: unknown): void;
}

/** All stores of the process. */
export interface Stores {
  /**
   * The store of each resource by its plural, in the order of the exposition; behind them those
   * that were added, by their keys.
   */
  readonly byResource: ReadonlyMap<string, Store>;
  /** The counters of the resources that have counted families, by their plurals. */
  readonly counters: ReadonlyMap<string, Counters>;
  /**
   * The content of the stores now; later changes do not show in it. `includes` gets the names of
   * each store, of which any may be meant.
   */
  snapshot(includes: (names: readonly string[]) => boolean): Snapshot;
  /**
   * Adds a store at run time. It is served behind those of the start, which have no family of the
   * same name; added stores may, and their series are served as one family. Throws where there is a
   * store of this key.
   */
  add(key: string, renderer: Renderer, place: StorePlace): Store;
  /**
   * Removes a store that was added: no later snapshot has it. It must not be used any more, and no
   * relist of it be open. Resolves once its memory is free.
   */
  remove(key: string): Promise<void>;
  /**
   * Counts on from the stores of another configuration, which these take the place of. Series whose
   * objects are gone go on, too, where both serve the `sameObjects`.
   */
  continueCounting(from: Pick<Stores, 'byResource' | 'counters'>, sameObjects: boolean): void;
  /** The sizes of what a snapshot of now would have; valid until the event loop turns. */
  sizes(): Sizes;
  /**
   * The objects whose keys contain the text, over all stores; those of that very name or key come
   * first. Takes slices of time, some 10 ms for 100,000 objects, and rejects with the signal.
   */
  find(text: string, options: FindOptions): Promise<Found>;
  /** Resolves once all that was put, deleted and committed before is served. */
  flushed(): Promise<void>;
  /** Age of the oldest change that is not served yet, in milliseconds; 0 where all is served. */
  stalenessMs(): number;
  /** What the stores have done so far, and what is in them now. */
  work(): StoreWork;
  /** What takes memory in the stores now; it is counted by each call, block by block. */
  memory(): StoreMemory;
  /** Ends all work; resolves when none is left. Pending changes are never served then. */
  close(): Promise<void>;
}

/** What takes memory in stores, in bytes. */
export interface StoreMemory {
  /** Text that scrapes are served from: compressed, and not. */
  readonly cold: number;
  readonly hot: number;
  /** Text that is not served yet. */
  readonly pending: number;
  /** Hashes and lengths of texts, in buffers. */
  readonly indexInBuffers: number;
  /** The objects, blocks and segments in V8's heap: an estimate, by their number. */
  readonly indexInHeap: number;
  /** Of buffers, what nothing was written to: the kernel gives no memory for it. */
  readonly untouched: number;
}

/** Where an added store is served, and what it is called. */
export interface StorePlace {
  /**
   * Stores are served in the order of this, among the plurals of those that are there from the
   * start; those of one order in the order of their keys.
   */
  readonly order: string;
  /** What snapshots may select it by. */
  readonly names: readonly string[];
}

/** What stores have done since they were opened, and how much is in them. */
export interface StoreWork {
  /** Segments written so far: each is the text of one family for the objects of one block. */
  readonly segments: number;
  /** Segments compressed so far, and segments decompressed again because their text changed. */
  readonly compressed: number;
  readonly decompressed: number;
  readonly flushes: number;
  /** The time of all flushes. */
  readonly seconds: number;
  /** Objects that were added, changed and removed. */
  readonly changes: number;
  /** Objects in relists that are not committed yet. */
  readonly incomingObjects: number;
  /** Text that is not served yet. */
  readonly pendingBytes: number;
  /** The size of what is served, compressed where the store compresses it. */
  readonly storedBytes: number;
  /** The part of it that is not compressed because it changed lately, and the limit of that. */
  readonly hotBytes: number;
  readonly hotBytesMax: number;
  readonly promotion: PromotionWork;
}

/** How far changes of inherited labels have been followed, in objects. */
export interface PromotionWork {
  /** Those whose texts may have labels that are not those of now. */
  readonly waiting: number;
  /** Those whose texts got other labels since the start. */
  readonly changed: number;
}

/**
 * The series of one resource's objects. A store may have parts, each kept equal to one collection:
 * a namespace, or the pods of a node. A store without parts has `undefined` in their place. The key
 * of an object is namespace/name; an object that is put replaces any other with its key, whatever
 * its uid and part. An object without a name is refused by a throw.
 */
export interface Store {
  /**
   * Adds or replaces one object, which is in that part from now on. It is rendered now and not
   * kept; its text is served within a bounded time, or once `flushed` resolves.
   */
  put(object: KubeObject, part?: string): void;
  /**
   * Removes the object, unless another one with its key, or another part, has taken its place.
   * One that was deleted stays for the time of `deletedGrace`; with `left` it is removed at once:
   * it exists, and is served no more. This and `put` throw while a relist of the part, or of the
   * whole store, is committed.
   */
  delete(object: KubeObject, part?: string, left?: boolean): void;
  /**
   * Starts a relist of one part, or of the whole store; the old content is served until it is
   * committed. Of the objects that are missing from the list then, `hasLeft` says which exist and
   * are served no more; the others were deleted. Throws while another relist of the same objects is
   * neither committed nor aborted.
   */
  relist(part?: string, hasLeft?: HasLeft): Relist;
  /**
   * From now on objects may come that were left out before, of the namespace, or of any. Only a
   * store that counts asks whether an object is new.
   */
  scopeGrows?(namespace?: string): void;
  /** Drops what a store that counts keeps of namespaces which are not included any more. */
  scopeShrinks?(includes: (namespace: string) => boolean): void;
  /** Resolves once there is room for more: pending text has a bound. */
  drained(): Promise<void>;
  /**
   * The objects of one part, or of all, in no order, without those that were deleted and are kept;
   * changes during the loop may show or not.
   */
  versions(part?: string): Iterable<ObjectVersion>;
  /** The object with the key; undefined where there is none, or where it was deleted. */
  versionOf(key: string): ObjectVersion | undefined;
  /** The deleted objects that are kept; changes during the loop may show or not. */
  kept(): Iterable<KeptObject>;
  /** Keeps an object that another store has kept so far, unless its name is in use here. */
  keep(object: KeptObject): void;
  readonly size: StoreSize;
  /**
   * An object's text of each family that has any, with its newest change, which scrapes may show
   * only after the next flush; undefined where there is no such object.
   */
  textsOf(key: string): ObjectTexts | undefined;
}

/** Whether an object that is missing now exists and is served no more, and was not deleted. */
export type HasLeft = (
  object: ObjectIdentity & Pick<KubeObject['metadata'], 'deletionTimestamp'>,
) => boolean;

/** What --deleted-grace says. */
export interface DeletedGrace {
  /** Deleted objects are served for so long. */
  readonly ms: number;
  /** Milliseconds since 1970: what marks an object says when it was found to be deleted. */
  wall(): number;
  /** Told of each object that goes at once, because as many as may be are kept already. */
  onFull(): void;
}

/** A deleted object that is kept. */
export interface KeptObject extends ObjectVersion {
  /** When it was found to be deleted, by the clock. */
  readonly sinceMs: number;
  /** Its texts by the names of families. */
  readonly texts: ReadonlyMap<string, string>;
}

/** All that is exported of one object; the sizes are those of its texts. */
export interface ObjectTexts extends FoundObject {
  readonly families: readonly { readonly header: FamilyHeader; readonly text: string }[];
}

export interface FindOptions {
  /** The most objects to return. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

export interface Found {
  readonly objects: readonly FoundObject[];
  /** Whether there are more. */
  readonly more: boolean;
}

export interface FoundObject {
  /** The key of its store. */
  readonly resource: string;
  /** namespace/name, or the name alone. */
  readonly key: string;
  readonly series: number;
  readonly bytes: number;
}

/** An object and its state, without its content. */
export interface ObjectVersion {
  /** namespace/name, or the name alone, as `keyOf` has it. */
  readonly key: string;
  readonly uid: string | undefined;
  /** metadata.resourceVersion, empty where there is none. */
  readonly version: string;
}

/** A full list that is not complete yet: all of it becomes visible in one step, or nothing. */
export interface Relist {
  put(object: KubeObject): void;
  /** Removes an object from this list, unless its key belongs to another uid by now. */
  delete(object: KubeObject): void;
  /** As `Store.drained`. */
  drained(): Promise<void>;
  /**
   * Replaces all objects of the relist's part by those that were put; other parts stay as they are.
   * Resolves once the new content is served.
   */
  commit(): Promise<void>;
  /**
   * Drops what was put. A commit that is queued is cancelled and rejects; one that has begun goes
   * on. Resolves once the part may be changed again: to true where the list was committed all the
   * same, to false where it was dropped. Never rejects.
   */
  abort(): Promise<boolean>;
}

export interface StoreSize {
  readonly objects: number;
  readonly series: number;
  /** Exposition bytes, uncompressed, headers excepted. */
  readonly bytes: number;
}

/** The sizes of a snapshot of all stores: what /metrics has, headers excepted. */
export interface Sizes {
  /** The `state` of such a snapshot. */
  readonly state: number;
  /** Every store: those of the start, and those that were added; each in their order. */
  readonly resources: readonly ResourceSizes[];
}

/** What a snapshot has of one store. */
export interface ResourceSizes extends StoreSize {
  /** The key of the store. */
  readonly resource: string;
  /** Every family, also those without series. Added stores may have families of the same name. */
  readonly families: readonly FamilySizes[];
  /**
   * Of each namespace with objects; that of cluster-scoped ones is empty. The store's own map, not
   * a copy: the next flush changes it.
   */
  readonly namespaces: ReadonlyMap<string, StoreSize>;
}

export interface FamilySizes {
  readonly header: FamilyHeader;
  readonly series: number;
  readonly bytes: number;
}

/** The content of several stores as one exposition; immutable. */
export interface Snapshot {
  /** Grows with each change of what is served: those of the same number have the same text. */
  readonly state: number;
  body(format: Format, encoding: Encoding): Body;
  /**
   * The series of one family, or of all, as copies for a worker, made one by one as they are asked
   * for. As with a body, whoever reads slowly keeps the snapshot's text in memory.
   */
  texts(family?: string): Iterable<TextPack>;
  /**
   * To be called once nothing will read the snapshot any more: reading it later may throw. Until
   * then, or until the garbage collector has found it, all text stays in memory; afterwards text
   * that is replaced is freed at once.
   */
  readonly release: () => void;
}

export interface Body {
  /** Length in bytes where it is known before the first byte is made. */
  readonly bytes: number | undefined;
  /**
   * The bytes, in chunks made only as they are asked for. Each chunk may be made in a buffer of
   * `nextBuffer`, which is called once for each, when the chunk is asked for. By default buffers
   * are new; whoever gives a buffer again must be done with the chunk that was in it.
   */
  chunks(nextBuffer?: NextBuffer): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** Gives a buffer of so many bytes to fill. */
export type NextBuffer = (bytes: number) => Buffer;

/** What metadata says of which object it is. */
export type ObjectIdentity = Pick<KubeObject['metadata'], 'name' | 'namespace' | 'uid'>;

/** One part of a store, or all of it, as a reflector sees it. */
export interface Sink {
  /** Whether the sink keeps such an object; it keeps all without this. Asked before parsing. */
  accepts?(metadata: ObjectIdentity): boolean;
  put(object: KubeObject): void;
  delete(object: KubeObject): void;
  relist(): Relist;
  drained(): Promise<void>;
}

/** The part of the store as a sink; `undefined` stands for all of it. */
export function sinkOf(store: Store, part: string | undefined, hasLeft?: HasLeft): Sink {
  return {
    put: (object) => store.put(object, part),
    delete: (object) => store.delete(object, part, hasLeft?.(object.metadata)),
    relist: () => store.relist(part, hasLeft),
    drained: () => store.drained(),
  };
}
