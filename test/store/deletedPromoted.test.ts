// Deleted objects that are kept while the labels change that were promoted to them.
import { expect } from 'chai';
import { status } from '../../src/metrics/family.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { compile } from '../../src/metrics/render.ts';
import type { Resource } from '../../src/metrics/resource.ts';
import { deletionTimestamp } from '../../src/metrics/stock.ts';
import { openSegmentStores } from '../../src/store/open.ts';
import type { Store, Stores } from '../../src/store/types.ts';
import { TestClock } from '../support/clock.ts';
import { LabelMap } from './labelMap.ts';
import { seriesOf } from './promotedThings.ts';

interface Thing extends KubeObject {
  readonly spec?: { readonly note?: string };
  readonly status?: { readonly ready?: number };
}

/** Its identity is in metadata, or not all of it. */
const tableOf = (identity: Resource<Thing>['identity']): Resource<Thing> => ({
  group: '',
  version: 'v1',
  kind: 'Thing',
  scope: 'namespace',
  default: true,
  identity,
  families: {
    kube_thing_ready: status.gauge('STABLE', 'Ready.', (s) => s?.ready),
    kube_thing_deletion_timestamp: deletionTimestamp('ALPHA'),
  },
});
const graceMs = 60_000;
const thing = { metadata: { namespace: 'n', name: 'a', uid: 'u', resourceVersion: '1' } };

const identities: Readonly<Record<string, Resource<Thing>['identity']>> = {
  'of metadata alone': { namespace: (o) => o.metadata.namespace, name: (o) => o.metadata.name },
  'of more': { namespace: (o) => o.metadata.namespace, note: (o) => o.spec?.note },
};

for (const [which, identity] of Object.entries(identities)) {
  describe(`A deleted object with promoted labels, and an identity ${which}`, () => {
    const clock = new TestClock({ wallMs: 1_700_000_000_000 });
    const namespaces = new LabelMap();
    let stores: Stores;
    const pass = async (ms: number): Promise<void> => {
      clock.advance(ms);
      for (let i = 0; i < 8; i++) await clock.turn();
    };
    const served = async (): Promise<string[]> => {
      await stores.flushed();
      return seriesOf(stores.snapshot(() => true));
    };

    before(() => {
      namespaces.set('n', { team: 'red' });
      const renderer = compile(
        tableOf(identity),
        {
          enabled: () => true,
          labels: undefined,
          annotations: undefined,
          promoted: [{ name: 'team', key: 'team', from: ['namespaces'] }],
        },
        (family, _, error) => expect.fail(`${family}: ${error}`),
        new Map([['namespaces', namespaces]]),
      );
      stores = openSegmentStores(new Map([['things', renderer]]), {
        clock,
        hotBytesMax: 1e6,
        compressOnThread: false,
        deletedGrace: { ms: graceMs, wall: () => clock.wall(), onFull: () => expect.fail('full') },
        onError: (error) => void Promise.reject(error),
      });
      const store = stores.byResource.get('things') as Store;
      store.put({ ...thing, spec: { note: 'x' }, status: { ready: 1 } } as KubeObject);
      store.delete(thing);
    });
    after(() => stores.close());

    const head = which === 'of more' ? 'namespace="n",note="x"' : 'namespace="n",name="a"';
    const linesOf = (team: string): string[] => [
      `kube_thing_deletion_timestamp{${head},team="${team}"} 1.7e+09`,
      `kube_thing_ready{${head},team="${team}"} 1`,
    ];

    it('has them on the series that marks it', async () => {
      expect(await served()).to.deep.equal(linesOf('red'));
    });

    it('gets others as they change', async () => {
      namespaces.set('n', { team: 'blue' });
      await pass(1_000);
      expect(await served()).to.deep.equal(linesOf('blue'));
    });

    it('goes after its time all the same', async () => {
      await pass(graceMs);
      expect(await served()).to.deep.equal([]);
    });
  });
}
