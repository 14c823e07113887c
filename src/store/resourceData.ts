// ResourceData is the data of one resource: objects by key, blocks by age, the snapshot served.
import type { KubeObject } from '../metrics/object.ts';
import type { Renderer } from '../metrics/render.ts';
import { renderedOf } from '../metrics/rendered.ts';
import {
  Block,
  type ByteCount,
  blockBytesMax,
  type Change,
  type ObjectRecord,
  type StoredObject,
} from './block.ts';
import { FamilyColumns } from './blockIndex.ts';
import type { Cooler } from './cooler.ts';
import type { Flushes } from './counters.ts';
import type { Deletion } from './deletedObjects.ts';
import { FamilyTexts } from './familyTexts.ts';
import type { FlushTools } from './flush.ts';
import { Inheritors } from './inheritors.ts';
import { identityOf } from './objectState.ts';
import type { Readers } from './readers.ts';
import { type BlockText, slotsMax } from './segment.ts';
import type { SegmentWriter } from './segmentWriter.ts';
import type { SeriesBudget } from './seriesBudget.ts';
import { ServedSizes } from './servedSizes.ts';
import type { TextPages } from './slotTexts.ts';
import { type Headers, headersOf, type StoreSnapshot } from './snapshot.ts';
import { type KnownState, SpecTexts } from './specTexts.ts';
import { StoreBudget } from './storeBudget.ts';
import type { KeptObject, ObjectTexts, ResourceSizes, StoreSize } from './types.ts';
import { writeBlocks } from './writeBlocks.ts';

/** Blocks merged in one flush: each costs as much as ten objects that come or go. */
const compactionsMax = 8;

/** Changes show in `index` and `size` at once, and in `snapshot` after the next flush. */
export class ResourceData {
  /** What the store is called: the resource's plural, or the key of a store that was added. */
  readonly name: string;
  /** Objects by key. */
  readonly index = new Map<string, StoredObject>();
  /** Undefined where series have no limit. */
  readonly budget: StoreBudget | undefined;
  /** Undefined where no labels are promoted. */
  readonly inheritors: Inheritors | undefined;
  readonly #renderer: Renderer;
  readonly #pendingBytes: ByteCount;
  readonly #columns: FamilyColumns;
  readonly #texts: FamilyTexts;
  readonly #specTexts: SpecTexts;
  /** Made with the first flush. */
  #headers: Headers | undefined;
  /** The newest one last. */
  #blocks: Block[] = [];
  /** The blocks of the last flush: their `text` is what is served. */
  #served: readonly Block[] = [];
  /** Blocks without objects whose text is served still. */
  #emptied: Block[] = [];
  readonly #servedSizes: ServedSizes;
  /** Objects that were added, changed and removed so far. */
  changes = 0;
  /** Flushes that have begun, and the number of the last one that is served. */
  #begun = 0;
  #servedFlush = 0;
  #series = 0;
  #bytes = 0;
  #hasPending = false;

  constructor(
    name: string,
    renderer: Renderer,
    pendingBytes: ByteCount,
    pages: TextPages,
    budget: SeriesBudget | undefined,
    onStale?: () => void,
  ) {
    this.name = name;
    this.#renderer = renderer;
    this.#pendingBytes = pendingBytes;
    this.#columns = new FamilyColumns(renderer.families.length);
    this.#texts = new FamilyTexts(renderer.families.length, pages);
    this.#specTexts = new SpecTexts(renderer);
    this.#servedSizes = new ServedSizes(renderer.families.length);
    const families = renderer.families.map((family) => family.name);
    this.budget = budget && new StoreBudget(budget, name, families);
    const { promotion } = renderer;
    this.inheritors = promotion && new Inheritors(promotion, onStale);
  }

