// A pod's place in its StatefulSet, and what it owns while that changes.

import { expect } from 'chai';
import fc from 'fast-check';
import { shardOf } from '../../src/sync/shardHash.ts';
import { MovingShard, replicaOf, statefulSetOf } from '../../src/sync/statefulSetShard.ts';
import { recordingLog, settled } from '../kube/harness.ts';
import { TestClock } from '../support/clock.ts';

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
    ['is the number in the name', set, 'ksm-2', { index: 2, total: 3, ready: 2 }],
    [
      'counts from the first ordinal',
      { ...set, spec: { replicas: 3, ordinals: { start: 5 } } },
      'ksm-6',
      { index: 1, total: 3, ready: 2 },
    ],
    [
      'is the only one where no replicas are named',
      { metadata: set.metadata },
      'ksm-0',
      { index: 0, total: 1, ready: 0 },
    ],
    [
      'has no ready pods while the status is that of an earlier spec',
      {
        ...set,
        metadata: { name: 'ksm', generation: 2 },
        status: { observedGeneration: 1, readyReplicas: 3 },
      },
      'ksm-0',
      { index: 0, total: 3, ready: 0 },
    ],
    ['is none without a number', set, 'ksm-a', undefined],
    ['is none in a set of another name', set, 'other-ksm-1', undefined],
    ['is none in a set with a longer name', set, 'ksm-big-1', undefined],
  ];
  for (const [what, from, pod, replica] of rows) {
    it(what, () => expect(replicaOf(from as typeof set, pod)).to.deep.equal(replica));
  }
});

describe('A shard that changes with its StatefulSet', () => {
  const uids = Array.from({ length: 300 }, (_, i) => `0c80a8a9-80fa-4626-83fa-${i}`);
  let clock: TestClock;
  let log: ReturnType<typeof recordingLog>;
  let relists: number;
  let ending: AbortController;
  let shard: MovingShard;

  beforeEach(() => {
    clock = new TestClock();
    log = recordingLog();
    relists = 0;
    ending = new AbortController();
    const relist = (): void => {
      relists++;
    };
    shard = new MovingShard({ clock, log, relist, signal: ending.signal });
  });

  const owned = (): string[] => uids.filter((uid) => shard.owns(uid));
  const of = (index: number, total: number): string[] =>
    uids.filter((uid) => shardOf(uid, total) === index);

  it('owns nothing until the StatefulSet was seen', () => {
    expect(shard.shard).to.equal(undefined);
    expect(owned()).to.deep.equal([]);
  });

  it('gets its first shard without a relist, for nothing was listed', () => {
    shard.saw({ index: 1, total: 2, ready: 0 });
    expect(shard.shard).to.deep.equal({ index: 1, total: 2 });
    expect(owned()).to.deep.equal(of(1, 2));
    expect(relists).to.equal(0);
  });

  it('keeps objects that it loses until as many replicas are ready as there are shards', () => {
    shard.saw({ index: 0, total: 1, ready: 1 });
    shard.saw({ index: 0, total: 3, ready: 1 });
    shard.saw({ index: 0, total: 3, ready: 2 });
    expect(shard.shard).to.deep.equal({ index: 0, total: 3 });
    expect([owned().length, relists]).to.deep.equal([uids.length, 0]);
    shard.saw({ index: 0, total: 3, ready: 3 });
    expect(owned()).to.deep.equal(of(0, 3));
    expect(relists).to.equal(1);
    shard.saw({ index: 0, total: 3, ready: 3 });
    expect(relists).to.equal(1);
  });

  it('drops objects that it loses after five minutes at the latest, and logs it', async () => {
    shard.saw({ index: 0, total: 1, ready: 1 });
    shard.saw({ index: 0, total: 2, ready: 1 });
    clock.advance(5 * 60_000 - 1);
    await settled(() => relists);
    expect(owned()).to.deep.equal(uids);
    clock.advance(1);
    await settled(() => relists);
    expect(owned()).to.deep.equal(of(0, 2));
    expect(relists).to.equal(1);
    expect(log.lines).to.include('warn not all replicas are ready within the time limit');
  });

  it('lists the objects that it gains at once', () => {
    shard.saw({ index: 0, total: 3, ready: 3 });
    shard.saw({ index: 0, total: 2, ready: 3 });
    expect(owned()).to.deep.equal(of(0, 2));
    expect(relists).to.equal(1);
    expect(clock.pending).to.deep.equal([]);
  });

  it('counts the five minutes from the last change', async () => {
    shard.saw({ index: 0, total: 1, ready: 1 });
    shard.saw({ index: 0, total: 2, ready: 1 });
    clock.advance(200_000);
    shard.saw({ index: 0, total: 3, ready: 1 });
    await settled(() => clock.pending);
    expect(clock.pending).to.deep.equal([300_000]);
  });

  it('keeps all its objects when it is scaled away', () => {
    shard.saw({ index: 2, total: 3, ready: 3 });
    shard.saw({ index: 2, total: 2, ready: 2 });
    shard.saw({ index: 2, total: 2, ready: 2 });
    expect(owned()).to.deep.equal(of(2, 3));
    expect(log.lines).to.deep.equal(['warn the StatefulSet was scaled down below this shard']);
  });

  it('serves for a while after SIGTERM when it is scaled away', async () => {
    shard.saw({ index: 2, total: 3, ready: 3 });
    await shard.leave();
    shard.saw({ index: 2, total: 2, ready: 2 });
    let left = false;
    const leaving = shard.leave().then(() => {
      left = true;
    });
    await settled(() => clock.pending);
    expect(clock.pending).to.deep.equal([5_000]);
    expect(left).to.equal(false);
    clock.advance(5_000);
    await leaving;
  });

  it('ends its waits with the pipeline', async () => {
    shard.saw({ index: 0, total: 1, ready: 1 });
    shard.saw({ index: 0, total: 2, ready: 1 });
    ending.abort();
    await settled(() => clock.pending);
    expect(clock.pending).to.deep.equal([]);
    expect(relists).to.equal(0);
  });

  it('leaves an owner for each object, in whatever order the shards see a change', () => {
    const totals = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(totals, fc.nat(), (changes, seed) => {
        const shards = Array.from({ length: 6 }, () => {
          const options = { clock, log, relist: () => undefined, signal: ending.signal };
          return new MovingShard(options);
        });
        let total = changes[0] as number;
        const see = (index: number, ready: number): void => {
          if (index < total) shards[index]?.saw({ index, total, ready });
        };
        for (let i = 0; i < total; i++) see(i, total);
        for (const next of changes.slice(1)) {
          const before = total;
          total = next;
          // Those that were there before see the change first, in any order; the new ones start.
          const old = Math.min(before, next);
          for (let i = 0; i < old; i++) see((i + seed) % old, old);
          const alive = shards.slice(0, old);
          if (next > before) {
            for (const uid of uids) expect(alive.some((one) => one.owns(uid))).to.equal(true);
          }
          for (let i = 0; i < next; i++) see(i, next);
          const owners = (uid: string) => shards.slice(0, next).filter((one) => one.owns(uid));
          for (const uid of uids) expect(owners(uid)).to.have.length(1);
        }
      }),
      { numRuns: 30 },
    );
    ending.abort();
  });
});
