// A table of things whose families have as many series as their spec and status say.
import { DeferredSpec, withDeferredSpec } from '../../src/lib/deferredSpec.ts';
import { joined, spec, status } from '../../src/metrics/family.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { compileAll, thingTable } from '../support/thingTable.ts';

interface Thing extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly ready?: number };
}

const numbers = (
  count: number | null | undefined,
  emit: (value: number, label: string) => void,
): void => {
  for (let i = 0; i < (count ?? 0); i++) emit(1, String(i));
};

/** Families of the spec, of the status, and of both: as many series as the numbers in them. */
const table = thingTable<Thing>(
  {
    kube_thing_replica: spec.gauges('STABLE', 'Replicas.', ['i'], (s, emit) =>
      numbers(s?.replicas, emit),
    ),
    kube_thing_ready: status.gauges('STABLE', 'Ready.', ['i'], (s, emit) =>
      numbers(s?.ready, emit),
    ),
    kube_thing_pair: joined(
      'STABLE',
      'Both.',
      ['i'],
      (s) => s?.replicas ?? 0,
      (replicas, { status: s }, emit) => numbers(Math.min(replicas, s?.ready ?? 0), emit),
    ),
  },
  { namespace: (o) => o.metadata.namespace, name: (o) => o.metadata.name },
);
export const families = Object.keys(table.families);
export const renderer = compileAll(table);

/** What an object wants to show. */
export interface Wanted {
  readonly key: string;
  readonly replicas: number;
  readonly ready: number;
  readonly version: number;
}

export function thing({ key, replicas, ready, version }: Wanted): KubeObject {
  const [namespace, name] = key.split('/');
  const metadata = { namespace, name, uid: key, resourceVersion: String(version) };
  const text = JSON.stringify({ replicas });
  const deferred = new DeferredSpec(text, () => JSON.parse(text));
  return withDeferredSpec({ metadata, status: { ready } }, '', deferred) as unknown as KubeObject;
}