  get size(): StoreSize {
    return { objects: this.index.size, series: this.#series, bytes: this.#bytes };
  }

  /** Which flush will serve a change of now, and which one is served. */
  get flushes(): Flushes {
    return { next: this.#begun + 1, served: this.#servedFlush };
  }

  /** Whether a series can mark an object as deleted. */
  get marksDeleted(): boolean {
    return this.#renderer.deletionMark !== undefined;
  }

  /** Whether changes are not served yet. */
  get hasPending(): boolean {
    return this.#hasPending;
  }

  /** What a scrape gets; nothing while there is no object. */
  get snapshot(): StoreSnapshot | undefined {
    if (this.#headers === undefined || this.#served.length === 0) return undefined;
    const { families } = this.#renderer;
    const blocks = this.#served.map(({ text }) => text);
    return { resource: this.name, families, headers: this.#headers, blocks };
  }

  /** The sizes of what `snapshot` has. */
  get servedSizes(): ResourceSizes {
    const { objects, series, bytes, namespaces } = this.#servedSizes;
    const families = this.#renderer.families.map((header, i) => ({
      header,
      series: series[i] as number,
      bytes: bytes[i] as number,
    }));
    return {
      resource: this.name,
      objects,
      series: series.reduce((sum, one) => sum + one, 0),
      bytes: bytes.reduce((sum, one) => sum + one, 0),
      families,
      namespaces,
    };
  }

  /** All blocks, also those that no scrape shows yet. */
  get blocks(): readonly Block[] {
    return this.#blocks;
  }

  /** The length of all segments. */
  get storedBytes(): number {
    return this.#served.reduce((sum, { text }) => sum + text.storedBytes, 0);
  }

  /** As `Store.textsOf`. */
  textsOf(key: string, writer: SegmentWriter): ObjectTexts | undefined {
    const object = this.index.get(key);
    if (object === undefined) return undefined;
    const { block, slot, series, bytes } = object;
    const [texts = []] = block.newestTexts([slot], writer);
    const families = this.#renderer.families
      .map((header, family) => ({ header, text: texts[family] ?? '' }))
      .filter(({ text }) => text !== '');
    return { resource: this.name, key, series, bytes, families };
  }

  /**
   * The object's texts; the next call overwrites them. Those of a spec that has not changed since
   * the `known` state are left out: such texts can only update the object that is in the store.
   */
  render(object: KubeObject, known?: KnownState): FamilyTexts {
    this.#specTexts.read(object, known, this.#texts);
    return this.#texts;
  }

  /** Puts an object into the newest of `blocks`: the resource's own, or those of a relist. */
  allocate(record: ObjectRecord, texts: FamilyTexts, blocks: Block[] = this.#blocks): StoredObject {
    let block = blocks.at(-1);
    if (block === undefined || block.full) {
      const counted = this.budget !== undefined;
      block = new Block(this.#columns, this.#pendingBytes, counted);
      blocks.push(block);
    }
    return block.append(record, texts);
  }

  /** Adds an object that is in a block, in place of any other with its key. */
  insert(object: StoredObject): void {
    const existing = this.index.get(object.key);
    const before = existing && this.budget?.seriesOf(existing);
    if (existing !== undefined) this.#remove(existing);
    this.index.set(object.key, object);
    this.inheritors?.add(object);
    this.budget?.admit(object, before);
    this.#grow(object.key, 1, object.series, object.bytes);
    this.#hasPending = true;
    this.changes++;
  }

  remove(object: StoredObject): void {
    this.budget?.release(object);
    this.#remove(object);
    this.changes++;
  }

  /** Changes an object in its block. */
  update(object: StoredObject, changes: readonly Change[], record: ObjectRecord): void {
    const { series, bytes } = object;
    const before = this.budget?.seriesOf(object);
    const moves = record.promoted !== object.promoted;
    if (moves) this.inheritors?.remove(object);
    object.block.update(object, changes, record);
    if (moves) this.inheritors?.add(object);
    this.budget?.admit(object, before);
    this.#grow(object.key, 0, object.series - series, object.bytes - bytes);
    this.changes++;
    if (changes.length > 0) this.#hasPending = true;
  }

  /**
   * Gives the objects of one block the labels that they inherit now: a block is decompressed once
   * for all of them. Returns how many objects changed; there may be more, also where none did.
   */
  promoteInBlock(writer: SegmentWriter): number {
    const stale = this.inheritors?.takeBlock() ?? [];
    const [first] = stale;
    if (first === undefined) return 0;
    const { block } = first.object;
    try {
      const slots = stale.map(({ object }) => object.slot);
      const texts = block.newestTexts(slots, writer);
      for (const [i, { object, promoted }] of stale.entries()) {
        this.#specTexts.promote(texts[i] ?? [], object, promoted, this.#texts);
        const { series, bytes, spec } = this.#texts;
        const changes = block.diff(object.slot, this.#texts);
        this.update(object, changes, { ...object, series, bytes, spec, promoted });
      }
    } catch (error) {
      this.inheritors?.giveBack(stale);
      throw error;
    }
    return stale.length;
  }

  /**
   * Keeps an object that was deleted, marked by the series that says when. Removes it, and returns
   * false, where it has no mark: its family may be off, or a series budget have no room for it.
   */
  keepDeleted(object: StoredObject, deletion: Deletion): boolean {
    // A terminating object has that series: it is the server's own time.
    if (!this.#isMarked(object)) this.#mark(object, deletion);
    object.deletedMs = deletion.sinceMs;
    return this.#keepMarked(object);
  }

  /** The newest texts of some objects of one block, by the names of families. */
  textsIn(block: Block, objects: readonly StoredObject[], writer: SegmentWriter) {
    const slots = objects.map(({ slot }) => slot);
    const texts = block.newestTexts(slots, writer);
    const names = this.#renderer.families.map(({ name }) => name);
    return objects.map((object, i) => ({
      object,
      texts: new Map(names.map((name, family) => [name, texts[i]?.[family] ?? ''])),
    }));
  }

  /** Inserts an object that was deleted; undefined where `keepDeleted` would not keep it. */
  insertDeleted({ key, uid, version, sinceMs, texts }: KeptObject): StoredObject | undefined {
    this.#texts.read(renderedOf(this.#renderer.families.map(({ name }) => texts.get(name) ?? '')));
    const { series, bytes } = this.#texts;
    const of = { part: undefined, spec: undefined, promoted: undefined, seen: 0 };
    const record = { key, uid, version, series, bytes, ...of, deletedMs: sinceMs };
    const object = this.allocate(record, this.#texts);
    this.insert(object);
    return this.#keepMarked(object) ? object : undefined;
  }

  /** Takes over the blocks of a relist as the newest; `insert` takes over their objects. */
  append(blocks: readonly Block[]): void {
    this.#blocks.push(...blocks);
    this.#hasPending = true;
  }

  /** Writes the pending changes and serves them all in one step. */
  async flush(tools: FlushTools): Promise<void> {
    const { writer, cooler, readers, committed } = tools;
    this.#headers ??= headersOf(this.#renderer.families, writer);
    await this.#compact(tools);
    this.#hasPending = false;
    const flush = ++this.#begun;
    const blocks = this.#blocks.filter(({ objectCount }) => objectCount > 0);
    const empty = this.#blocks.filter(({ objectCount }) => objectCount === 0);
    for (const block of empty) block.discardPending();
    this.#emptied.push(...empty);
    this.#blocks = [...blocks];
    const sizes = this.#servedSizes.takePending();
    const work = blocks
      .filter(({ hasPending }) => hasPending)
      .map((block) => ({ block, changes: block.takePending() }));
    let texts: BlockText[];
    try {
      texts = await writeBlocks(work, tools);
    } catch (error) {
      this.#hasPending = true;
      for (const { block, changes } of work) block.rollback(changes);
      this.#servedSizes.rollback(sizes);
      throw error;
    }
    this.#servedSizes.commit(sizes);
    for (const [i, { block, changes }] of work.entries()) {
      const old = block.text;
      block.commit(changes, texts[i] as BlockText);
      if (block.served) this.#servedSizes.replaced(old, block.text);
      cooler.written(block);
      readers.replaced(old, block.text);
    }
    for (const block of blocks) {
      if (block.served) continue;
      block.served = true;
      this.#servedSizes.replaced(undefined, block.text);
    }
    this.#served = blocks;
    this.#servedFlush = flush;
    for (const block of this.#emptied.splice(0)) {
      if (block.served) this.#servedSizes.replaced(block.text, undefined);
      cooler.forget(block);
      readers.replaced(block.text);
    }
    committed();
  }

  #isMarked(object: StoredObject): boolean {
    const family = this.#renderer.deletionMark?.family;
    return family !== undefined && !object.block.isEmpty(object, family);
  }

  #mark(object: StoredObject, { seconds, writer }: Deletion): void {
    const { deletionMark } = this.#renderer;
    if (deletionMark === undefined) return;
    const { block, slot, promoted } = object;
    const { family, like } = deletionMark;
    const [texts] = like === undefined ? [] : block.newestTexts([slot], writer);
    const sample = texts?.[like ?? 0] ?? '';
    const mark = deletionMark.text(identityOf(object), sample, seconds, promoted);
    this.#texts.readOne(family, mark, object);
    const { series, bytes } = this.#texts;
    this.update(object, block.diff(slot, this.#texts), { ...object, series, bytes });
  }

  /** Whether the object stays: without a mark it is removed. */
  #keepMarked(object: StoredObject): boolean {
    const stays = this.#isMarked(object);
    if (!stays) this.remove(object);
    return stays;
  }

  #remove(object: StoredObject): void {
    this.index.delete(object.key);
    this.inheritors?.remove(object);
    object.block.remove(object);
    this.#grow(object.key, -1, -object.series, -object.bytes);
    this.#hasPending = true;
  }

  #grow(key: string, objects: number, series: number, bytes: number): void {
    this.#series += series;
    this.#bytes += bytes;
    this.#servedSizes.change(key, objects, series, bytes);
  }

  /** Drops all objects; the data must not be used any more. */
  dispose(cooler: Cooler, readers: Readers): void {
    // A block that has become empty is among those that were served last.
    for (const block of new Set([...this.#blocks, ...this.#emptied, ...this.#served])) {
      block.discardPending();
      cooler.forget(block);
      readers.replaced(block.text);
    }
    this.#blocks = [];
    this.#emptied = [];
    this.#served = [];
    for (const object of this.index.values()) this.budget?.release(object);
    this.inheritors?.close();
    this.index.clear();
  }

  /** Merges neighbouring blocks that have become half empty. */
  async #compact({ writer, pause }: FlushTools): Promise<void> {
    // The last block is still being filled.
    const closed = this.#blocks.slice(0, -1).filter(({ objectCount }) => objectCount > 0);
    let merges = 0;
    for (let i = 1; i < closed.length && merges < compactionsMax; i++) {
      const [older, newer] = [closed[i - 1] as Block, closed[i] as Block];
      if (!fitTogether(older, newer)) continue;
      const [from, into] = older.objectCount < newer.objectCount ? [older, newer] : [newer, older];
      from.moveInto(into, writer.read(from.text, from.textIndex));
      closed[i] = into;
      merges++;
      await pause();
    }
  }
}

const fitTogether = (a: Block, b: Block): boolean =>
  a.objectCount + b.objectCount <= slotsMax && a.bytes + b.bytes <= blockBytesMax;
