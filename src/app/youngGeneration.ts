// growWithCluster keeps V8's young generation at its first size until there are many objects.
import { onCollection } from './heap.ts';
import { youngGrowth } from './nodeOptions.ts';

/**
 * With as few objects no list leaves so much behind that more space for it would save time; the
 * space would stay, and is a tenth of the memory of such a process.
 */
export const fewObjectsMax = 3_000;

export interface YoungGeneration {
  /** Objects in memory, and in lists that are not complete yet. */
  objects(): number;
  setV8Flags(flags: string): void;
  /** Calls after each collection, until what is returned is called. */
  readonly onCollected?: (call: () => void) => () => void;
}

/** Lets it grow from the first collection on that finds many objects; returns what ends that. */
export function growWithCluster(young: YoungGeneration): () => void {
  const { objects, setV8Flags, onCollected = onCollection } = young;
  const end = onCollected(() => {
    if (objects() <= fewObjectsMax) return;
    setV8Flags(youngGrowth(2));
    end();
  });
  return end;
}
