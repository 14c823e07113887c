// In a small cluster V8 does without the memory that only a large one is faster with.
import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import { onCollection } from './heap.ts';
import { optimizing, youngGrowth } from './nodeOptions.ts';
import type { Pipeline } from './pipeline.ts';

/**
 * With as few objects no list leaves so much behind that more space for it would save time; the
 * space would stay, and is a tenth of the memory of such a process. Nor is code that is optimized
 * once more, which is another tenth, missed.
 */
export const fewObjectsMax = 3_000;
/** A cluster has some two objects more for each pod. */
export const fewPodsMax = fewObjectsMax / 3;
/** A node has 110 pods at most, unless its kubelet is told otherwise. */
const podsOfNode = 110;
/** The lists wait for the count no longer than this. */
const countMsMax = 1_000;

interface Counted extends Pick<Pipeline, 'countPods'> {
  readonly options: Pick<Pipeline['options'], 'node'>;
}

/** Whether few pods will be followed; false where that cannot be told in time. */
export async function hasFewPods(
  { options: { node: nodes }, countPods }: Counted,
  clock: Pick<Clock, 'sleep' | 'turn'>,
): Promise<boolean> {
  if (nodes.length > 0) return nodes.length * podsOfNode <= fewPodsMax;
  try {
    const pods = await withDeadline(clock, countMsMax, countPods);
    return pods !== undefined && pods <= fewPodsMax;
  } catch {
    // The lists will meet the same error, and say so.
    return false;
  }
}

export interface Growth {
  /** Objects in memory, and in lists that are not complete yet. */
  objects(): number;
  /** Whether there are few objects at the start, as far as is known. */
  readonly isSmall: boolean;
  setV8Flags(flags: string): void;
  /** Calls after each collection, until what is returned is called. */
  readonly onCollected?: (call: () => void) => () => void;
}

/**
 * Gives V8 both from the first collection on that finds many objects; its compilers at once, where
 * the cluster is not small. Returns what ends that.
 */
export function growWithCluster(growth: Growth): () => void {
  const { objects, isSmall, setV8Flags, onCollected = onCollection } = growth;
  if (!isSmall) setV8Flags(optimizing(true));
  const end = onCollected(() => {
    if (objects() <= fewObjectsMax) return;
    setV8Flags(youngGrowth(2));
    if (isSmall) setV8Flags(optimizing(true));
    end();
  });
  return end;
}
