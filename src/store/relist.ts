// StoreRelist is a full list that is not complete yet: the store changes once it is committed.
import { isOlder } from '../lib/resourceVersion.ts';
import type { KubeObject } from '../metrics/object.ts';
import type { Block, ByteCount, Change, ObjectRecord, StoredObject } from './block.ts';
import type { FamilyTexts } from './familyTexts.ts';
import { isSameObject, isUnchanged, objectVersionOf } from './objectState.ts';
import { type RelistEnds, RelistPhases } from './relistPhases.ts';
import type { ResourceData } from './resourceData.ts';
import { lengthOf } from './slotTexts.ts';
import { knownStateOf } from './specTexts.ts';
import type { ListBudget } from './storeBudget.ts';
import type { ObjectVersion, Relist } from './types.ts';

/** Staged changes of existing objects are kept as text up to this size, all relists together. */
const stagedBytesMax = 4 * 1024 * 1024;

/** What a relist needs of the Flusher. */
export interface RelistWork {
  /** Bytes of text that all relists have staged. */
  readonly stagedBytes: ByteCount;
  /** Objects that all relists are about to add. */
  readonly incoming: { objects: number };
  /** Compresses a block that is not served yet. */
  compress(block: Block): void;
  drained(): Promise<void>;
  /**
   * Makes changes that are to be served in one step, and flushes them. Between the steps of
   * `changes` the event loop may turn; no other flush begins before their end.
   */
  commit(changes: () => Iterable<void>): Promise<void>;
}

/** A change of an object that stays in its block. */
interface StagedChange {
  readonly record: ObjectRecord;
  readonly changes: readonly Change[];
  readonly bytes: number;
  /** The version of the object that the changes are to be applied to. */
  readonly since: string;
}

/** What the store gives to one relist. */
export interface StoreRelistOptions extends RelistEnds {
  readonly part: string | undefined;
  readonly number: number;
  /** Called by the commit with each object of the part that the list does not have. */
  missing(object: StoredObject): void;
}

export class StoreRelist implements Relist {
  readonly #data: ResourceData;
  readonly #work: RelistWork;
  readonly #part: string | undefined;
  readonly #number: number;
  /** New objects, in blocks of their own. */
  readonly #added = new Map<string, StoredObject>();
  readonly #blocks: Block[] = [];
  readonly #staged = new Map<StoredObject, StagedChange>();
  readonly #budget: ListBudget | undefined;
  readonly #phases: RelistPhases;
  readonly #missing: (object: StoredObject) => void;

