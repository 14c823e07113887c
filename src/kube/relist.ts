// One full list into a sink: streamed by a watch where the server can do that, else as a list.
import type { Clock } from '../clock.ts';
import { errorOfEvent, isVersionUnknown } from './apiError.ts';
import type { Client, ListQuery } from './client.ts';
import { DecodeError } from './decode.ts';
import { apply, asRecord, metadataOf, versionOf } from './objects.ts';
import { Room, unlessAborted } from './room.ts';
import type { Collection, ReflectorObserver, Relisting, Sink } from './types.ts';
import { Watch } from './watch.ts';

const pageSize = 500;
/** Five million objects: a server that has still more to come is turning in a circle. */
const pagesMax = 10_000;
/** A server that streams a list closes it within a few seconds after its last object. */
const initialPauseMsMax = 15_000;
/** Objects may go on coming for as long as this before the list must be complete. */
const initialMsMax = 300_000;
/** A watch asks for a random time between the first and twice that, as all clients should. */
const timeoutSecondsMin = 300;

/** Any version will do: the server answers from memory. */
export const anyVersion = '0';
/** No version is known to the server: it answers from its storage. */
export const noVersion = '';

const initialEventsEnd = 'k8s.io/initial-events-end';

/** Between what a list is to be carried: from a collection to a sink, under an observer. */
export interface RelistContext {
  readonly client: Client;
  readonly collection: Collection;
  readonly sink: Sink;
  readonly observer: ReflectorObserver;
  readonly clock: Clock;
  readonly random: () => number;
  /** Every list is taken from the server's memory, however old that is. */
  readonly fromMemory?: boolean;
}

/** A list that has been committed. */
export interface Relisted {
  readonly version: string;
  readonly objects: number;
  /** Open, and about to tell what changes from `version` on, where the list came by a watch. */
  readonly watch?: Watch;
}

/** The stream ended though the list was not complete. */
export class UnfinishedError extends Error {
  override readonly name = 'UnfinishedError';
}

/** The timeoutSeconds of one watch. */
export function watchSeconds(random: () => number): number {
  return Math.floor(timeoutSecondsMin * (1 + random()));
}

/**
 * Lists by a watch that sends what exists first, no older than `version`. Rejects, with nothing
 * changed, with a SilenceError where the server does not close the list in time.
 */
export async function relistByWatch(
  context: RelistContext,
  version: string,
  signal: AbortSignal,
): Promise<Relisted> {
  const { client, collection, sink, observer, clock, random, fromMemory } = context;
  const notOlderThan = version === anyVersion ? noVersion : version;
  let addedMs = Number.NEGATIVE_INFINITY;
  const watch = await Watch.open({
    client,
    collection,
    query: {
      resourceVersion: fromMemory ? anyVersion : notOlderThan,
      timeoutSeconds: watchSeconds(random),
      sendInitialEvents: true,
    },
    clock,
    signal,
    observer,
    // What changes is no sign that the list goes on: a server that ignores our wish sends that too.
    dueMs: ({ openedMs }) =>
      Math.min(Math.max(addedMs, openedMs) + initialPauseMsMax, openedMs + initialMsMax),
  });
  const relisting = sink.relist();
  const room = new Room(relisting);
  try {
    let objects = 0;
    for await (const event of watch) {
      if (event.type === 'ADDED') objects++;
      const closing = applyInitial(relisting, event, observer);
      if (closing === undefined) {
        const wait = room.took();
        if (wait !== undefined) await watch.holdUp(wait);
        if (event.type === 'ADDED' || wait !== undefined) addedMs = clock.now();
        continue;
      }
      await watch.holdUp(relisting.commit());
      return { version: closing, objects, watch };
    }
    throw new UnfinishedError(
      'expected the bookmark that closes the list, got the end of the watch',
    );
  } catch (error) {
    relisting.abort();
    await watch.close();
    throw error;
  }
}

/** Applies an event to the list that is coming in; the version of the bookmark that closes it. */
function applyInitial(
  relisting: Relisting,
  { type, object }: { type: string; object: unknown },
  observer: ReflectorObserver,
): string | undefined {
  if (type === 'ERROR') throw errorOfEvent(object);
  if (type === 'ADDED' || type === 'MODIFIED') apply(relisting, 'put', object, observer);
  else if (type === 'DELETED') apply(relisting, 'delete', object, observer);
  if (type !== 'BOOKMARK') return undefined;
  const annotations = asRecord(metadataOf(object).annotations);
  if (annotations[initialEventsEnd] !== 'true') return undefined;
  const version = versionOf(object);
  if (version === '') throw new DecodeError('expected a version in the closing bookmark, got none');
  return version;
}

/** Lists no older than `version`, in one body where the server answers from memory. */
export async function relistByList(
  context: RelistContext,
  version: string,
  signal: AbortSignal,
): Promise<Relisted> {
  try {
    return await readPages(context, firstQuery(context.fromMemory ? anyVersion : version), signal);
  } catch (error) {
    if (version !== noVersion || !isVersionUnknown(error)) throw error;
    // The token to the next page had expired: a list in one body needs none.
    return await readPages(context, {}, signal);
  }
}

function firstQuery(version: string): ListQuery {
  if (version === noVersion) return { limit: pageSize };
  if (version === anyVersion) return { resourceVersion: anyVersion };
  return { resourceVersion: version, resourceVersionMatch: 'NotOlderThan' };
}

async function readPages(
  { client, collection, sink, observer }: RelistContext,
  first: ListQuery,
  signal: AbortSignal,
): Promise<Relisted> {
  const onMalformed = (key: string, error: unknown): void => observer.malformed(key, error);
  const relisting = sink.relist();
  const room = new Room(relisting);
  try {
    let query = first;
    let objects = 0;
    for (let page = 0; page < pagesMax; page++) {
      const list = await client.list(collection, query, { signal, onMalformed });
      for await (const item of list) {
        apply(relisting, 'put', item, observer);
        objects++;
        const wait = room.took();
        if (wait !== undefined) await unlessAborted(wait, signal);
      }
      const { resourceVersion, continue: token } = list.metadata();
      if (token === '') {
        if (resourceVersion === '') {
          throw new DecodeError('expected a list with a resourceVersion, got one without');
        }
        await unlessAborted(relisting.commit(), signal);
        return { version: resourceVersion, objects };
      }
      query = { limit: pageSize, continue: token };
    }
    throw new DecodeError(`expected a list of at most ${pagesMax} pages, got a longer one`);
  } catch (error) {
    relisting.abort();
    throw error;
  }
}
