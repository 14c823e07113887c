// StoreBudget applies the series budgets to the objects of a store, ListBudget to those of a list.
import type { StoredObject } from './block.ts';
import type { SeriesBudget, SeriesCounts, StoreFamilies } from './seriesBudget.ts';

export class StoreBudget {
  readonly #budget: SeriesBudget;
  readonly #of: StoreFamilies;

  constructor(budget: SeriesBudget, resource: string, families: readonly string[]) {
    this.#budget = budget;
    this.#of = { resource, families };
  }

  /** For a list of this store that is not committed. */
  ofList(): ListBudget {
    return new ListBudget(
      new StoreBudget(this.#budget.draft(), this.#of.resource, this.#of.families),
    );
  }

  seriesOf(object: StoredObject): SeriesCounts {
    return object.block.seriesOf(object);
  }

  /** Counts an object in place of what was under its key `before`; it may lose families. */
  admit(object: StoredObject, before: SeriesCounts | undefined): void {
    const lost = this.#budget.admit(this.#of, object.key, this.seriesOf(object), before);
    for (const family of lost) object.block.removeFamily(object, family);
    // What is made of the spec is rendered again with the next change: there may be room then.
    if (lost.length > 0) object.spec = undefined;
  }

  release(object: StoredObject): void {
    this.#budget.release(this.#of, object.key, this.seriesOf(object));
  }
}

/**
 * The new objects of a list lose at once what could not stay even if the store were empty, so that
 * the list takes no memory for it. What else they lose is decided at the commit.
 */
export class ListBudget {
  readonly #budget: StoreBudget;
  readonly #objects = new Set<StoredObject>();

  constructor(budget: StoreBudget) {
    this.#budget = budget;
  }

  /** To be called for objects that the store does not have: the others may keep what they have. */
  add(object: StoredObject): void {
    this.#objects.add(object);
    this.#budget.admit(object, undefined);
  }

  change(object: StoredObject, update: () => void): void {
    const before = this.#budget.seriesOf(object);
    update();
    if (this.#objects.has(object)) this.#budget.admit(object, before);
  }

  remove(object: StoredObject): void {
    if (this.#objects.delete(object)) this.#budget.release(object);
  }
}
