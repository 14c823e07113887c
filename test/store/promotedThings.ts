// A table of things that inherit labels, in all kinds of rows, and what is served of them.
import { expect } from 'chai';
import { inherited, joined, metadata, spec, status } from '../../src/metrics/family.ts';
import { everyKey } from '../../src/metrics/labels.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { compile, type Renderer } from '../../src/metrics/render.ts';
import type { Resource } from '../../src/metrics/resource.ts';
import type { Snapshot } from '../../src/store/types.ts';
import { LabelMap } from './labelMap.ts';

/** What values are made of: what is escaped, what is longer than a byte, what looks like labels. */
const values = ['a', '', 'größer', '"', '\\', '\n', ',team="x"', 'b}', '$&', 'name{namespace="'];

export interface Thing extends KubeObject {
  readonly spec?: { readonly nodeName?: string; readonly replicas?: number };
  readonly status?: { readonly ready?: number };
}

const table: Resource<Thing> = {
  group: '',
  version: 'v1',
  kind: 'Thing',
  scope: 'namespace',
  default: true,
  identity: {
    namespace: (o) => o.metadata.namespace,
    name: (o) => o.metadata.name,
    note: (o) => o.metadata.annotations?.note,
  },
  families: {
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
};

export interface Sources {
  readonly namespaces: LabelMap;
  readonly nodes: LabelMap;
}

export const newSources = (): Sources => ({ namespaces: new LabelMap(), nodes: new LabelMap() });

export const rendererWith = (sources: Sources): Renderer =>
  compile(
    table,
    {
      enabled: () => true,
      labels: everyKey,
      annotations: everyKey,
      promoted: [
        { name: 'team', key: 'team', from: ['self', 'namespaces'] },
        { name: 'tier', key: 'tier', from: ['self'] },
        { name: 'rack', key: 'rack', from: ['nodes', 'namespaces'] },
      ],
    },
    (family, _, error) => expect.fail(`${family}: ${error}`),
    new Map(Object.entries(sources)) as never,
  );

export const valueNumber = (number: number): string => values[number % values.length] as string;

/** Whatever is in it, all of a snapshot's series. */
export async function seriesOf(snapshot: Snapshot): Promise<string[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of snapshot.body('text', 'identity').chunks()) {
    chunks.push(Uint8Array.from(chunk));
  }
  const lines = Buffer.concat(chunks).toString().split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#')).sort();
}

/** A series without what was promoted to it, which stands behind its identity. */
export const plainOf = (line: string): string =>
  line.replace(/(,note="(?:[^"\\]|\\.)*")(?:,(?:team|tier|rack|zone)="(?:[^"\\]|\\.)*")+/, '$1');
