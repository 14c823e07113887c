// A leader that is frozen between renewal and label, and leases that hold for odd times.
import { expect } from 'chai';
import { Candidate, FakeCluster, type Fate } from './cluster.ts';

const slackMs = 2_000;

describe('An election, when odd things happen,', () => {
  let cluster: FakeCluster;
  const pass = (ms: number): Promise<void> => cluster.clock.elapse(ms);
  beforeEach(() => {
    cluster = new FakeCluster();
  });

  const add = (pod: string, given?: ConstructorParameters<typeof Candidate>[2]): Candidate =>
    new Candidate(cluster, pod, given);
  const passesUntil = async (holds: () => boolean, msMax: number): Promise<void> => {
    for (let ms = 0; !holds(); ms += 50) {
      if (ms > msMax) throw new Error(`waited ${msMax} ms in vain`);
      await pass(50);
    }
  };

  it('does not label itself after it was frozen between its renewal and the patch', async () => {
    const a = add('a', { fate: ({ verb }) => (verb === 'patch' ? fate : 'done') });
    let fate: Fate = 'done';
    await passesUntil(() => a.elector.status.ready, 2_000);
    cluster.pods.set('a', {});
    // It leads, and what it patches does not get through before it is frozen.
    fate = 'frozen';
    await passesUntil(() => cluster.frozen.length > 0, 30_000);
    a.kill();
    const b = add('b');
    await passesUntil(() => b.leads && cluster.labelled.includes('b'), 20_000);
    const refusals = cluster.thaw();
    expect(refusals).to.deep.equal([409]);
    expect(cluster.labelled).to.deep.equal(['b']);
  });

  it('retries at once where the kubelet has written to its pod meanwhile', async () => {
    let touches = 2;
    const a = add('a', {
      fate: ({ verb, on }) => {
        if (verb === 'patch' && on === 'pods' && touches-- > 0) cluster.touch('a');
        return 'done';
      },
    });
    await pass(300);
    expect([a.leads, cluster.labelled]).to.deep.equal([true, ['a']]);
    expect(a.elector.work.failures).to.equal(0);
  });

  for (const seconds of [0, -1, 0.5, 2 ** 31 - 1, 1e12, Number.NaN]) {
    it(`takes over a lease with a duration of ${seconds} s in time`, async () => {
      cluster.write({ holderIdentity: 'gone_1', leaseDurationSeconds: seconds });
      const a = add('a');
      await passesUntil(() => a.leads, 300_000 + slackMs);
    });
  }
});
