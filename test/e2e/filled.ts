// A real API server full of pods, and the load that changes them.
import { clusterOf } from '../../bench/lib/cluster.ts';
import { fill } from '../../bench/lib/fill.ts';
import { Load } from '../../bench/lib/load.ts';
import type { RealCluster } from '../../tools/apiserver/start.ts';

/** Makes so many pods, and says how long that took. */
export async function filled(server: RealCluster, pods: number): Promise<Load> {
  const cluster = clusterOf(server);
  const began = performance.now();
  await fill(cluster, { pods, managedFields: false }, () => undefined);
  const seconds = Math.round((performance.now() - began) / 1_000);
  process.stdout.write(`    ${pods} pods were made in ${seconds} s\n`);
  return Load.open(cluster);
}
