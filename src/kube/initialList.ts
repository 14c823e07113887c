// A full list into a sink: streamed by a watch (WatchList), or by LIST in one body or in pages.
import type { Clock } from '../lib/clock.ts';
import { unlessAborted } from '../lib/deadline.ts';
import type { Logger } from '../lib/log.ts';
import type { Relist, Sink } from '../store/types.ts';
import { errorOfEvent, isVersionUnknown } from './apiError.ts';
import { Backpressure, commit } from './backpressure.ts';
import type { Client, ListQuery } from './client.ts';
import { DecodeError } from './decode.ts';
import type { Accepts } from './itemParser.ts';
import { type ListLength, type ListPace, UnfinishedError, withPace } from './listPace.ts';
import { apply, asRecord, metadataOf, resourceVersionOf } from './objects.ts';
import type { ShardSelection } from './shardSelection.ts';
import type { Collection, ListedBy, ReflectorObserver } from './types.ts';
import { Watch } from './watch.ts';
import type { WatchEvent } from './watchFormat.ts';

const pageSize = 500;
/** Five million objects: a server that sends more pages than this repeats itself. */
const pagesMax = 10_000;
/** A server that streams a list ends it within a few seconds after its last object. */
const initialPauseMsMax = 15_000;
/** A watch asks for a random time between this and twice that, as all clients should. */
export const timeoutSecondsMin = 300;

/** Any version will do: the server answers from its watch cache. */
export const anyVersion = '0';
/** No version is asked for: the server answers from its storage. */
export const noVersion = '';

const initialEventsEnd = 'k8s.io/initial-events-end';

/** A collection of a server, and the sink that is kept equal to it. */
export interface RelistContext {
  readonly client: Client;
  readonly collection: Collection;
  readonly sink: Sink;
  readonly observer: ReflectorObserver;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Whether the sink needs each event, and the last state of what is deleted. */
  readonly everyEvent?: boolean | undefined;
  /** Whether changes are applied as they come, and not at ticks. */
  readonly atOnce?: boolean | undefined;
  /** Every list is taken from the server's watch cache, however old that is. */
  readonly fromMemory?: boolean;
  /** Asks the server for a shard of the objects; undefined where all are asked for. */
  readonly shardSelection?: ShardSelection | undefined;
}

/** One attempt at a list. */
export interface RelistTry {
  /** The list is no older than this. */
  readonly version: string;
  readonly signal: AbortSignal;
  readonly length: ListLength;
  /** Sent with the list; undefined for all objects. */
  readonly shardSelector: string | undefined;
}

/** A list that has been committed. */
export interface Relisted {
  readonly version: string;
  readonly objects: number;
  readonly by: ListedBy;
  /** Where the list came by a watch: that watch, open, with the changes after `version`. */
  readonly watch?: Watch;
}

/** What a sink says of objects before they are parsed; undefined where it takes all of them. */
export const acceptsOf = (sink: Sink): Accepts | undefined =>
  sink.accepts && ((metadata) => sink.accepts?.(metadata) !== false);

/** The timeoutSeconds of one watch. */
export function watchSeconds(random: () => number): number {
  return Math.floor(timeoutSecondsMin * (1 + random()));
}

/**
 * Lists by a watch that sends the existing objects first, no older than `version`. Rejects, and
 * leaves the sink as it was, with a SilenceError where the server does not end the list in time,
 * and with a SlowListError where the list is too slow.
 */
export async function relistByWatch(
  context: RelistContext,
  { version, signal, length, shardSelector }: RelistTry,
): Promise<Relisted> {
  const selected = selecting(context, shardSelector);
  const paced = { clock: context.clock, signal, length };
  return withPace(paced, (pace) => streamList(selected, version, pace));
}

/** The same with a collection that the server selects a shard of. */
export const selecting = <C extends Pick<RelistContext, 'collection'>>(
  context: C,
  shardSelector: string | undefined,
): C =>
  shardSelector === undefined
    ? context
    : { ...context, collection: { ...context.collection, shardSelector } };

