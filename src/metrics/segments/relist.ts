// A full list on its way into a store: what stands is left where it is, the rest is kept beside.
import { isOlder } from '../../versions.ts';
import type { KubeObject } from '../object.ts';
import type { HeldVersion, Relist } from '../store.ts';
import type { Block, Change, Entry, Held, Tally } from './block.ts';
import type { Holding } from './holding.ts';
import { lengthOf, type Texts } from './texts.ts';
import { isSame, stands, versionOf } from './version.ts';

/** Changes of objects that stay in place are kept as text up to here, all relists together. */
const stagedBytesMax = 4 * 1024 * 1024;

/** What a relist needs of those who do the work. */
export interface RelistWork {
  /** Bytes that all relists keep as text. */
  readonly staged: Tally;
  /** Seals a block that is not served yet. */
  seal(block: Block): void;
  room(): Promise<void>;
  /**
   * Makes changes that are to be served in one step, and serves them. `changes` may pause after
   * each of its steps: no batch begins before its end.
   */
  commit(changes: () => Iterable<void>): Promise<void>;
}

/** A change of an object that stays in its place. */
interface Kept {
  readonly held: Held;
  readonly changes: readonly Change[];
  readonly bytes: number;
  /** The version that the changes start from. */
  readonly since: string;
}

export class SegmentRelist implements Relist {
  readonly #holding: Holding;
  readonly #work: RelistWork;
  readonly #part: string | undefined;
  readonly #number: number;
  /** New objects, in blocks of their own. */
  readonly #placed = new Map<string, Entry>();
  readonly #blocks: Block[] = [];
  readonly #kept = new Map<Entry, Kept>();
  #open = true;

  /** `number` is the store's own for this relist, and not 0. */
  constructor(holding: Holding, work: RelistWork, part: string | undefined, number: number) {
    this.#holding = holding;
    this.#work = work;
    this.#part = part;
    this.#number = number;
  }

  put(object: KubeObject): void {
    this.#refuseIfClosed();
    const told = versionOf(object);
    const placed = this.#placed.get(told.key);
    if (placed !== undefined) {
      this.#putAgain(placed, told, object);
      return;
    }
    const known = this.#holding.index.get(told.key);
    if (known !== undefined && this.#covers(known)) {
      this.#forget(known);
      known.seen = this.#number;
      if (stands(known, told)) return;
      const texts = this.#holding.render(object);
      if (this.#keep(known, told, texts)) return;
      known.seen = 0;
      this.#place(told, texts);
    } else {
      this.#place(told, this.#holding.render(object));
    }
  }

  delete(object: KubeObject): void {
    this.#refuseIfClosed();
    const told = versionOf(object);
    const placed = this.#placed.get(told.key);
    if (placed !== undefined) {
      if (isSame(placed, told)) this.#takeBack(placed);
      return;
    }
    const known = this.#holding.index.get(told.key);
    if (known === undefined || known.seen !== this.#number || !isSame(known, told)) return;
    this.#forget(known);
    known.seen = 0;
  }

  room(): Promise<void> {
    return this.#work.room();
  }

  async commit(): Promise<void> {
    this.#refuseIfClosed();
    this.#open = false;
    await this.#work.commit(() => this.#apply());
  }

  abort(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const known of this.#kept.keys()) this.#forget(known);
    for (const block of this.#blocks) block.drop();
  }

  /** Pauses after each object. */
  *#apply(): Generator<void> {
    const { index } = this.#holding;
    for (const known of index.values()) {
      if (!this.#covers(known)) continue;
      if (known.seen === this.#number) known.part = this.#part;
      else this.#holding.leave(known);
      yield;
    }
    for (const [known, { held, changes, since }] of this.#kept) {
      // What came meanwhile is newer than the list.
      const stayed = index.get(known.key) === known && known.version === since;
      if (stayed) this.#holding.change(known, changes, held);
      this.#forget(known);
      yield;
    }
    for (const entry of this.#placed.values()) {
      const known = index.get(entry.key);
      if (known !== undefined && isOlder(entry.version, known.version)) entry.block.remove(entry);
      else this.#holding.enter(entry);
      yield;
    }
    this.#holding.adopt(this.#blocks);
  }

  #refuseIfClosed(): void {
    if (!this.#open)
      throw new Error('a relist takes nothing more once it was committed or aborted');
  }

  #covers({ part }: Entry): boolean {
    return this.#part === undefined || part === this.#part;
  }

  /** The list holds an object twice, or it changed while the list was streamed. */
  #putAgain(placed: Entry, told: HeldVersion, object: KubeObject): void {
    const texts = this.#holding.render(object);
    if (isSame(placed, told)) {
      placed.block.change(placed, placed.block.diff(placed.slot, texts), this.#held(told, texts));
    } else {
      this.#takeBack(placed);
      this.#place(told, texts);
    }
  }

  #place(told: HeldVersion, texts: Texts): void {
    const entry = this.#holding.place(this.#held(told, texts), texts, this.#blocks);
    this.#placed.set(told.key, entry);
    if (entry.block.full) this.#work.seal(entry.block);
  }

  #takeBack(placed: Entry): void {
    placed.block.remove(placed);
    this.#placed.delete(placed.key);
  }

  /**
   * Keeps what changes of a known object until the commit, if its place may stay the same. Where
   * there are several parts it may not: another part can take the object over meanwhile.
   */
  #keep(known: Entry, told: HeldVersion, texts: Texts): boolean {
    if (this.#part !== undefined || known.version === '' || told.version === '') return false;
    if (known.uid !== told.uid || !known.block.hasRoomFor(known, texts)) return false;
    const changes = known.block.diff(known.slot, texts);
    const bytes = changes.reduce((sum, { text }) => sum + lengthOf(text), 0);
    if (this.#work.staged.bytes + bytes > stagedBytesMax) return false;
    this.#work.staged.bytes += bytes;
    const since = known.version;
    this.#kept.set(known, { held: this.#held(told, texts), changes, bytes, since });
    return true;
  }

  #forget(known: Entry): void {
    this.#work.staged.bytes -= this.#kept.get(known)?.bytes ?? 0;
    this.#kept.delete(known);
  }

  #held(told: HeldVersion, { series, bytes }: Texts): Held {
    return { ...told, part: this.#part, series, bytes, seen: this.#number };
  }
}
