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

/** A row of each exporter at each size of the plan; of the reference, up to its largest. */
export async function* eachSize(
  bench: Bench,
  measure: (bench: Bench, setting: Setting) => Promise<Row>,
  isMeasured: (setting: Pick<Setting, 'pods' | 'side'>) => boolean = () => true,
): AsyncGenerator<Row> {
  const { referencePods = Number.POSITIVE_INFINITY } = bench.compared;
  for (const pods of bench.plan.sizes) {
    const sides = sidesOf(bench).filter(
      (side) => isMeasured({ pods, side }) && (side.name !== 'reference' || pods <= referencePods),
    );
    if (sides.length === 0) continue;
    const cluster = await bench.cluster(pods, { streamed: true });
    const expected = await expectedOf(cluster);
    for (const side of sides) {
      yield await measure(bench, { pods, cluster, expected, side });
    }
  }
}
