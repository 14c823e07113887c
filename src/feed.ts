// What feeds one store: the reflectors of a resource's collections, in one piece or in several.
import { Reflector, type ReflectorOptions, type RelistReason } from './kube/reflector.ts';
import type { Representation, Sink, SyncStatus } from './kube/types.ts';
import type { ObjectLimit } from './limit.ts';
import { type Ask, filtered, type Part, type Scope } from './scope.ts';

/** What a feed is made of; the rest is what each of its reflectors is made of. */
export interface FeedOptions extends Omit<ReflectorOptions, 'collection' | 'sink'> {
  readonly scope: Scope;
  readonly asks: readonly Ask[];
  readonly representation: Representation;
  /** The part of the store by that name, as a sink. */
  readonly sinkOf: (part: string | undefined) => Sink;
  readonly limit: ObjectLimit | undefined;
}

/** All that keeps one store equal to the server. */
export interface Feed {
  /** Where each reflector of those at work stands; there is always one. */
  readonly statuses: readonly SyncStatus[];
  /** Asks for full lists, whatever is under way; the old content is served until they are in. */
  relist(reason: RelistReason): void;
  /** Works until the signal aborts, then resolves; never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** A feed at rest; `run` starts it. */
export function openFeed(options: FeedOptions): Feed {
  const lines = options.asks.map((ask) => openLine(ask, options));
  return {
    get statuses() {
      const statuses = lines.flatMap((line) => line.statuses);
      if (!options.limit?.reached) return statuses;
      return statuses.map((status) => ({ ...status, detail: `${status.detail}; ${leftOut}` }));
    },
    relist(reason) {
      for (const line of lines) line.relist(reason);
    },
    async run(signal) {
      await Promise.all(lines.map((line) => line.run(signal)));
    },
  };
}

const leftOut = 'more objects than --object-limit, the others were left out';

/** One ask: its own reflector, and those of its pieces once the whole turns out to be forbidden. */
function openLine(ask: Ask, options: FeedOptions): Feed {
  const { instead, admits } = ask;
  const whole = reflectorOf(ask, options, { admits, yields: instead !== undefined });
  let working = [whole];
  return {
    get statuses() {
      return working.map(({ status }) => status);
    },
    relist(reason) {
      for (const reflector of working) reflector.relist(reason);
    },
    async run(signal) {
      await whole.run(signal);
      if (instead === undefined || signal.aborted) return;
      working = instead.map((part) => reflectorOf(part, options, {}));
      await Promise.all(working.map((reflector) => reflector.run(signal)));
    },
  };
}

function reflectorOf(
  { collection, name }: Part,
  options: FeedOptions,
  { admits, yields }: { admits?: Ask['admits']; yields?: boolean },
): Reflector {
  const { scope, limit, sinkOf, representation, asks: _, ...shared } = options;
  const store = sinkOf(name);
  const limited = scope.share(limit === undefined ? store : limit.over(store, name));
  return new Reflector({
    ...shared,
    collection: { ...collection, ...(representation !== 'object' && { representation }) },
    sink: admits === undefined ? limited : filtered(limited, admits),
    yields: yields ?? false,
  });
}