  /**
   * `number` is unique in the store, and not 0. Between `onCommit` and `onEnd` the part must not be
   * changed; until `onEnd` it must not be relisted again.
   */
  constructor(
    data: ResourceData,
    work: RelistWork,
    { part, number, missing, onCommit, onEnd }: StoreRelistOptions,
  ) {
    this.#data = data;
    this.#work = work;
    this.#part = part;
    this.#number = number;
    this.#budget = data.budget?.ofList();
    this.#phases = new RelistPhases({
      apply: () => this.#apply(),
      discard: () => this.#discard(),
      commit: (changes) => work.commit(changes),
      onCommit,
      onEnd: () => {
        work.incoming.objects -= this.#added.size;
        onEnd();
      },
    });
    this.#missing = missing;
  }

  put(object: KubeObject): void {
    this.#phases.refuseIfClosed();
    const incoming = objectVersionOf(object);
    const added = this.#added.get(incoming.key);
    if (added !== undefined) {
      this.#replaceAdded(added, incoming, object);
      return;
    }
    const existing = this.#data.index.get(incoming.key);
    // One that was deleted may be gone before the commit.
    const isThere = existing !== undefined && existing.deletedMs === undefined;
    if (isThere && this.#covers(existing)) {
      this.#unstage(existing);
      existing.seen = this.#number;
      if (isUnchanged(existing, incoming)) return;
      const mayStay = this.#mayStay(existing, incoming);
      // What leaves its block takes all of its texts along.
      const known = mayStay ? knownStateOf(existing, incoming) : undefined;
      const texts = this.#data.render(object, known);
      if (mayStay && this.#stage(existing, incoming, texts)) return;
      existing.seen = 0;
      this.#add(incoming, texts.partial ? this.#data.render(object) : texts);
    } else {
      this.#add(incoming, this.#data.render(object));
    }
  }

  delete(object: KubeObject): void {
    this.#phases.refuseIfClosed();
    const incoming = objectVersionOf(object);
    const added = this.#added.get(incoming.key);
    if (added !== undefined) {
      if (isSameObject(added, incoming)) this.#removeAdded(added);
      return;
    }
    const existing = this.#data.index.get(incoming.key);
    if (
      existing === undefined ||
      existing.seen !== this.#number ||
      !isSameObject(existing, incoming)
    )
      return;
    this.#unstage(existing);
    existing.seen = 0;
  }

  drained(): Promise<void> {
    return this.#work.drained();
  }

  commit(): Promise<void> {
    return this.#phases.commit();
  }

  abort(): Promise<boolean> {
    return this.#phases.abort();
  }

  #discard(): void {
    for (const existing of this.#staged.keys()) this.#unstage(existing);
    for (const block of this.#blocks) block.discardPending();
  }

  /** One step for each object. */
  *#apply(): Generator<void> {
    const { index } = this.#data;
    for (const existing of index.values()) {
      if (!this.#covers(existing)) continue;
      if (existing.seen === this.#number) existing.part = this.#part;
      else if (!this.#added.has(existing.key)) this.#missing(existing);
      yield;
    }
    for (const [existing, { record, changes, since }] of this.#staged) {
      // Changes that came in the meantime are newer than the list.
      const stayed = index.get(existing.key) === existing && existing.version === since;
      if (stayed) this.#data.update(existing, changes, record);
      this.#unstage(existing);
      yield;
    }
    for (const object of this.#added.values()) {
      const existing = index.get(object.key);
      // The list replaces what its part has; what another part has may be newer.
      const isForeign = existing !== undefined && !this.#covers(existing);
      if (isForeign && isOlder(object.version, existing.version)) object.block.remove(object);
      else this.#data.insert(object);
      yield;
    }
    this.#data.append(this.#blocks);
  }

  #covers({ part }: StoredObject): boolean {
    return this.#part === undefined || part === this.#part;
  }

  /** The list has an object twice, or the object changed while the list was streamed. */
  #replaceAdded(added: StoredObject, incoming: ObjectVersion, object: KubeObject): void {
    const texts = this.#data.render(object, knownStateOf(added, incoming));
    if (isSameObject(added, incoming)) {
      const changes = added.block.diff(added.slot, texts);
      const update = (): void =>
        added.block.update(added, changes, this.#recordOf(incoming, texts));
      if (this.#budget === undefined) update();
      else this.#budget.change(added, update);
    } else {
      this.#removeAdded(added);
      this.#add(incoming, texts);
    }
  }

  #add(incoming: ObjectVersion, texts: FamilyTexts): void {
    const object = this.#data.allocate(this.#recordOf(incoming, texts), texts, this.#blocks);
    this.#added.set(incoming.key, object);
    if (!this.#data.index.has(incoming.key)) this.#budget?.add(object);
    this.#work.incoming.objects++;
    if (object.block.full) this.#work.compress(object.block);
  }

  #removeAdded(added: StoredObject): void {
    this.#budget?.remove(added);
    added.block.remove(added);
    this.#added.delete(added.key);
    this.#work.incoming.objects--;
  }

  /**
   * Whether an existing object can stay in its block. Where there are several parts it cannot:
   * another part may take the object over before the commit. Nor where labels are promoted: the
   * texts that have not changed may get others before it.
   */
  #mayStay(existing: StoredObject, incoming: ObjectVersion): boolean {
    if (this.#part !== undefined || this.#data.inheritors !== undefined) return false;
    return existing.version !== '' && incoming.version !== '' && existing.uid === incoming.uid;
  }

  /** Keeps the changes of an existing object until the commit; false where there is no room. */
  #stage(existing: StoredObject, incoming: ObjectVersion, texts: FamilyTexts): boolean {
    if (!existing.block.hasRoomFor(existing, texts)) return false;
    const changes = existing.block.diff(existing.slot, texts);
    const bytes = changes.reduce((sum, { text }) => sum + lengthOf(text), 0);
    if (this.#work.stagedBytes.bytes + bytes > stagedBytesMax) return false;
    this.#work.stagedBytes.bytes += bytes;
    const since = existing.version;
    this.#staged.set(existing, { record: this.#recordOf(incoming, texts), changes, bytes, since });
    return true;
  }

  #unstage(existing: StoredObject): void {
    this.#work.stagedBytes.bytes -= this.#staged.get(existing)?.bytes ?? 0;
    this.#staged.delete(existing);
  }

  #recordOf(incoming: ObjectVersion, texts: FamilyTexts): ObjectRecord {
    const { series, bytes, spec, promoted } = texts;
    return { ...incoming, part: this.#part, series, bytes, spec, promoted, seen: this.#number };
  }
}
