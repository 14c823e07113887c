// A pod's place in its StatefulSet, and how the StatefulSet's pods are started.
import { expect } from 'chai';
import { replicaOf, schemeIn, statefulSetOf } from '../../src/sync/statefulSetShard.ts';

describe('The StatefulSet of a pod', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'ksm', controller: true };
  const rows: [what: string, owners: object[] | null | undefined, name: string | undefined][] = [
    ['is the one that controls it', [{ ...owner, kind: 'Node' }, owner], 'ksm'],
    ['is none without owners', undefined, undefined],
    ['is none with null for owners', null, undefined],
    ['is none that does not control it', [{ ...owner, controller: null }], undefined],
    ['is no ReplicaSet', [{ ...owner, kind: 'ReplicaSet' }], undefined],
    ['is none of another group', [{ ...owner, apiVersion: 'apps.kruise.io/v1' }], undefined],
  ];
  for (const [what, ownerReferences, name] of rows) {
    it(what, () => {
      expect(statefulSetOf({ metadata: { ownerReferences: ownerReferences as [] } })).to.equal(
        name,
      );
    });
  }
});

describe('The shard of a pod in a StatefulSet', () => {
  const set = { metadata: { name: 'ksm' }, spec: { replicas: 3 }, status: { readyReplicas: 2 } };
  const rows: [what: string, set: object, pod: string, replica: object | undefined][] = [
    ['is the number in the name', set, 'ksm-2', { index: 2, total: 3, ready: 2, rolling: false }],
    [
      'counts from the first ordinal',
      { ...set, spec: { replicas: 3, ordinals: { start: 5 } } },
      'ksm-6',
      { index: 1, total: 3, ready: 2, rolling: false },
    ],
    [
      'is the only one where no replicas are named',
      { metadata: set.metadata },
      'ksm-0',
      { index: 0, total: 1, ready: 0, rolling: false },
    ],
    [
      'has no ready pods while the status is that of an earlier spec',
      {
        ...set,
        metadata: { name: 'ksm', generation: 2 },
        status: { observedGeneration: 1, readyReplicas: 3 },
      },
      'ksm-0',
      { index: 0, total: 3, ready: 0, rolling: false },
    ],
    [
      'is in a roll-out while pods of two revisions run',
      { ...set, status: { readyReplicas: 3, currentRevision: 'a', updateRevision: 'b' } },
      'ksm-0',
      { index: 0, total: 3, ready: 3, rolling: true },
    ],
    [
      'is in none once all pods are of the new revision and ready, whatever the current one is',
      {
        ...set,
        status: {
          readyReplicas: 3,
          updatedReplicas: 3,
          currentRevision: 'a',
          updateRevision: 'b',
        },
      },
      'ksm-0',
      { index: 0, total: 3, ready: 3, rolling: false },
    ],
    [
      'is in a roll-out while one that was taken back has pods left',
      { ...set, status: { replicas: 3, readyReplicas: 3, updatedReplicas: 2 } },
      'ksm-0',
      { index: 0, total: 3, ready: 2, rolling: true },
    ],
    [
      'is in no roll-out while pods are added, or scaled away',
      { ...set, status: { replicas: 2, readyReplicas: 2, updatedReplicas: 2 } },
      'ksm-0',
      { index: 0, total: 3, ready: 2, rolling: false },
    ],
    [
      'is in no roll-out while a pod that is scaled away terminates',
      {
        metadata: set.metadata,
        spec: { replicas: 2 },
        status: { replicas: 3, readyReplicas: 3, updatedReplicas: 2 },
      },
      'ksm-0',
      { index: 0, total: 2, ready: 2, rolling: false },
    ],
    [
      'counts no pod as ready that may be one that terminates, beside one that starts',
      { ...set, status: { replicas: 4, readyReplicas: 3, updatedReplicas: 3 } },
      'ksm-0',
      { index: 0, total: 3, ready: 2, rolling: false },
    ],
    ['is none without a number', set, 'ksm-a', undefined],
    ['is none in a set of another name', set, 'other-ksm-1', undefined],
    ['is none in a set with a longer name', set, 'ksm-big-1', undefined],
  ];
  for (const [what, from, pod, replica] of rows) {
    it(what, () => expect(replicaOf(from as typeof set, pod)).to.deep.equal(replica));
  }
});

describe('The scheme of a pod', () => {
  const by = (...args: string[]) => schemeIn({ containers: [{ args: ['--port=8080'] }, { args }] });
  const rows: [args: string[], scheme: string][] = [
    [[], 'jump-hash'],
    [['--server-side-sharding=false'], 'jump-hash'],
    [['--server-side-sharding=true'], 'uid-range'],
    [['--server-side-sharding=auto'], 'uid-range'],
    [['--server-side-sharding', 'auto'], 'uid-range'],
    [['--server-side-sharding=true', '--server-side-sharding=false'], 'jump-hash'],
    [['--server-side-sharding-of-others=true'], 'jump-hash'],
  ];
  for (const [args, scheme] of rows) {
    it(`is ${scheme} with ${args.join(' ') || 'no flag'}`, () => {
      expect(by(...args)).to.equal(scheme);
    });
  }

  it('may be in its command, or of a pod without containers', () => {
    const command = ['kubestate', '--server-side-sharding=auto'];
    expect(schemeIn({ containers: [{ command, args: null }] })).to.equal('uid-range');
    expect(schemeIn({})).to.equal('jump-hash');
    expect(schemeIn(undefined)).to.equal('jump-hash');
  });
});
