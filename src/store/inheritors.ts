// Inheritors are the objects of a store by what they inherit labels from, and those with old ones.
import type { Promoted, Promotion } from '../metrics/promotion.ts';
import type { StoredObject } from './block.ts';

/** What V8's heap holds for each place of an object in the index by key. */
const heapBytesPerPlace = 40;
/** Objects that are looked at in one step where their labels turn out to be the same: some 2 ms. */
const lookedAtMax = 1_000;

/** Text that is changed in one step, beside the object that reaches it: some 5 ms. */
const textBytesMax = 512 * 1024;

/** An object, and what is to be promoted to it. */
interface Stale {
  readonly object: StoredObject;
  readonly promoted: Promoted;
}

export class Inheritors {
  readonly #promotion: Promotion;
  readonly #onStale: () => void;
  /** By source: the objects that have this key there. */
  readonly #byKey: readonly Map<string, Set<StoredObject>>[];
  /** Objects that may have labels in their texts which are not those of now. */
  readonly #stale = new Set<StoredObject>();
  readonly #endings: readonly (() => void)[];
  #places = 0;

  /** `onStale` is called as an object may have become stale. */
  constructor(promotion: Promotion, onStale: () => void = () => {}) {
    this.#promotion = promotion;
    this.#onStale = onStale;
    this.#byKey = promotion.sources.map(() => new Map());
    this.#endings = promotion.sources.map((source, i) =>
      source.listen(
        (key) => this.#changed(this.#byKey[i]?.get(key)),
        (key) => this.#byKey[i]?.has(key) === true,
      ),
    );
  }

  /** How many objects may be stale. */
  get staleCount(): number {
    return this.#stale.size;
  }

  /** An estimate of what the index takes in V8's heap. */
  get heapBytes(): number {
    return heapBytesPerPlace * this.#places;
  }

  add(object: StoredObject): void {
    const { promoted } = object;
    if (promoted === undefined) return;
    for (const [i, objects] of this.#byKey.entries()) {
      const key = promoted.keys[i];
      if (key === undefined) continue;
      const others = objects.get(key);
      if (others === undefined) objects.set(key, new Set([object]));
      else others.add(object);
      this.#places++;
    }
    // It may come from a list that began before a source changed.
    if (this.#promotion.renewed(promoted) !== promoted) this.#changed([object]);
  }

  remove(object: StoredObject): void {
    this.#stale.delete(object);
    for (const [i, objects] of this.#byKey.entries()) {
      const key = object.promoted?.keys[i];
      const others = key === undefined ? undefined : objects.get(key);
      if (key === undefined || !others?.delete(object)) continue;
      this.#places--;
      if (others.size === 0) objects.delete(key);
    }
  }

  /**
   * Stale objects of one block, with what is to be promoted to them. There may be more where none
   * is returned: those looked at have the labels of now.
   */
  takeBlock(): Stale[] {
    const left = this.#stale.size - lookedAtMax;
    for (const { block } of this.#stale) {
      const taken: Stale[] = [];
      let bytes = 0;
      for (const object of block.slots) {
        if (bytes >= textBytesMax) break;
        if (object === undefined || !this.#stale.delete(object)) continue;
        const promoted = object.promoted && this.#promotion.renewed(object.promoted);
        if (promoted === undefined || promoted === object.promoted) continue;
        taken.push({ object, promoted });
        bytes += object.bytes;
      }
      if (taken.length > 0 || this.#stale.size < left) return taken;
    }
    return [];
  }

  /** What was taken and could not be changed is taken again. */
  giveBack(stale: readonly Stale[]): void {
    this.#changed(stale.map(({ object }) => object));
  }

  close(): void {
    for (const end of this.#endings) end();
    this.#stale.clear();
    for (const objects of this.#byKey) objects.clear();
    this.#places = 0;
  }

  #changed(objects: Iterable<StoredObject> = []): void {
    for (const object of objects) this.#stale.add(object);
    if (this.#stale.size > 0) this.#onStale();
  }
}
