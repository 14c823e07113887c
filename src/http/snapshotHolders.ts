// SnapshotHolders bounds how many store states the running scrapes keep in memory.

/**
 * A state that is no longer served keeps in memory what has changed since, up to all of it. Scrapes
 * of ordinary speed hold one or two states; more than this are held by readers that are too slow.
 */
const statesMax = 8;

/** The running scrapes by the number of the state that each holds, with how to cut each off. */
export class SnapshotHolders {
  readonly #cuts = new Map<number, Set<() => void>>();

  /**
   * Registers a scrape that holds a state, until the returned function is called. Where there are
   * too many states, the scrapes of the oldest are cut off, and `onCut` is called with their count.
   */
  hold(state: number, cut: () => void, onCut: (scrapes: number) => void): () => void {
    const holders = this.#cuts.get(state) ?? new Set();
    this.#cuts.set(state, holders);
    holders.add(cut);
    if (this.#cuts.size > statesMax) {
      const oldest = Math.min(...this.#cuts.keys());
      const slow = this.#cuts.get(oldest) ?? new Set();
      this.#cuts.delete(oldest);
      for (const cutSlow of slow) cutSlow();
      onCut(slow.size);
    }
    return () => {
      holders.delete(cut);
      if (holders.size === 0 && this.#cuts.get(state) === holders) this.#cuts.delete(state);
    };
  }
}
