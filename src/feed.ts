// What feeds one store: the reflectors of a resource's collections, in one piece or in several.
import { type CheckResult, ConsistencyCheck } from './kube/consistency.ts';
import { Reflector, type ReflectorOptions, type RelistReason } from './kube/reflector.ts';
import type { HeldVersion, Representation, Sink, SyncStatus } from './kube/types.ts';
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
  /** Without it nothing is compared with the server. */
  readonly checks?: Checks | undefined;
}

/** How what is held is compared with what the server has. */
interface Checks {
  readonly intervalMs: number;
  /** What the part of the store by that name holds. */
  readonly versionsOf: (part: string | undefined) => Iterable<HeldVersion>;
  readonly onResult: (result: CheckResult) => void;
}

/** All that keeps one store equal to the server. */
export interface Feed {
  /** Where each reflector of those at work stands; there is always one. */
  readonly statuses: readonly SyncStatus[];
  /** Objects that differed when they were last compared; undefined while none were. */
  readonly drift: number | undefined;
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
    get drift() {
      return sumOf(lines);
    },
    relist(reason) {
      for (const line of lines) line.relist(reason);
    },
    async run(signal) {
      await Promise.all(lines.map((line) => line.run(signal)));
    },
  };
}

function sumOf(parts: readonly { readonly drift: number | undefined }[]): number | undefined {
  const known = parts.flatMap(({ drift }) => drift ?? []);
  return known.length === 0 ? undefined : known.reduce((sum, drift) => sum + drift, 0);
}

const leftOut = 'more objects than --object-limit, the others were left out';

/** One ask: its own reflector, and those of its pieces once the whole turns out to be forbidden. */
function openLine(ask: Ask, options: FeedOptions): Feed {
  const { instead, admits } = ask;
  const whole = openStrand(ask, options, { admits, yields: instead !== undefined });
  let working = [whole];
  return {
    get statuses() {
      return working.map(({ reflector }) => reflector.status);
    },
    get drift() {
      return sumOf(working.flatMap(({ check }) => check ?? []));
    },
    relist(reason) {
      for (const { reflector } of working) reflector.relist(reason);
    },
    async run(signal) {
      await runStrand(whole, signal);
      if (instead === undefined || signal.aborted) return;
      working = instead.map((part) => openStrand(part, options, {}));
      await Promise.all(working.map((strand) => runStrand(strand, signal)));
    },
  };
}

/** A reflector, and what looks whether it tells the truth. */
interface Strand {
  readonly reflector: Reflector;
  readonly check: ConsistencyCheck | undefined;
}

/** Resolves when the reflector ends. */
async function runStrand({ reflector, check }: Strand, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const checking = check?.run(AbortSignal.any([signal, ended.signal]));
  await reflector.run(signal);
  ended.abort();
  await checking;
}

function openStrand(
  { collection: plain, name }: Part,
  options: FeedOptions,
  { admits, yields = false }: { admits?: Ask['admits']; yields?: boolean },
): Strand {
  const { scope, limit, checks, sinkOf, representation, asks: _, ...shared } = options;
  const collection = { ...plain, ...(representation !== 'object' && { representation }) };
  const share = (sink: Sink): Sink => {
    const ours = scope.share(sink);
    return admits === undefined ? ours : filtered(ours, admits);
  };
  const store = sinkOf(name);
  const sink = share(limit === undefined ? store : limit.over(store, name));
  const reflector = new Reflector({ ...shared, collection, sink, yields });
  if (checks === undefined) return { reflector, check: undefined };
  const { intervalMs, versionsOf, onResult } = checks;
  const check = new ConsistencyCheck({
    ...{ ...shared, collection, share, intervalMs, onResult },
    standing: () => reflector.standing,
    heal: () => reflector.relist('drift'),
    held: () => versionsOf(name),
    complete: () => !limit?.reached,
  });
  return { reflector, check };
}
