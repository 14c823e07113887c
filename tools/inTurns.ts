// inTurns does the work for many items, such as objects to create on a server, some at a time.

/** More writes at once are no faster on one API server. */
const workersMax = 24;

/**
 * Does the work for all items, which begin in their order. After a failure none begins any more;
 * it is thrown once nothing is under way.
 */
export async function inTurns<Item>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const queue = queueOf(items);
  const worker = async (): Promise<void> => {
    // All workers take from one queue; one that fails ends it.
    for (const item of queue) await work(item);
  };
  const ends = await Promise.allSettled(Array.from({ length: workersMax }, worker));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** A generator can be ended, unlike the iterator of a list. */
function* queueOf<Item>(items: Iterable<Item>): Generator<Item> {
  yield* items;
}
