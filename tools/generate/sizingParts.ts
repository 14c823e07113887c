// Parts of docs/sizing.md: the time of a whole scrape, and small limits.
import type { Row } from '../../bench/lib/question.ts';
import type { Result } from '../../bench/lib/results.ts';
import { conditions, megabytes, seconds, whole } from './figures.ts';
import { row, tableOf } from './markdown.ts';
import { defaultTimeoutSeconds, type ScrapeTime } from './scrapeTime.ts';

/** From which size a longer timeout or shards are needed, on account of Prometheus. */
export function scrapeTimes(result: Result, time: ScrapeTime): string[] {
  const cells = result.rows.map(({ pods, samples, durationMs, answerMs, restMs }) =>
    row(
      whole(Number(pods)),
      whole(Number(samples)),
      seconds(Number(durationMs) / 1_000),
      seconds(Number(answerMs) / 1_000),
      seconds(Number(restMs) / 1_000),
      Number(durationMs) / 1_000 <= defaultTimeoutSeconds ? 'yes' : 'no',
    ),
  );
  const head = [
    ...['pods', 'samples', 'whole scrape', 'until the last byte is sent', 'only Prometheus'],
    `within ${defaultTimeoutSeconds} s`,
  ];
  const pods = whole(time.podsWithin(defaultTimeoutSeconds));
  return [
    '## From which size on a scrape needs a longer timeout, or shards',
    `Prometheus gives up on a scrape after \`scrape_timeout\`, ${defaultTimeoutSeconds} s by ` +
      'default, and then has none of its samples. Most of a scrape is its own work: it inflates, ' +
      'parses and stores what it was sent.',
    tableOf(head, cells),
    `**Up to ${pods} pods the default is enough** on a machine like this one, which both ` +
      'programs share. With more, set a longer `scrape_timeout`, and an interval that is no ' +
      `shorter; or run a shard for each ${pods} pods, which Prometheus scrapes side by side. A ` +
      'shard makes each scrape shorter, not the work of Prometheus less; fewer series do both: ' +
      '[cardinality](cardinality.md).',
    conditions(result),
  ];
}

/** kube-prometheus' limit of memory, which older results do not name. */
const usualMib = 250;

export function small(result: Result): string[] {
  const byMemory = Object.entries(
    Object.groupBy(result.rows, ({ memoryMib = usualMib }) => String(memoryMib)),
  );
  // The usual one first.
  byMemory.sort(([a], [b]) => Number(b) - Number(a));
  return [...byMemory.flatMap(([mib, rows = []]) => within(mib, rows)), conditions(result)];
}

function within(mib: string, rows: readonly Row[]): string[] {
  const cells = rows.map(({ pods, exporter, readySeconds, slowestMs, killed, ...one }) =>
    row(
      whole(Number(pods)),
      String(exporter),
      typeof readySeconds === 'number' ? seconds(readySeconds) : 'never',
      typeof slowestMs === 'number' ? seconds(slowestMs / 1_000) : '',
      String(killed),
      typeof one.residentMb === 'number' ? megabytes(one.residentMb) : '',
    ),
  );
  const why =
    mib === String(usualMib)
      ? 'kube-prometheus sets these limits for kube-state-metrics, and many copy them. Each ' +
        'start was in a cgroup that has them; `/livez` was asked twice a second all the time.'
      : 'The same start in a smaller container.';
  return [
    `## With cpu: 100m and memory: ${mib}Mi`,
    why,
    tableOf(['pods', '', 'ready', 'slowest /livez', 'killed', 'resident'], cells),
  ];
}
