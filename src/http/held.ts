// Which states of the stores scrapes under way still hold, and how many there may be at once.

/**
 * Each state that is no longer served keeps in memory what changed since, up to all of it. Scrapes
 * that end in time hold one or two; more than this are held by readers that are far too slow.
 */
const statesMax = 8;

/** States by their number, and what cuts off each of the scrapes that hold one. */
export class HeldStates {
  readonly #cuts = new Map<number, Set<() => void>>();

  /**
   * A scrape holds a state, until the function that this returns is called. The scrapes of the
   * oldest state are cut off where there are too many; their number is what `onCut` is told.
   */
  hold(state: number, cut: () => void, onCut: (scrapes: number) => void): () => void {
    const holders = this.#cuts.get(state) ?? new Set();
    this.#cuts.set(state, holders);
    holders.add(cut);
    if (this.#cuts.size > statesMax) {
      const oldest = Math.min(...this.#cuts.keys());
      const late = this.#cuts.get(oldest) ?? new Set();
      this.#cuts.delete(oldest);
      for (const cutLate of late) cutLate();
      onCut(late.size);
    }
    return () => {
      holders.delete(cut);
      if (holders.size === 0 && this.#cuts.get(state) === holders) this.#cuts.delete(state);
    };
  }
}
