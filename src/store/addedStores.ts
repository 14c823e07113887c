// AddedStores are the stores that come and go at run time; families of one name are joined.
import type { ResourceData } from './resourceData.ts';
import type { JoinedFamily } from './snapshot.ts';
import type { StorePlace } from './types.ts';

/** A store that was added. */
interface AddedStore extends StorePlace {
  readonly key: string;
  readonly data: ResourceData;
  /** The names of its families, in the order of their segments. */
  readonly families: readonly string[];
}

type FamilyPart = JoinedFamily[number];

/** A family, and where it stands among the plurals of the stores that are always there. */
interface OrderedFamily {
  readonly order: string;
  readonly family: JoinedFamily;
}

const compared = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export class AddedStores {
  /** In the order of the exposition. */
  #stores: readonly AddedStore[] = [];
  /** How many stores were removed so far. */
  removals = 0;

  /** In the order of the exposition. */
  get all(): readonly Pick<AddedStore, 'data'>[] {
    return this.#stores;
  }

  add(store: AddedStore): void {
    this.#stores = [...this.#stores, store].sort(
      (a, b) => compared(a.order, b.order) || compared(a.key, b.key),
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
   * which their names appear first. The header and the order are those of the first store.
   */
  families(includes: (names: readonly string[]) => boolean): readonly OrderedFamily[] {
    const joined = new Map<string, { order: string; family: FamilyPart[] }>();
    for (const { names, data, families, order } of this.#stores) {
      const { snapshot } = data;
      if (snapshot === undefined || !includes(names)) continue;
      for (const [index, name] of families.entries()) {
        const known = joined.get(name);
        if (known === undefined) joined.set(name, { order, family: [{ of: snapshot, index }] });
        else known.family.push({ of: snapshot, index });
      }
    }
    return [...joined.values()];
  }
}
