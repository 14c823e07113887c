// All that is held of one resource: its objects by key, their blocks by age, and what is served.
import type { KubeObject } from '../object.ts';
import type { Renderer } from '../render.ts';
import type { StoreSize } from '../store.ts';
import { Block, blockBytesMax, type Change, type Entry, type Held, type Tally } from './block.ts';
import { type Sealed, type Sealer, slotsMax } from './sealed.ts';
import { type Headers, headersOf, Served } from './served.ts';
import { Texts } from './texts.ts';

/** Blocks merged in one batch: each costs as much as an object that comes or goes. */
const mergesMax = 8;

/** Changes show in `index` and `size` at once, and in what is served after the next batch. */
export class Holding {
  /** Objects by namespace/name. */
  readonly index = new Map<string, Entry>();
  readonly #renderer: Renderer;
  readonly #waiting: Tally;
  readonly #texts: Texts;
  /** Made with the first batch. */
  #headers: Headers | undefined;
  /** The newest is the last. */
  #blocks: Block[] = [];
  #served: Served | undefined;
  #series = 0;
  #bytes = 0;
  #changed = false;

  constructor(renderer: Renderer, waiting: Tally) {
    this.#renderer = renderer;
    this.#waiting = waiting;
    this.#texts = new Texts(renderer.families.length);
  }

  get size(): StoreSize {
    return { objects: this.index.size, series: this.#series, bytes: this.#bytes };
  }

  /** Whether something is not served yet. */
  get changed(): boolean {
    return this.#changed;
  }

  /** What a scrape gets; nothing while there is no object. */
  get served(): Served | undefined {
    return this.#served;
  }

  /** Bytes of the sealed text, compressed. */
  get sealedBytes(): number {
    let bytes = 0;
    for (const { sealed } of this.#blocks) {
      for (const segment of sealed) bytes += segment?.bytes.length ?? 0;
    }
    return bytes;
  }

  /** The object's texts, until the next is rendered. */
  render(object: KubeObject): Texts {
    this.#texts.read(this.#renderer.render(object));
    return this.#texts;
  }

  /** A place in the newest of `blocks`, which are the holding's own or those of a relist. */
  place(held: Held, texts: Texts, blocks: Block[] = this.#blocks): Entry {
    let block = blocks.at(-1);
    if (block === undefined || block.full) {
      block = new Block(this.#texts.lengths.length, this.#waiting);
      blocks.push(block);
    }
    return block.add(held, texts);
  }

  /** Holds an entry that has a place, instead of any that has its key. */
  enter(entry: Entry): void {
    const known = this.index.get(entry.key);
    if (known !== undefined) this.leave(known);
    this.index.set(entry.key, entry);
    this.#series += entry.series;
    this.#bytes += entry.bytes;
    this.#changed = true;
  }

  leave(entry: Entry): void {
    this.index.delete(entry.key);
    entry.block.remove(entry);
    this.#series -= entry.series;
    this.#bytes -= entry.bytes;
    this.#changed = true;
  }

  /** An object has changed in its place. */
  change(entry: Entry, changes: readonly Change[], held: Held): void {
    this.#series += held.series - entry.series;
    this.#bytes += held.bytes - entry.bytes;
    entry.block.change(entry, changes, held);
    if (changes.length > 0) this.#changed = true;
  }

  /** Takes over the blocks of a relist, newer than all others; their entries come by `enter`. */
  adopt(blocks: readonly Block[]): void {
    this.#blocks.push(...blocks);
    this.#changed = true;
  }

  /** Serves, in one step, all that changed until now. */
  async batch(sealer: Sealer): Promise<void> {
    this.#headers ??= await headersOf(this.#renderer.families, sealer);
    const headers = this.#headers;
    await this.#merge(sealer);
    this.#changed = false;
    const blocks = this.#blocks.filter(({ objects }) => objects > 0);
    for (const block of this.#blocks) if (block.objects === 0) block.drop();
    this.#blocks = [...blocks];
    const work = blocks
      .filter(({ changed }) => changed)
      .map((block) => ({ block, changes: block.take() }));
    const sealed: Sealed[] = [];
    try {
      for (const { block, changes } of work)
        sealed.push(await sealer.seal(block.sealed, block.lengths, changes));
    } catch (error) {
      this.#changed = true;
      for (const { block, changes } of work) block.giveBack(changes);
      throw error;
    }
    for (const [i, { block, changes }] of work.entries())
      block.settle(changes, sealed[i] as Sealed);
    const text = blocks.map((block) => block.sealed);
    this.#served = text.length === 0 ? undefined : new Served(headers, text);
  }

  /** Rewrites neighbours that have become half empty as one. */
  async #merge(sealer: Sealer): Promise<void> {
    // The last one still fills up.
    const closed = this.#blocks.slice(0, -1).filter(({ objects }) => objects > 0);
    let merges = 0;
    for (let i = 1; i < closed.length && merges < mergesMax; i++) {
      const [older, newer] = [closed[i - 1] as Block, closed[i] as Block];
      if (!fitTogether(older, newer)) continue;
      const [from, into] = older.objects < newer.objects ? [older, newer] : [newer, older];
      const texts = await sealer.read(from.sealed, from.lengths);
      // Meanwhile objects may have grown.
      if (!fitTogether(from, into)) continue;
      from.moveInto(into, texts);
      closed[i] = into;
      merges++;
    }
  }
}

const fitTogether = (a: Block, b: Block): boolean =>
  a.objects + b.objects <= slotsMax && a.bytes + b.bytes <= blockBytesMax;
