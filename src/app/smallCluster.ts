// growWithCluster has V8 take less memory as long as there are few objects.
import { onCollection } from './heap.ts';
import { turbofanOn, youngGrowth } from './nodeOptions.ts';

/**
 * What V8 is given once there are more than `objects`. With fewer, TurboFan's code is not missed,
 * and no list leaves so much garbage that a larger young generation would save time. The memory of
 * both would stay: each is a tenth of what a small cluster takes. TurboFan comes early enough for a
 * large list: a start with 20,000 pods takes no more CPU.
 */
export const growthSteps: readonly {
  readonly objects: number;
  readonly flags: readonly string[];
}[] = [
  { objects: 1_000, flags: turbofanOn },
  { objects: 3_000, flags: [youngGrowth(2)] },
];

export interface ClusterGrowth {
  /** Objects in memory, and in lists that are not complete yet. */
  objects(): number;
  setV8Flags(flags: string): void;
  /** Calls after each collection, until what is returned is called. */
  readonly onCollected?: (call: () => void) => () => void;
}

/** Looks at each collection, and takes each step once; returns what ends that. */
export function growWithCluster(growth: ClusterGrowth): () => void {
  const { objects, setV8Flags, onCollected = onCollection } = growth;
  let taken = 0;
  const end = onCollected(() => {
    const now = objects();
    const due = growthSteps.slice(taken).filter((step) => now > step.objects);
    for (const flag of due.flatMap(({ flags }) => flags)) setV8Flags(flag);
    taken += due.length;
    if (taken === growthSteps.length) end();
  });
  return end;
}
