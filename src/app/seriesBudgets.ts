// seriesBudgetOf makes the flags of series budgets into what the store enforces, counts and logs.
import type { Options } from '../config/options.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { FailureLog } from '../lib/logThrottle.ts';
import { LruCache } from '../lib/lru.ts';
import type { SeriesBudgetOptions } from '../store/seriesBudget.ts';
import type { SelfMetrics } from '../telemetry/registry.ts';

/** Families and namespaces of which it is known what was logged last. */
const subjectsMax = 1_000;

export interface SeriesBudgetParts {
  readonly selfMetrics: Pick<SelfMetrics, 'seriesDropped'>;
  readonly log: Pick<Logger, 'warn' | 'info'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Undefined where there is no budget: then the store counts nothing for one. */
export function seriesBudgetOf(
  options: Pick<Options, 'series-budget-per-family' | 'series-budget-per-namespace'>,
  { selfMetrics, log, clock }: SeriesBudgetParts,
): SeriesBudgetOptions | undefined {
  const perFamily = options['series-budget-per-family'];
  const perNamespace = options['series-budget-per-namespace'];
  if (perFamily === 0 && perNamespace === 0) return undefined;
  const limits = { family: perFamily, namespace: perNamespace };
  const logs = new LruCache<FailureLog>(subjectsMax);
  return {
    perFamily,
    perNamespace,
    onDropped: (resource, family, budget, series) =>
      selfMetrics.seriesDropped({ resource, family, budget }, series),
    onReached({ budget, name }) {
      const subject = `${budget} ${name}`;
      const keys = { [budget]: name, budget: limits[budget] };
      let failures = logs.get(subject);
      if (failures === undefined) {
        const onFlapping = (): void =>
          log.warn(keys, `the series budget of this ${budget} is reached again and again`);
        failures = new FailureLog({ clock, onFlapping });
        logs.set(subject, failures);
      }
      failures.failed('reached', () =>
        log.warn(keys, `series left out: the series budget of this ${budget} is reached`),
      );
    },
    onRecovered({ budget, name }) {
      logs
        .get(`${budget} ${name}`)
        ?.recovered(() =>
          log.info({ [budget]: name }, `this ${budget} is below its series budget again`),
        );
    },
  };
}
