// workloadTerminationsOf wires the counts by workload to their counters, where they are served.
import { WorkloadTerminations } from '../resources/workloadTerminations.ts';
import type { Stores } from '../store/types.ts';
import type { FollowedSources } from './labelSources.ts';

const familyName = 'kube_pod_container_terminations_by_workload_total';

export function workloadTerminationsOf(
  stores: Pick<Stores, 'counters'>,
  sources: FollowedSources,
): WorkloadTerminations | undefined {
  const counters = stores.counters.get('pods');
  const family = counters?.familyOf(familyName) ?? -1;
  const workloads = sources.get('workloads');
  if (counters === undefined || family < 0 || workloads === undefined) return undefined;
  const labelsOf = (key: string): Record<string, string> => workloads.labelsOf(key) ?? {};
  return new WorkloadTerminations({ counters, family, labelsOf });
}
