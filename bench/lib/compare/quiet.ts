// Waits until an exporter has loaded all objects, without disturbing it meanwhile.
import { type Clock, systemClock } from '../../../src/lib/clock.ts';
import { Api, type Place } from '../api.ts';
import type { Cluster } from '../cluster.ts';
import type { Exporter } from '../exporter.ts';
import type { Exposition } from '../exposition.ts';
import { countedOf } from '../scrape.ts';

const lookMs = 50;
/** A process that used more CPU than this between two looks is busy. */
const busyCpuMs = 10;
/** After this long without being busy it is quiet. */
const quietMsMin = 1_500;
const waitMsMax = 300_000;

/** When the process was last busy, and its CPU time until then, both since its start. */
export interface Busy {
  readonly ms: number;
  readonly cpuMs: number;
}

/** Waits until the process is quiet; nothing is asked of it. */
export async function untilQuiet(
  exporter: Pick<Exporter, 'cpuMs' | 'spawnedMs'>,
  clock: Clock = systemClock,
): Promise<Busy> {
  const start = clock.now();
  let cpuMs = exporter.cpuMs();
  let lastBusyMs = start;
  let busy = { ms: start - exporter.spawnedMs, cpuMs };
  while (clock.now() - lastBusyMs < quietMsMin) {
    await clock.sleep(lookMs);
    const now = clock.now();
    if (now - start > waitMsMax) {
      throw new Error(`expected a quiet exporter within ${waitMsMax / 1_000} s, it works on`);
    }
    const usedMs = exporter.cpuMs() - cpuMs;
    cpuMs += usedMs;
    if (usedMs <= busyCpuMs) continue;
    lastBusyMs = now;
    busy = { ms: now - exporter.spawnedMs, cpuMs };
  }
  return busy;
}

/** A family with one series for each object, by resource. */
const familyOf = {
  pods: 'kube_pod_info',
  nodes: 'kube_node_info',
  services: 'kube_service_info',
  configmaps: 'kube_configmap_info',
  secrets: 'kube_secret_info',
  deployments: 'kube_deployment_created',
  replicasets: 'kube_replicaset_created',
} as const satisfies Partial<Record<Place['resource'], string>>;

/** How many series each of these families has when all objects are served. */
export type Expected = ReadonlyMap<string, number>;

/** Counts the objects of the cluster. */
export async function expectedOf(cluster: Cluster): Promise<Expected> {
  const api = new Api(cluster);
  try {
    const counts = new Map<string, number>();
    for (const [resource, family] of Object.entries(familyOf)) {
      counts.set(family, await api.count(resource as Place['resource']));
    }
    return counts;
  } finally {
    await api.close();
  }
}

/** The families that have fewer series than expected. */
export function missingIn({ families }: Pick<Exposition, 'families'>, expected: Expected) {
  return [...expected].flatMap(([family, count]) => {
    const got = families.get(family) ?? 0;
    return got >= count ? [] : [`${family}: ${got} of ${count}`];
  });
}

/** Waits until the process is quiet and serves all objects; its last work was then the last one. */
export async function untilComplete(exporter: Exporter, expected: Expected) {
  const deadline = performance.now() + waitMsMax;
  let askedCpuMs = 0;
  for (;;) {
    const busy = await untilQuiet(exporter);
    const before = exporter.cpuMs();
    const served = await countedOf(exporter.metrics);
    const missing = missingIn(served, expected);
    if (missing.length === 0) return { ms: busy.ms, cpuMs: busy.cpuMs - askedCpuMs, served };
    if (performance.now() > deadline) {
      throw new Error(`expected all objects, got ${missing.join(', ')}`);
    }
    askedCpuMs += exporter.cpuMs() - before;
  }
}
