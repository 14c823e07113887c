// All families that kubestate serves on both ports, with their label names.

import { packNames } from '../../src/custom/packs.ts';
import type { Family } from '../../src/metrics/family.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import { resources } from '../../src/resources/index.ts';
import { SelfMetrics } from '../../src/telemetry/registry.ts';
import { electionFamilies, selfFamilies } from '../../src/telemetry/table.ts';
import { sampleExposition } from '../custom/packSamples.ts';
import { parseExposition } from '../http/parse.ts';
import { selectorsOf } from '../support/promql.ts';

/** Label names by family, without the target labels `job` and `instance`. */
export type Known = ReadonlyMap<string, ReadonlySet<string>>;

/** What Prometheus puts on every series of a target, `cluster` where there are several. */
export const TARGET_LABELS: readonly string[] = ['job', 'instance', 'cluster'];

/** Families and labels in an expression that do not exist. */
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

/** The families of the packs, as recorded of their samples. */
export const knownOfPacks = (): Known =>
  new Map(
    packNames.flatMap((pack) =>
      parseExposition(sampleExposition(pack)).map(
        ({ name, samples }) =>
          [name, new Set(samples.flatMap(({ labels }) => [...labels.keys()]))] as const,
      ),
    ),
  );

/** The families about kubestate itself: those of its tables, and those of prom-client. */
export async function knownOfSelf(): Promise<Known> {
  const longest = { minute: 1, start: 1 };
  const work = {
    segments: 0,
    flushes: 0,
    seconds: 0,
    changes: 31,
    incomingObjects: 0,
    pendingBytes: 0,
    storedBytes: 0,
    hotBytes: 0,
    hotBytesMax: 0,
    promotion: { waiting: 0, changed: 0 },
    compressed: 0,
    decompressed: 0,
  };
  const self = new SelfMetrics({
    build: { version: '', revision: '', branch: '', node: '', platform: '', arch: '' },
    clock: { wall: () => 1_000 },
    now: () => ({
      shard: undefined,
      customs: { definitions: 0, disabledRules: [] },
      owners: undefined,
      resources: [],
      stores: { stalenessMs: () => 0, work: () => work },
    }),
    loop: () => ({ runCpu: longest, delay: longest }),
  });
  const ofClient = parseExposition(withoutEmptyLines(await self.text())).map(
    ({ name, samples }) =>
      [name, new Set(samples.flatMap(({ labels }) => [...labels.keys()]))] as const,
  );
  const ofTables = Object.entries({ ...selfFamilies, ...electionFamilies }).map(
    ([name, { type, labels }]) =>
      [name, new Set([...Object.keys(labels), ...(type === 'histogram' ? ['le'] : [])])] as const,
  );
  return new Map([...ofClient, ...ofTables]);
}

/** prom-client parts families by them, which the format allows and our reader does not mind. */
const withoutEmptyLines = (text: string): string => text.replaceAll(/^\n/gm, '');
