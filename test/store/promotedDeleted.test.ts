// Promoted labels of deleted objects that are kept: they change, and the objects go in time.
import { expect } from 'chai';
import { status } from '../../src/metrics/family.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { compile } from '../../src/metrics/render.ts';
import type { Resource } from '../../src/metrics/resource.ts';
import { deletionTimestamp } from '../../src/metrics/stock.ts';
import { openSegmentStores } from '../../src/store/open.ts';
import type { Store } from '../../src/store/types.ts';
import { TestClock } from '../support/clock.ts';
import { LabelMap } from './labelMap.ts';
import { seriesOf } from './promotedThings.ts';

interface Thing extends KubeObject {
  readonly status?: { readonly ready?: number };
}

const table: Resource<Thing> = {
  group: '',
  version: 'v1',
  kind: 'Thing',
  scope: 'namespace',
  default: true,
  identity: { namespace: (o) => o.metadata.namespace, thing: (o) => o.metadata.name },
  families: {
    kube_thing_ready: status.gauge('STABLE', 'Ready.', (s) => s?.ready),
    kube_thing_deletion_timestamp: deletionTimestamp('ALPHA'),
  },
};
const graceMs = 60_000;

describe('Promoted labels of a deleted object', () => {
  it('change with those of others, and it goes when it should', async () => {
    const clock = new TestClock({ wallMs: 1_700_000_000_000 });
    const namespaces = new LabelMap();
    const from = ['namespaces'] as const;
    const promoted = [{ name: 'team', key: 'team', from }];
    const choices = { enabled: () => true, labels: undefined, annotations: undefined, promoted };
    const fail = (problem: unknown): never => {
      throw problem;
    };
    const sources = new Map([['namespaces', namespaces] as const]);
    const renderer = compile(table, choices, (_, __, error) => fail(error), sources);
    const stores = openSegmentStores(new Map([['things', renderer]]), {
      clock,
      hotBytesMax: 1e8,
      compressOnThread: false,
      deletedGrace: { ms: graceMs, wall: () => clock.wall(), onFull: () => fail('too many') },
      onError: fail,
    });
    const store = stores.byResource.get('things') as Store;
    const next = (name: string, resourceVersion: string): KubeObject => {
      const metadata = { namespace: 'n', name, uid: name, resourceVersion };
      return { metadata, status: { ready: 1 } } as unknown as KubeObject;
    };
    const pass = async (ms: number): Promise<void> => {
      clock.advance(ms);
      for (let i = 0; i < 6; i++) await clock.turn();
      await stores.flushed();
    };
    const served = () => seriesOf(stores.snapshot(() => true));
    const ready = (name: string, team: string) =>
      `kube_thing_ready{namespace="n",thing="${name}",team="${team}"} 1`;
    const mark = (team: string) =>
      `kube_thing_deletion_timestamp{namespace="n",thing="a",team="${team}"} 1.7e+09`;

    namespaces.set('n', { team: 'x' });
    store.put(next('a', '1'));
    store.put(next('b', '2'));
    store.delete(next('a', '3'));
    await pass(0);
    expect(await served()).to.deep.equal([mark('x'), ready('a', 'x'), ready('b', 'x')]);
    namespaces.set('n', { team: 'y' });
    await pass(graceMs - 1);
    expect(await served()).to.deep.equal([mark('y'), ready('a', 'y'), ready('b', 'y')]);
    await pass(1_000);
    expect(await served()).to.deep.equal([ready('b', 'y')]);
    await stores.close();
  });
});
