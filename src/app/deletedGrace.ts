// deletedGraceOf is what --deleted-grace says to the stores, and the log line where it is too much.
import type { Options } from '../config/options.ts';
import type { Clock } from '../lib/clock.ts';
import { inSteps } from '../lib/inSteps.ts';
import type { Logger } from '../lib/log.ts';
import { LogInterval } from '../lib/logThrottle.ts';
import { enabledRows, type Selection } from '../metrics/select.ts';
import { keptMax } from '../store/deletedObjects.ts';
import type { DeletedGrace, Stores } from '../store/types.ts';

/** That some objects go at once is logged this often. */
const logMs = 300_000;

interface Parts {
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
}

/** Undefined where deleted objects go at once. */
export function deletedGraceOf(
  { 'deleted-grace': ms }: Pick<Options, 'deleted-grace'>,
  { clock, log }: Parts,
): DeletedGrace | undefined {
  if (ms === 0) return undefined;
  const full = new LogInterval(clock, logMs);
  return {
    ms,
    wall: () => clock.wall(),
    onFull: () =>
      full.write(() =>
        log.warn(
          { limit: keptMax },
          'more deleted objects than --deleted-grace keeps: the series of others go at once',
        ),
      ),
  };
}

/** Says of which resources deleted objects are not kept, as the series that marks them is off. */
export function logUnmarked(
  { resources }: Pick<Selection, 'resources'>,
  { 'deleted-grace': ms }: Pick<Options, 'deleted-grace'>,
  log: Pick<Logger, 'warn'>,
): void {
  if (ms === 0) return;
  const unmarked = resources.filter((one) => {
    const rows = enabledRows(one);
    return !rows.some(({ marksDeleted }) => marksDeleted) && !rows.every(({ counted }) => counted);
  });
  if (unmarked.length === 0) return;
  const keys = { resources: unmarked.map(({ plural }) => plural) };
  log.warn(keys, unmarkedMessage);
}

const unmarkedMessage =
  '--deleted-grace keeps nothing of these resources: their metric _deletion_timestamp is left out';

/** Objects that are handed over in one turn of the event loop. */
const handedOverPerTurn = 100;

/** The options that say which objects are served. */
const scopes = [
  'kubeconfig',
  'context',
  'apiserver',
  'namespaces',
  'namespaces-denylist',
  'namespace-selector',
  'object-selector',
  'node',
  'track-unscheduled-pods',
  'shard',
  'total-shards',
] as const satisfies readonly (keyof Options)[];

/** Whether the two follow the same objects of the same cluster. */
export const servesSameObjects = (one: Options, other: Options): boolean =>
  scopes.every((name) => JSON.stringify(one[name]) === JSON.stringify(other[name]));

/** The deleted objects that the stores of one configuration keep are kept by those of the next. */
export async function keepDeleted(
  from: Pick<Stores, 'byResource'>,
  to: Pick<Stores, 'byResource'>,
  clock: Pick<Clock, 'turn'>,
): Promise<void> {
  await inSteps(handOver(from, to), handedOverPerTurn, clock);
}

/** One step for each object. */
function* handOver(
  from: Pick<Stores, 'byResource'>,
  to: Pick<Stores, 'byResource'>,
): Generator<void> {
  for (const [resource, store] of from.byResource) {
    const other = to.byResource.get(resource);
    if (other === undefined) continue;
    for (const object of store.kept()) {
      other.keep(object);
      yield;
    }
  }
}
