// Readers frees the memory of replaced text at once, unless a scrape may still read it.
import type { BlockText } from './segment.ts';

/**
 * V8 counts the memory of buffers when it decides on a collection. Left to it, this is collected
 * five times as often, and 40 MB of what was replaced are in memory. What is freed too early cannot
 * be mistaken for something else: to read it is an error.
 */
export class Readers {
  /** Snapshots that are neither released nor found to be unreachable. */
  #alive = 0;
  readonly #registry = new FinalizationRegistry<undefined>(() => void this.#alive--);

  /**
   * All text stays from now on, until what is returned is called. Without that, it stays until the
   * garbage collector finds no reference to the snapshot: in an idle process that takes minutes.
   */
  add(snapshot: object): () => void {
    this.#alive++;
    const token = {};
    this.#registry.register(snapshot, undefined, token);
    return () => {
      // False where it was released before.
      if (this.#registry.unregister(token)) this.#alive--;
    };
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
