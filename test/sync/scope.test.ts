// Which collections are watched and which objects are ours, by namespaces and shard.
import { expect } from 'chai';
import type { KubeObject } from '../../src/metrics/object.ts';
import type { Sink } from '../../src/store/types.ts';
import { ownsAll } from '../../src/sync/claims.ts';
import { filtered, type SyncedCollection, scopeOf } from '../../src/sync/scope.ts';
import { shardOf } from '../../src/sync/shardHash.ts';
import { MemorySink } from '../kube/harness.ts';
import { everything } from '../support/choices.ts';
import { expectRefused, type Facts } from '../support/refusal.ts';

const pods = { group: '', version: 'v1', scope: 'namespace' } as const;
const nodes = { group: '', version: 'v1', scope: 'cluster' } as const;

describe('The scope', () => {
  const apart = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
  const onlyPods = { resources: ['pods'] };
  // Each ask in words: the namespace or *, the selector, and the part of the store it fills.
  const rows: [name: string, options: object, asks: string[]][] = [
    ['is all namespaces by default', {}, ['* fills all']],
    [
      'is a collection for each of --namespaces, named once',
      { namespaces: ['a', 'b', 'a'] },
      ['a fills a', 'b fills b'],
    ],
    [
      'leaves the server to filter by --namespaces-denylist',
      { 'namespaces-denylist': ['a', 'b'] },
      ['* metadata.namespace!=a,metadata.namespace!=b fills all'],
    ],
    [
      'takes denied namespaces from those to watch',
      { namespaces: ['a', 'b'], 'namespaces-denylist': ['b'] },
      ['a fills a'],
    ],
    [
      'asks for eight namespaces one by one',
      { namespaces: apart.slice(1) },
      apart.slice(1).map((namespace) => `${namespace} fills ${namespace}`),
    ],
    [
      'asks for more than eight namespaces as one, and one by one where that is forbidden',
      { namespaces: apart },
      [`* fills all, or ${apart.map((namespace) => `${namespace} fills ${namespace}`).join(', ')}`],
    ],
    [
      'is the pods of each node, named once, each a part',
      { ...onlyPods, node: ['n1', 'n2', 'n1'] },
      ['* spec.nodeName=n1 fills spec.nodeName=n1', '* spec.nodeName=n2 fills spec.nodeName=n2'],
    ],
    [
      'is the pods of one node as a whole',
      { ...onlyPods, node: ['n1'] },
      ['* spec.nodeName=n1 fills all'],
    ],
    [
      'adds the pods that are on no node',
      { ...onlyPods, node: ['n1'], 'track-unscheduled-pods': true },
      ['* spec.nodeName=n1 fills spec.nodeName=n1', '* spec.nodeName= fills spec.nodeName='],
    ],
    [
      'is the pods that are on no node where no node is named',
      { ...onlyPods, 'track-unscheduled-pods': true },
      ['* spec.nodeName= fills all'],
    ],
    [
      'is the pods of nodes in namespaces, each pair a part',
      { ...onlyPods, namespaces: ['a', 'b'], node: ['n1', 'n2'] },
      [
        'a spec.nodeName=n1 fills a spec.nodeName=n1',
        'b spec.nodeName=n1 fills b spec.nodeName=n1',
        'a spec.nodeName=n2 fills a spec.nodeName=n2',
        'b spec.nodeName=n2 fills b spec.nodeName=n2',
      ],
    ],
    [
      'is the pods of a node outside of denied namespaces',
      { ...onlyPods, 'namespaces-denylist': ['a'], node: ['n1'] },
      ['* metadata.namespace!=a,spec.nodeName=n1 fills all'],
    ],
  ];
  for (const [name, options, asks] of rows) {
    it(name, () => {
      const scope = scopeOf({ ...everything, ...options });
      expect(scope.collections('pods', pods).map(inWords)).to.deep.equal(asks);
    });
  }

  it('asks for selected objects alone, wherever it asks', () => {
    const selected = (options: object) =>
      scopeOf({ ...everything, ...options })
        .collections('pods', pods, 'team=a')
        .map(inWords);
    expect(selected({})).to.deep.equal(['* team=a fills all']);
    expect(selected({ namespaces: ['a', 'b'] })).to.deep.equal([
      'a team=a fills a',
      'b team=a fills b',
    ]);
    const apiece = apart.map((namespace) => `${namespace} team=a fills ${namespace}`);
    expect(selected({ namespaces: apart })).to.deep.equal([
      `* team=a fills all, or ${apiece.join(', ')}`,
    ]);
    expect(selected({ ...onlyPods, node: ['n1', 'n2'] })).to.deep.equal([
      '* spec.nodeName=n1 team=a fills spec.nodeName=n1',
      '* spec.nodeName=n2 team=a fills spec.nodeName=n2',
    ]);
    const [ofCluster] = scopeOf(everything).collections('nodes', nodes, 'team=a');
    expect(ofCluster?.collection.labelSelector).to.equal('team=a');
  });

  it('lets through of one collection for many namespaces what is in one of them', () => {
    const [ask] = scopeOf({ ...everything, namespaces: apart }).collections('pods', pods);
    const admits = (namespace: string) => ask?.filter?.({ name: 'x', namespace });
    expect(admits('i')).to.equal(true);
    expect(admits('j')).to.equal(false);
  });

  it('says before an object is parsed whether it is kept: by namespace and uid', () => {
    const sink: Sink = new MemorySink();
    sink.accepts = ({ name }) => name !== 'no';
    const shard = scopeOf(everything, { ...ownsAll, owns: (uid) => uid === 'ours' }).share(sink);
    const kept = filtered(shard, ({ namespace }) => namespace === 'a');
    const ours = { name: 'x', namespace: 'a', uid: 'ours' };
    expect(kept.accepts?.(ours)).to.equal(true);
    expect(kept.accepts?.({ ...ours, uid: 'theirs' })).to.equal(false);
    expect(kept.accepts?.({ ...ours, namespace: 'b' })).to.equal(false);
    expect(kept.accepts?.({ ...ours, name: 'no' })).to.equal(false);
    expect(scopeOf(everything).share(new MemorySink()).accepts).to.equal(undefined);
  });

  it('asks for cluster-scoped resources without namespace or selector', () => {
    const limited = { ...everything, namespaces: apart, 'namespaces-denylist': ['b'] };
    expect(scopeOf(limited).collections('nodes', nodes)).to.deep.equal([
      { collection: { resource: 'nodes', group: '', version: 'v1' }, part: undefined },
    ]);
  });

  it('asks for the older versions that a table names', () => {
    const claims = { ...pods, olderVersions: ['v1beta1'] };
    const [ask] = scopeOf(everything).collections('claims', claims);
    expect(ask?.collection.olderVersions).to.deep.equal(['v1beta1']);
    const [plain] = scopeOf(everything).collections('pods', pods);
    expect(plain?.collection).to.not.have.property('olderVersions');
  });

  const manyNodes = Array.from({ length: 101 }, (_, i) => `n${i}`);
  // biome-ignore format: a row each
  const refused: [name: string, options: object, facts: Facts][] = [
    [
      'nodes with all resources',
      { node: ['n1'] },
      {
        flag: ['--node', '--resources'],
        expected: 'pods as the only resource',
        got: 'all resources',
        hint: 'other objects are on no node',
      },
    ],
    [
      'nodes with other resources than pods',
      { node: ['n1'], resources: ['pods', 'services'] },
      {
        flag: ['--node', '--resources'],
        expected: 'pods as the only resource',
        got: 'pods, services',
        hint: 'other objects are on no node',
      },
    ],
    [
      'pods on no node with other resources than pods',
      { 'track-unscheduled-pods': true, resources: ['services'] },
      {
        flag: ['--track-unscheduled-pods', '--resources'],
        expected: 'pods as the only resource',
        got: 'services',
        hint: 'other objects are on no node',
      },
    ],
    [
      'a node whose name was not filled in',
      { ...onlyPods, node: ['n1', '$(NODE_NAME)'] },
      { flag: '--node', expected: 'names of nodes', got: '"$(NODE_NAME)"' },
    ],
    [
      'more nodes than watches make sense for',
      { ...onlyPods, node: manyNodes },
      {
        flag: '--node',
        expected: 'at most 100 nodes',
        got: '101',
        hint: 'each of them is a watch of its own, --total-shards divides a cluster at less cost',
      },
    ],
  ];
  for (const [name, options, facts] of refused) {
    it(`refuses ${name} `, () => {
      expectRefused(() => scopeOf({ ...everything, ...options }), facts);
    });
  }

  it('refuses a shard beyond the last', () => {
    const beyond = { ...everything, shard: 3, 'total-shards': 3 };
    expectRefused(() => scopeOf(beyond), {
      flag: ['--shard', '--total-shards'],
      expected: 'a shard below their total',
      got: 'shard 3 of 3',
    });
  });

  it('refuses namespaces that are all denied', () => {
    const nothing = { ...everything, namespaces: ['a'], 'namespaces-denylist': ['a'] };
    expectRefused(() => scopeOf(nothing), {
      flag: ['--namespaces', '--namespaces-denylist'],
      hint: 'nothing would be served',
    });
  });

  it('shares objects out so that each is in one shard, in lists and in changes alike', async () => {
    const total = 3;
    const objects = Array.from({ length: 60 }, (_, i) => ({
      metadata: { name: `pod-${i}`, uid: `0c80a8a9-80fa-4626-83fa-${i}` },
    }));
    const seen = new Map<string, number[]>();
    for (let shard = 0; shard < total; shard++) {
      const { sink, calls } = recorder();
      const ours = scopeOf({ ...everything, shard, 'total-shards': total }).share(sink);
      const relisting = ours.relist();
      for (const object of objects) {
        ours.put(object);
        ours.delete(object);
        relisting.put(object);
        relisting.delete(object);
      }
      await ours.drained();
      await relisting.drained();
      await relisting.commit();
      for (const { metadata } of objects) {
        const mine = shardOf(metadata.uid, total) === shard;
        const expected = mine ? ['put', 'delete', 'relist.put', 'relist.delete'] : [];
        expect(calls.get(metadata.name) ?? []).to.deep.equal(expected);
        if (mine) seen.set(metadata.name, [...(seen.get(metadata.name) ?? []), shard]);
      }
      expect(calls.get('')).to.deep.equal(['room', 'relist.room', 'commit']);
    }
    expect(seen.size).to.equal(objects.length);
    expect([...seen.values()].every(({ length }) => length === 1)).to.equal(true);
  });
});

function inWords({ collection, part, fallback }: SyncedCollection): string {
  const { namespace = '*', fieldSelector, labelSelector } = collection;
  const asked = [namespace, fieldSelector, labelSelector]
    .filter((word) => word !== undefined)
    .join(' ');
  const or = fallback === undefined ? '' : `, or ${fallback.map(inWords).join(', ')}`;
  return `${asked} fills ${part ?? 'all'}${or}`;
}

/** A sink that notes what it is told, by the object's name. */
function recorder(): { sink: Sink; calls: Map<string, string[]> } {
  const calls = new Map<string, string[]>();
  const note = (call: string) => (object?: KubeObject) => {
    const name = object?.metadata.name ?? '';
    calls.set(name, [...(calls.get(name) ?? []), call]);
  };
  const sink: Sink = {
    put: note('put'),
    delete: note('delete'),
    drained: () => Promise.resolve(note('room')()),
    relist: () => ({
      put: note('relist.put'),
      delete: note('relist.delete'),
      drained: () => Promise.resolve(note('relist.room')()),
      commit: () => Promise.resolve(note('commit')()),
      abort: () => {
        note('abort')();
        return Promise.resolve(false);
      },
    }),
  };
  return { sink, calls };
}
