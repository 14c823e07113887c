// Which collections are watched and which objects are ours, by namespaces and shard.
import { expect } from 'chai';
import { ConfigError } from '../src/errors.ts';
import type { ListedObject, Sink } from '../src/kube/types.ts';
import { scopeOf } from '../src/scope.ts';
import { shardOf } from '../src/shard/hash.ts';

const everything = { namespaces: [], 'namespaces-denylist': [], shard: 0, 'total-shards': 1 };
const pods = { group: '', version: 'v1', scope: 'namespace' } as const;
const nodes = { group: '', version: 'v1', scope: 'cluster' } as const;
const asked = { resource: 'pods', group: '', version: 'v1' };

describe('The scope', () => {
  const rows: [name: string, options: object, collections: object[]][] = [
    ['is all namespaces by default', {}, [asked]],
    [
      'is a collection for each of --namespaces, named once',
      { namespaces: ['a', 'b', 'a'] },
      [
        { ...asked, namespace: 'a' },
        { ...asked, namespace: 'b' },
      ],
    ],
    [
      'leaves the server to filter by --namespaces-denylist',
      { 'namespaces-denylist': ['a', 'b'] },
      [{ ...asked, fieldSelector: 'metadata.namespace!=a,metadata.namespace!=b' }],
    ],
    [
      'takes denied namespaces from those to watch',
      { namespaces: ['a', 'b'], 'namespaces-denylist': ['b'] },
      [{ ...asked, namespace: 'a' }],
    ],
  ];
  for (const [name, options, collections] of rows) {
    it(name, () => {
      const scope = scopeOf({ ...everything, ...options });
      expect(scope.collections('pods', pods)).to.deep.equal(collections);
    });
  }

  it('asks for cluster-scoped resources without namespace or selector', () => {
    const limited = { ...everything, namespaces: ['a'], 'namespaces-denylist': ['b'] };
    expect(scopeOf(limited).collections('nodes', nodes)).to.deep.equal([
      { resource: 'nodes', group: '', version: 'v1' },
    ]);
  });

  it('refuses a shard beyond the last', () => {
    const beyond = { ...everything, shard: 3, 'total-shards': 3 };
    expect(() => scopeOf(beyond)).to.throw(
      ConfigError,
      '--shard: expected a number below --total-shards (3), got 3',
    );
  });

  it('refuses namespaces that are all denied', () => {
    const nothing = { ...everything, namespaces: ['a'], 'namespaces-denylist': ['a'] };
    expect(() => scopeOf(nothing)).to.throw(ConfigError, 'nothing would be served');
  });

  it('shares objects out so that each is in one shard, in lists and in changes alike', () => {
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
      relisting.commit();
      for (const { metadata } of objects) {
        const mine = shardOf(metadata.uid, total) === shard;
        const expected = mine ? ['put', 'delete', 'relist.put', 'relist.delete'] : [];
        expect(calls.get(metadata.name) ?? []).to.deep.equal(expected);
        if (mine) seen.set(metadata.name, [...(seen.get(metadata.name) ?? []), shard]);
      }
      expect(calls.get('')).to.deep.equal(['commit']);
    }
    expect(seen.size).to.equal(objects.length);
    expect([...seen.values()].every(({ length }) => length === 1)).to.equal(true);
  });
});

/** A sink that notes what it is told, by the object's name. */
function recorder(): { sink: Sink; calls: Map<string, string[]> } {
  const calls = new Map<string, string[]>();
  const note = (call: string) => (object?: ListedObject) => {
    const name = object?.metadata.name ?? '';
    calls.set(name, [...(calls.get(name) ?? []), call]);
  };
  const sink: Sink = {
    put: note('put'),
    delete: note('delete'),
    relist: () => ({
      put: note('relist.put'),
      delete: note('relist.delete'),
      commit: () => note('commit')(),
      abort: () => note('abort')(),
    }),
  };
  return { sink, calls };
}
