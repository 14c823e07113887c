// Lists of states in the order of their keys, which are held or made when they are asked for.
import type { Stored } from './storage.ts';

/** What a list needs of an array of states; another one need not hold them. */
export interface StateList extends Iterable<Stored> {
  readonly length: number;
  at(index: number): Stored | undefined;
  slice(start?: number, end?: number): StateList;
}

/** A list whose states are made each time they are asked for. */
export function madeList(length: number, make: (index: number) => Stored): StateList {
  return {
    length,
    at: (index) => (index < length ? make(index) : undefined),
    slice(start = 0, end = length) {
      const to = Math.min(end, length);
      return madeList(Math.max(to - start, 0), (index) => make(start + index));
    },
    *[Symbol.iterator]() {
      for (let index = 0; index < length; index++) yield make(index);
    },
  };
}

/** Adjacent states of the base, or one state in their place. */
interface Run {
  /** The index of its first state in the whole list. */
  readonly start: number;
  readonly from: number;
  readonly state?: Stored;
}

/** The list with the states of these keys replaced, added, or removed where there is none. */
export function overlaid(
  base: StateList,
  changes: ReadonlyMap<string, Stored | undefined>,
): StateList {
  if (changes.size === 0) return base;
  const runs: Run[] = [];
  let length = 0;
  let from = 0;
  const take = (to: number): void => {
    if (to > from) runs.push({ start: length, from });
    length += to - from;
    from = to;
  };
  for (const [key, state] of [...changes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const at = lowerBound(base, (stored) => stored.key >= key);
    take(at);
    if (base.at(at)?.key === key) from = at + 1;
    if (state !== undefined) runs.push({ start: length++, from, state });
  }
  take(base.length);
  return madeList(length, (index) => {
    const next = lowerBound(runs, ({ start }) => start > index);
    const { start, from: first, state } = runs[next - 1] as Run;
    return state ?? (base.at(first + index - start) as Stored);
  });
}

/** Binary search: the first index that passes, in a list where all later ones pass too. */
export function lowerBound<T>(
  list: { readonly length: number; at(index: number): T | undefined },
  passes: (element: T) => boolean,
): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passes(list.at(middle) as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The present objects of a storage. */
export interface Objects {
  readonly size: number;
  get(key: string): Stored | undefined;
  put(stored: Stored): void;
  delete(key: string): void;
  /** All of them as they are now, whatever changes later. */
  list(): StateList;
}

/** Objects that begin as those of the list: an array's are held, others stay in their list. */
export const objectsOf = (list: StateList): Objects =>
  Array.isArray(list) ? new HeldObjects(list as readonly Stored[]) : new OverlaidObjects(list);

class HeldObjects implements Objects {
  readonly #byKey: Map<string, Stored>;
  readonly #sorted: Stored[];

  constructor(sorted: readonly Stored[]) {
    this.#sorted = [...sorted];
    this.#byKey = new Map(sorted.map((stored) => [stored.key, stored]));
  }

  get size(): number {
    return this.#sorted.length;
  }

  get(key: string): Stored | undefined {
    return this.#byKey.get(key);
  }

  put(stored: Stored): void {
    const { key } = stored;
    this.#sorted.splice(this.#indexOf(key), this.#byKey.has(key) ? 1 : 0, stored);
    this.#byKey.set(key, stored);
  }

  delete(key: string): void {
    if (this.#byKey.delete(key)) this.#sorted.splice(this.#indexOf(key), 1);
  }

  list(): readonly Stored[] {
    return this.#sorted.slice();
  }

  #indexOf(key: string): number {
    return lowerBound(this.#sorted, (stored) => stored.key >= key);
  }
}

/** Holds only what differs from the list that it began with. */
class OverlaidObjects implements Objects {
  readonly #base: StateList;
  readonly #changes = new Map<string, Stored | undefined>();
  #list: StateList | undefined;

  constructor(base: StateList) {
    this.#base = base;
  }

  get size(): number {
    return this.list().length;
  }

  get(key: string): Stored | undefined {
    if (this.#changes.has(key)) return this.#changes.get(key);
    const found = this.#base.at(lowerBound(this.#base, (stored) => stored.key >= key));
    return found?.key === key ? found : undefined;
  }

  put(stored: Stored): void {
    this.#set(stored.key, stored);
  }

  delete(key: string): void {
    this.#set(key, undefined);
  }

  list(): StateList {
    this.#list ??= overlaid(this.#base, this.#changes);
    return this.#list;
  }

  #set(key: string, state: Stored | undefined): void {
    this.#changes.set(key, state);
    this.#list = undefined;
  }
}
