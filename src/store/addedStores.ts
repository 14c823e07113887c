// AddedStores are the stores that come and go at run time; families of one name are joined.
import type { ResourceData } from './resourceData.ts';
import type { JoinedFamily, StoreSnapshot } from './snapshot.ts';
import type { StorePlace } from './types.ts';

/** A store that was added. */
interface AddedStore extends StorePlace {
  readonly key: string;
  readonly data: ResourceData;
  /** The names of its families, in the order of their segments. */
  readonly families: readonly string[];
}

export class AddedStores {
  /** In the order of the exposition. */
  #stores: readonly AddedStore[] = [];
  /** How many stores were removed so far. */
  removals = 0;

  add(store: AddedStore): void {
    this.#stores = [...this.#stores, store].sort(
      (a, b) => a.rank - b.rank || (a.key < b.key ? -1 : 1),
    );
  }

  /** Returns the data of the store; throws where none was added under this key. */
  remove(key: string): ResourceData {
    const store = this.#stores.find((one) => one.key === key);
    if (store === undefined) throw new Error(`expected an added store of the key ${key}, got none`);
    this.#stores = this.#stores.filter((one) => one !== store);
    this.removals++;
    return store.data;
  }

  /**
   * The families of the stores that hold objects and are included, each once and in the order in
   * which their names appear first. The header is that of the first store.
   */
  families(includes: (names: readonly string[]) => boolean): readonly JoinedFamily[] {
    const joined = new Map<string, { of: StoreSnapshot; index: number }[]>();
    for (const { names, data, families } of this.#stores) {
      const { snapshot } = data;
      if (snapshot === undefined || !includes(names)) continue;
      for (const [index, name] of families.entries()) {
        const parts = joined.get(name);
        if (parts === undefined) joined.set(name, [{ of: snapshot, index }]);
        else parts.push({ of: snapshot, index });
      }
    }
    return [...joined.values()];
  }
}
