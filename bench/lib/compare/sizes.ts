// eachSize measures the exporters on a cluster of each size.
import type { Bench } from '../bench.ts';
import type { Cluster } from '../cluster.ts';
import type { Row } from '../question.ts';
import { type Side, sidesOf } from './parts.ts';
import { type Expected, expectedOf } from './quiet.ts';

/** One exporter on one cluster. */
export interface Setting {
  readonly pods: number;
  readonly cluster: Cluster;
  readonly expected: Expected;
  readonly side: Side;
}

/** A row of each exporter at each size of the plan. */
export async function* eachSize(
  bench: Bench,
  measure: (bench: Bench, setting: Setting) => Promise<Row>,
): AsyncGenerator<Row> {
  for (const pods of bench.plan.sizes) {
    const cluster = await bench.cluster(pods);
    const expected = await expectedOf(cluster);
    for (const side of sidesOf(bench)) {
      yield await measure(bench, { pods, cluster, expected, side });
    }
  }
}
