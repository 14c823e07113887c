// Every family that kubestate serves on either port, with the labels that its series can have.
import type { Family } from '../../src/metrics/family.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import { SelfMetrics } from '../../src/metrics/self.ts';
import { resources } from '../../src/resources/index.ts';
import { parseExposition } from '../exposition/parse.ts';
import { selectorsOf } from '../promql.ts';

/** Label names by family; those of the scraped target, `job` and `instance`, are not among them. */
export type Known = ReadonlyMap<string, ReadonlySet<string>>;

/** What Prometheus puts on every series of a target. */
export const TARGET_LABELS: readonly string[] = ['job', 'instance'];

/** What an expression asks for that is not there: families, and labels of those that are. */
export function missingIn(expr: string, known: Known): string[] {
  return selectorsOf(expr).flatMap(({ metric = 'a name', matchers, labels }) => {
    const has = known.get(metric) ?? known.get(metric.replace(/_(?:bucket|count|sum)$/, ''));
    if (has === undefined) return [metric];
    const asked = new Set([...matchers.map(({ label }) => label), ...labels]);
    return [...asked]
      .filter((label) => !has.has(label) && !TARGET_LABELS.includes(label))
      .map((label) => `${metric}: ${label}`);
  });
}

/** The families of the tables. */
export function knownOfTables(): Known {
  return new Map(
    Object.values<AnyResource>(resources).flatMap(({ identity, families }) =>
      Object.entries<Family<never>>(families).map(([name, family]) => {
        const own = 'prefix' in family ? [] : family.labels;
        return [name, new Set([...Object.keys(identity), ...own])] as const;
      }),
    ),
  );
}

/** What is told of one resource, an election, a configuration file and a mistake. */
export async function knownOfSelf(): Promise<Known> {
  const pods = { resource: 'pods', version: 'v1', kind: 'Pod' };
  const longest = { minute: 1, start: 1 };
  const self = new SelfMetrics({
    build: { version: '', revision: '', branch: '', node: '', platform: '', arch: '' },
    clock: { now: () => 1_000 },
    now: () => ({
      shard: { index: 0, total: 1 },
      resources: [{ ...pods, ...everyState, store: { size: { objects: 1, series: 1, bytes: 1 } } }],
      stores: {
        stalenessMs: () => 0,
        work: () => ({ segments: 0, batches: 0, seconds: 0, pendingBytes: 0, storedBytes: 0 }),
      },
    }),
    loop: () => ({ runCpu: longest, delay: longest }),
  });
  const outcomes = { relists: ['start'], watchRestarts: ['closed'], checks: ['drift'] };
  const observer = self.observer(pods, outcomes);
  observer.event();
  observer.bookmark();
  self.renderError('pods', 'kube_pod_info');
  self.scrapes.request('get', 0.1);
  self.config.taken('config.yaml', 1);
  self.election(() => ({ leads: true, began: 1, ceased: 0, failures: 0, contactMs: 1 }));
  return new Map(
    parseExposition(withoutEmptyLines(await self.text())).map(({ name, samples }) => [
      name,
      new Set(samples.flatMap(({ labels }) => [...labels.keys()])),
    ]),
  );
}

const everyState = {
  synced: () => true,
  absent: () => false,
  stale: () => false,
  drift: () => 0,
};

/** prom-client parts families by them, which the format allows and our reader does not mind. */
const withoutEmptyLines = (text: string): string => text.replaceAll(/^\n/gm, '');