async function streamList(
  context: RelistContext,
  version: string,
  pace: ListPace,
): Promise<Relisted> {
  const { client, collection, sink, observer, clock, random, fromMemory } = context;
  const notOlderThan = version === anyVersion ? noVersion : version;
  /** By the pace: a reader that is kept from reading is no silence of the server. */
  let addedMs = 0;
  const watch = await Watch.open({
    client,
    collection,
    query: {
      resourceVersion: fromMemory ? anyVersion : notOlderThan,
      timeoutSeconds: watchSeconds(random),
      sendInitialEvents: true,
    },
    clock,
    signal: pace.signal,
    pace,
    observer,
    accepts: acceptsOf(sink),
    everyEvent: context.everyEvent,
    atOnce: context.atOnce,
    // Changes do not show that the list goes on: a server that does not stream it sends them too.
    dueMs: () => clock.now() + initialPauseMsMax - (pace.servedMs - addedMs),
  });
  let relist: Relist | undefined;
  try {
    relist = sink.relist();
    const backpressure = new Backpressure(relist, context);
    let objects = 0;
    for await (const event of watch) {
      if (event.type === 'ADDED' && !event.dropped) objects++;
      const closing = applyInitial(relist, event, observer);
      if (closing === undefined) {
        const room = backpressure.count();
        if (room !== undefined) await watch.pauseFor(room);
        if (event.type === 'ADDED' || room !== undefined) addedMs = pace.servedMs;
        continue;
      }
      watch.readAtTicks();
      await pace.close();
      await watch.pauseFor(commit(relist));
      return { version: closing, objects, by: 'WatchList', watch };
    }
    throw new UnfinishedError(
      'expected the bookmark that closes the list, got the end of the watch',
    );
  } catch (error) {
    await Promise.all([relist?.abort(), watch.close()]);
    throw error;
  }
}

/** Applies an event to the list; returns the version of the bookmark that ends the list. */
function applyInitial(
  relist: Relist,
  { type, object, dropped }: WatchEvent,
  observer: ReflectorObserver,
): string | undefined {
  if (type === 'ERROR') throw errorOfEvent(object);
  if (dropped) return undefined;
  if (type === 'ADDED' || type === 'MODIFIED') apply(relist, 'put', object, observer);
  else if (type === 'DELETED') apply(relist, 'delete', object, observer);
  if (type !== 'BOOKMARK') return undefined;
  const annotations = asRecord(metadataOf(object).annotations);
  if (annotations[initialEventsEnd] !== 'true') return undefined;
  const version = resourceVersionOf(object);
  if (version === '') throw new DecodeError('expected a version in the closing bookmark, got none');
  return version;
}

/**
 * Lists no older than `version`, in one body where the server answers from its cache. Rejects with
 * a SlowListError where the list is too slow.
 */
export async function relistByList(
  context: RelistContext,
  { version, signal, length, shardSelector }: RelistTry,
): Promise<Relisted> {
  const { clock } = context;
  const selected = selecting(context, shardSelector);
  const read = (query: ListQuery): Promise<Relisted> =>
    withPace({ clock, signal, length }, (pace) => readPages(selected, query, pace));
  try {
    return await read(firstQuery(context.fromMemory ? anyVersion : version));
  } catch (error) {
    if (version !== noVersion || !isVersionUnknown(error)) throw error;
    // The token of the next page had expired: a list in one body needs none.
    return await read({});
  }
}

/** Lists in other forms have no echo of the shard selector. */
const isWhole = ({ representation = 'object' }: Collection): boolean => representation === 'object';

function firstQuery(version: string): ListQuery {
  if (version === noVersion) return { limit: pageSize };
  if (version === anyVersion) return { resourceVersion: anyVersion };
  return { resourceVersion: version, resourceVersionMatch: 'NotOlderThan' };
}

async function readPages(
  context: RelistContext,
  first: ListQuery,
  pace: ListPace,
): Promise<Relisted> {
  const { client, collection, sink, observer } = context;
  const { signal } = pace;
  const onMalformed = (key: string, error: unknown): void => observer.malformed(key, error);
  const relist = sink.relist();
  const backpressure = new Backpressure(relist, context);
  try {
    let query = first;
    let objects = 0;
    for (let page = 0; page < pagesMax; page++) {
      const read = { signal, onMalformed, pace, accepts: acceptsOf(sink) };
      const list = await client.list(collection, query, read);
      for await (const object of list) {
        apply(relist, 'put', object, observer);
        objects++;
        const room = backpressure.count();
        if (room !== undefined) await unlessAborted(room, signal);
      }
      const { resourceVersion, continue: token, shardSelector } = list.metadata();
      if (isWhole(collection)) context.shardSelection?.sawEcho(shardSelector);
      signal.throwIfAborted();
      if (token === '') {
        if (resourceVersion === '') {
          throw new DecodeError('expected a list with a resourceVersion, got one without');
        }
        await pace.close();
        await unlessAborted(commit(relist), signal);
        const by = page === 0 ? 'LIST' : 'LIST in pages';
        return { version: resourceVersion, objects, by };
      }
      query = { limit: pageSize, continue: token };
    }
    throw new DecodeError(`expected a list of at most ${pagesMax} pages, got a longer one`);
  } catch (error) {
    await relist.abort();
    throw error;
  }
}
