// Deleted objects that are kept while the labels change that were promoted to them.
import { expect } from 'chai';
import type { KubeObject } from '../../src/metrics/object.ts';
import { compileAll, thingTable } from '../support/thingTable.ts';
import { graceMs, Scene, type Thing, table } from './deletedScene.ts';
import { LabelMap } from './labelMap.ts';

/** The identity of things, and the labels that `a` has of it; a deletion may not have all. */
const identities = {
  'of metadata alone': [{ thing: (o: KubeObject) => o.metadata.name }, 'thing="a"'],
  'of more': [{ note: (o: KubeObject) => o.metadata.annotations?.note }, 'note="of a"'],
} as const;

for (const [which, [identity, labels]] of Object.entries(identities)) {
  describe(`A deleted object with promoted labels, and an identity ${which}`, () => {
    const namespaces = new LabelMap();
    let scene: Scene;

    before(() => {
      namespaces.set('n', { team: 'red' });
      const promoted = [{ name: 'team', key: 'team', from: ['namespaces'] as const }];
      const sources = new Map([['namespaces', namespaces] as const]);
      scene = new Scene(
        compileAll(thingTable<Thing>(table.families, identity), { promoted }, sources),
      );
      for (const name of ['a', 'b']) {
        const { metadata, ...sections } = scene.next(name, name, 1);
        const annotations = { note: `of ${name}` };
        scene.store.put({ ...sections, metadata: { ...metadata, annotations } } as KubeObject);
      }
      scene.store.delete(scene.next('a', 'a'));
    });
    after(() => scene.stores.close());

    const ready = (of: string, team: string): string => `ready{${of},team="${team}"} 1`;
    const all = (team: string): string[] => [
      `deletion_timestamp{${labels},team="${team}"} 1.7e+09`,
      ready(labels, team),
      ready(labels.replace('a"', 'b"'), team),
    ];

    it('has them on the series that marks it', async () => {
      expect(await scene.served()).to.deep.equal(all('red'));
    });

    it('gets others as they change, as objects do that are there', async () => {
      namespaces.set('n', { team: 'blue' });
      await scene.pass(graceMs - 1);
      expect(await scene.served()).to.deep.equal(all('blue'));
    });

    it('goes after its time all the same', async () => {
      await scene.pass(1);
      expect(await scene.served()).to.deep.equal([all('blue')[2]]);
    });
  });
}
