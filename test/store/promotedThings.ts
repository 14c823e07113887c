// A table of things that inherit labels, in all kinds of rows.
import { inherited, joined, metadata, spec, status } from '../../src/metrics/family.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import type { Renderer } from '../../src/metrics/render.ts';
import { compileAll, thingTable } from '../support/thingTable.ts';
import { LabelMap } from './labelMap.ts';

/** What values are made of: what is escaped, what is longer than a byte, what looks like labels. */
const values = ['a', '', 'größer', '"', '\\', '\n', ',team="x"', 'b}', '$&', 'name{namespace="'];

export interface Thing extends KubeObject {
  readonly spec?: { readonly nodeName?: string; readonly replicas?: number };
  readonly status?: { readonly ready?: number };
}

const table = thingTable<Thing>(
  {
    kube_thing_info: metadata.info('STABLE', 'Info.', { uid: (m) => m?.uid }),
    kube_thing_labels: {
      ...metadata.mapped('STABLE', 'Labels.', 'label', (m) => m.labels),
      allowList: 'labels',
    },
    kube_thing_replica: spec.gauges('STABLE', 'Replicas.', ['i'], (s, emit) => {
      for (let i = 0; i < (s?.replicas ?? 0); i++) emit(1, String(i));
    }),
    kube_thing_phase: status.stateSet('STABLE', 'Phase.', ['phase'], ['0', '1', '2'], (s, emit) =>
      emit(String(s?.ready)),
    ),
    kube_thing_pair: joined(
      'STABLE',
      'Both.',
      ['i'],
      (s) => s?.replicas ?? 0,
      (replicas, { status: s }, emit) => {
        for (let i = 0; i < Math.min(replicas, s?.ready ?? 0); i++) emit(1, String(i));
      },
    ),
    kube_thing_zone: inherited('STABLE', 'Zone.', 'nodes', ['zone']),
  },
  {
    namespace: (o) => o.metadata.namespace,
    name: (o) => o.metadata.name,
    note: (o) => o.metadata.annotations?.note,
  },
);

export interface Sources {
  readonly namespaces: LabelMap;
  readonly nodes: LabelMap;
}

export const newSources = (): Sources => ({ namespaces: new LabelMap(), nodes: new LabelMap() });

export const rendererWith = (sources: Sources): Renderer =>
  compileAll(
    table,
    {
      promoted: [
        { name: 'team', key: 'team', from: ['self', 'namespaces'] },
        { name: 'tier', key: 'tier', from: ['self'] },
        { name: 'rack', key: 'rack', from: ['nodes', 'namespaces'] },
      ],
    },
    new Map(Object.entries(sources)) as never,
  );

export const valueNumber = (number: number): string => values[number % values.length] as string;

/** A series without what was promoted to it, which stands behind its identity. */
export const plainOf = (line: string): string =>
  line.replace(/(,note="(?:[^"\\]|\\.)*")(?:,(?:team|tier|rack|zone)="(?:[^"\\]|\\.)*")+/, '$1');
