// Readers frees the memory of replaced text at once, unless a scrape may still read it.
import type { BlockText } from './segment.ts';

/**
 * V8 counts the memory of buffers when it decides on a collection. Left to it, this is collected
 * five times as often, and 40 MB of what was replaced are in memory. What is freed too early cannot
 * be mistaken for something else: to read it is an error.
 */
export class Readers {
  /** Snapshots that the garbage collector has not found to be unreachable. */
  #alive = 0;
  readonly #registry = new FinalizationRegistry<undefined>(() => void this.#alive--);

  /** All text stays from now on, as long as there is a reference to the snapshot. */
  add(snapshot: object): void {
    this.#alive++;
    this.#registry.register(snapshot, undefined);
  }

  /** To be called when a text is part of no snapshot to come; `kept` is in its place. */
  replaced(text: BlockText, kept?: BlockText): void {
    if (this.#alive > 0) return;
    const used = new Set(kept?.segments.map((segment) => segment?.buffer.buffer));
    const freed = new Set(text.segments.map((segment) => segment?.buffer.buffer));
    for (const memory of freed) {
      // A transfer to nothing frees it.
      if (memory instanceof ArrayBuffer && !used.has(memory)) memory.transfer(0);
    }
  }
}
