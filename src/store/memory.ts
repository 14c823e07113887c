// memoryOf counts what takes memory in the stores: text by its heat, and the index of it.
import type { ResourceData } from './resourceData.ts';
import type { StoreMemory, StoreWork } from './types.ts';

/**
 * What V8's heap holds for each object (its record, key, uid, version and place in the index), and
 * for each segment. With 3,000 and 12,000 pods, and with 3,756 replicasets of the demo, that is
 * within a quarter of what is freed when the stores are dropped.
 */
const heapBytesPerObject = 380;
const heapBytesPerSegment = 80;

/** The memory of these stores, whose work is `work`; so many objects are known without texts. */
export function memoryOf(
  resources: Iterable<ResourceData>,
  countedObjects: number,
  { storedBytes, hotBytes, pendingBytes }: Omit<StoreWork, 'promotion'>,
): StoreMemory {
  const sum = { needed: 0, untouched: 0, objects: countedObjects, segments: 0, inheritors: 0 };
  for (const { blocks, index, inheritors } of resources) {
    sum.objects += index.size;
    sum.inheritors += inheritors?.heapBytes ?? 0;
    for (const { textIndex, text } of blocks) {
      const { needed, untouched } = textIndex.bytes;
      sum.needed += needed;
      sum.untouched += untouched;
      for (const segment of text.segments) if (segment !== undefined) sum.segments++;
    }
  }
  return {
    cold: storedBytes - hotBytes,
    hot: hotBytes,
    pending: pendingBytes,
    indexInBuffers: sum.needed,
    indexInHeap:
      heapBytesPerObject * sum.objects + heapBytesPerSegment * sum.segments + sum.inheritors,
    untouched: sum.untouched,
  };
}
