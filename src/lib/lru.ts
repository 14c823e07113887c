// Caches with a bound: LruCache for entries, memoize for functions.

/** LruCache evicts the entry that was used longest ago when a new one would be too many. */
export class LruCache<Value> {
  readonly #entries = new Map<string, Value>();
  readonly #entriesMax: number;

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  get(key: string): Value | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    // A Map iterates in the order of insertion: what is used goes to its end.
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#entriesMax) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}

/**
 * `make`, called once per key. Past `entriesMax` keys all results are dropped at once: a hit costs
 * one look-up of a Map, as rows need for each object, and keys without end cost time, never memory.
 */
export function memoize<T, Key extends string | number = string>(
  entriesMax: number,
  make: (key: Key) => T,
): (key: Key) => T {
  const results = new Map<Key, T>();
  return (key) => {
    let result = results.get(key);
    if (result === undefined) {
      result = make(key);
      if (results.size >= entriesMax) results.clear();
      results.set(key, result);
    }
    return result;
  };
}
