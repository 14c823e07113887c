// The election on a test's clock: which replica leads, which serves, which pod has the label.
import { expect } from 'chai';
import fc from 'fast-check';
import { leaderLabel } from '../../src/leader/label.ts';
import { type Asked, Candidate, FakeCluster, leaseName, Refusal } from './cluster.ts';

const durationMs = 6_000;
/** After the duration of a dead leader's lease: one look too late, and one more for a conflict. */
const slackMs = 2_000;
const lingerMs = 3_000;

describe('An election', () => {
  let cluster: FakeCluster;
  const pass = (ms: number): Promise<void> => cluster.clock.elapse(ms);

  beforeEach(() => {
    cluster = new FakeCluster();
  });

  type Given = ConstructorParameters<typeof Candidate>[2];
  const add = (pod: string, given?: Given): Candidate => new Candidate(cluster, pod, given);
  /** Two candidates, of which the first leads. */
  async function pair(): Promise<[Candidate, Candidate]> {
    const a = add('a');
    await pass(100);
    const b = add('b');
    await pass(2_000);
    expect([a.leads, b.leads]).to.deep.equal([true, false]);
    return [a, b];
  }
  const passesUntil = async (holds: () => boolean, msMax: number): Promise<number> => {
    for (let ms = 0; ms <= msMax; ms += 50) {
      if (holds()) return ms;
      await pass(50);
    }
    throw new Error(`waited ${msMax} ms in vain`);
  };

  it('makes one leader, whose pod alone has the label', async () => {
    const [a, b] = await pair();
    expect(cluster.labelled).to.deep.equal(['a']);
    expect(a.elector.status).to.deep.equal({
      serves: true,
      keepsConnections: true,
      ready: true,
      sentence: 'This replica leads.',
    });
    expect(b.elector.status).to.deep.equal({
      serves: false,
      keepsConnections: false,
      ready: true,
      sentence: 'This replica follows; a leads.',
    });
    await pass(60_000);
    expect([a.leads, b.leads]).to.deep.equal([true, false]);
    expect(a.elector.work).to.include({ began: 1, ceased: 0, failures: 0 });
    expect(cluster.lease?.spec).to.include({ leaseDurationSeconds: 6, leaseTransitions: 0 });
    expect(cluster.lease?.spec.renewTime).to.match(/^2026-01-15T12:0\d:\d\d\.\d{6}Z$/);
  });

  it('unlabels its own pod before it is ready, and keeps labels of other leases', async () => {
    cluster.pods.set('b', { [leaderLabel]: leaseName });
    cluster.pods.set('other', { [leaderLabel]: 'another-release' });
    cluster.write({ holderIdentity: 'c_1', leaseDurationSeconds: 6 });
    const b = add('b', { fate: ({ on }) => (on === 'pods' ? 'refused' : 'done') });
    await pass(1_500);
    expect(b.elector.status.ready).to.equal(false);
    b.fate = () => 'done';
    await pass(1_500);
    expect(b.elector.status).to.include({ ready: true, serves: false });
    expect(cluster.labelled).to.deep.equal([]);
    await pass(durationMs);
    expect(cluster.labelled).to.deep.equal(['b']);
    expect(cluster.pods.get('other')).to.deep.equal({ [leaderLabel]: 'another-release' });
  });

  it('does not elect a replica that could not serve', async () => {
    const cold = add('cold', { canLead: false });
    await pass(3_000);
    expect(cluster.lease).to.equal(undefined);
    const warm = add('warm');
    await pass(3_000);
    expect([cold.leads, warm.leads]).to.deep.equal([false, true]);
  });

  it('replaces a killed leader within the lease duration and two seconds', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 5_000 }), fc.nat(1_000), async (at, seed) => {
        cluster = new FakeCluster();
        const [a] = await pair();
        const c = add(`c${seed}`);
        await pass(at);
        a.kill();
        const others = cluster.labelled.includes('a') ? ['b', c.pod] : [];
        const tookMs = await passesUntil(
          () => cluster.labelled.length === 1 && others.includes(cluster.labelled[0] as string),
          durationMs + slackMs,
        );
        expect(tookMs).to.be.above(durationMs / 2);
      }),
      { numRuns: 60 },
    ));

  it('makes the synced replica leader at once where the leader restarts in its pod', async () => {
    const [a, b] = await pair();
    a.kill();
    await pass(300);
    const again = add('a', { canLead: false });
    await pass(1_100);
    expect([again.leads, b.leads]).to.deep.equal([false, true]);
    expect(cluster.labelled).to.deep.equal(['b']);
    again.canLead = true;
    await pass(10_000);
    expect([again.leads, b.leads]).to.deep.equal([false, true]);
  });

  it('leads again without a wait where the only replica restarts', async () => {
    const alone = add('a');
    await pass(1_000);
    alone.kill();
    const again = add('a', { canLead: false });
    await pass(100);
    expect(cluster.labelled).to.deep.equal([]);
    again.canLead = true;
    await pass(1_000);
    expect(again.leads).to.equal(true);
  });

  it('hands over when it leaves: every labelled pod serves at every moment', async () => {
    const [a, b] = await pair();
    let left = false;
    void a.elector.leave().then(() => {
      left = true;
    });
    await pass(0);
    expect(a.elector.status).to.include({ serves: true, keepsConnections: false });
    expect(a.stepsDown).to.equal(1);
    const tookMs = await passesUntil(() => {
      expect(cluster.labelled).to.not.be.empty;
      for (const pod of cluster.labelled) expect(pod === 'a' ? a.serves : b.serves).to.equal(true);
      return cluster.labelled.join() === 'b';
    }, 1_100);
    await pass(lingerMs - 50);
    expect([left, a.serves]).to.deep.equal([false, true]);
    await pass(500);
    expect(left).to.equal(true);
    expect(tookMs).to.be.below(1_100);
    expect(cluster.lease?.spec).to.include({ leaseTransitions: 1 });
  });

  it('stops waiting for a successor where none comes, or the API server is down', async () => {
    const [a, b] = await pair();
    let left = 0;
    void b.elector.leave().then(() => left++);
    await pass(0);
    expect(left).to.equal(1);
    a.fate = () => 'hangs';
    void a.elector.leave().then(() => left++);
    await pass(3_000);
    expect(left).to.equal(2);
  });

  it('keeps serving while it cannot renew, and steps down for another holder', async () => {
    const [a, b] = await pair();
    a.fate = () => 'hangs';
    await passesUntil(() => b.leads, durationMs + slackMs);
    await pass(60_000);
    expect(a.elector.status).to.include({ serves: true, keepsConnections: true });
    expect(a.elector.status.sentence).to.match(
      /^This replica leads\. Failing: expected to get the lease ksm/,
    );
    expect(cluster.labelled).to.deep.equal(['b']);
    a.fate = () => 'done';
    await passesUntil(() => !a.leads, 3_000);
    // A Service may still lead here, so it serves, but keeps no connection.
    expect(a.elector.status).to.include({ serves: true, keepsConnections: false });
    expect(a.stepsDown).to.equal(1);
    await pass(lingerMs + 100);
    expect(a.elector.status).to.include({ serves: false, keepsConnections: false });
    expect(a.elector.status.sentence).to.equal('This replica follows; b leads.');
    expect(b.elector.work).to.include({ began: 1, ceased: 0 });
    expect(cluster.labelled).to.deep.equal(['b']);
  });

  it('leaves the label to its successor, which may need a moment to set it', async () => {
    const [a, b] = await pair();
    b.fate = ({ on, verb }) => (on === 'pods' && verb === 'patch' ? 'refused' : 'done');
    cluster.write({ ...cluster.lease?.spec, holderIdentity: 'b_0' });
    await passesUntil(() => !a.leads && b.leads, 3_000);
    // The Service must not be without a pod, so the label stays where scrapes are answered.
    await pass(lingerMs - 1_000);
    expect(cluster.labelled).to.deep.equal(['a']);
    expect(a.serves).to.equal(true);
    b.fate = () => 'done';
    await pass(1_500);
    expect(cluster.labelled).to.deep.equal(['b']);
  });

  it('renews in time though requests for labels are slow', async () => {
    const [a, b] = await pair();
    cluster.pods.set('c', { [leaderLabel]: leaseName });
    a.fate = ({ on }) => (on === 'pods' ? 'slow' : 'done');
    await pass(60_000);
    expect([a.leads, b.leads]).to.deep.equal([true, false]);
    expect(a.elector.work).to.include({ began: 1, ceased: 0 });
    a.fate = () => 'done';
    await pass(3_000);
    expect(cluster.labelled).to.deep.equal(['a']);
  });

  for (const fate of ['refused', 'hangs'] as const) {
    it(`keeps its leader over an API server's outage (requests: ${fate})`, async () => {
      const [a, b] = await pair();
      for (const seconds of [1, 7, 30, 300]) {
        a.fate = b.fate = () => fate;
        await pass(seconds * 1_000);
        expect([a.serves, b.serves]).to.deep.equal([true, false]);
        a.fate = b.fate = () => 'done';
        await pass(10_000);
        expect([a.leads, b.leads]).to.deep.equal([true, false]);
      }
      expect(b.elector.work.began).to.equal(0);
      expect(cluster.labelled).to.deep.equal(['a']);
    });
  }

  it('ignores the clocks of others, and jumps of its own', async () => {
    const [a, b] = await pair();
    for (const skewMs of [-86_400_000, 86_400_000, 0]) {
      a.skewMs = skewMs;
      b.skewMs = -skewMs;
      await pass(20_000);
      expect([a.leads, b.leads]).to.deep.equal([true, false]);
    }
    expect(a.elector.work.failures + b.elector.work.failures).to.equal(0);
  });

  it('treats a lost answer as a possible success', async () => {
    const a = add('a', { fate: ({ verb }) => (verb === 'create' ? 'lost' : 'done') });
    await pass(4_000);
    expect(a.leads).to.equal(true);
    const b = add('b');
    a.fate = ({ verb }) => (verb === 'update' ? 'lost' : 'done');
    await pass(3_000);
    a.fate = () => 'done';
    await pass(10_000);
    expect([a.leads, b.leads]).to.deep.equal([true, false]);
    expect(a.elector.work).to.include({ began: 1, ceased: 0 });
  });

  it('releases a lease that it acquired while it was leaving', async () => {
    const a = add('a', { fate: ({ verb }) => (verb === 'create' ? 'lost' : 'done') });
    await pass(100);
    let left = false;
    void a.elector.leave().then(() => {
      left = true;
    });
    await pass(500);
    expect(left).to.equal(true);
    expect(cluster.lease?.spec).to.not.have.property('holderIdentity');
  });

  it('keeps leading where the lease is changed or deleted by others', async () => {
    const [a] = await pair();
    cluster.write({ ...cluster.lease?.spec, note: 'kubectl was here' });
    await pass(3_000);
    expect(cluster.lease?.spec).to.include({ note: 'kubectl was here' });
    cluster.lease = undefined;
    // Whoever comes first makes it anew; one leads, and serves, at any time.
    await passesUntil(() => cluster.lease !== undefined, 3_000);
    await pass(10_000);
    expect(cluster.labelled).to.have.length(1);
    expect(a.elector.work.failures).to.equal(0);
  });

  it('steps down where somebody writes another holder into the lease', async () => {
    const [a, b] = await pair();
    cluster.write({ ...cluster.lease?.spec, holderIdentity: 'nobody' });
    await pass(2_100);
    expect([a.leads, b.leads]).to.deep.equal([false, false]);
    await pass(durationMs + slackMs);
    expect([a.leads, b.leads].filter(Boolean)).to.have.length(1);
    expect(cluster.labelled).to.have.length(1);
  });

  it('corrects labels that somebody has changed', async () => {
    const [a] = await pair();
    cluster.pods.set('a', {});
    cluster.pods.set('b', { [leaderLabel]: leaseName });
    await pass(12_000);
    expect(cluster.labelled).to.deep.equal(['a']);
    expect(a.leads).to.equal(true);
  });

  it('stops leading once its pod is deleted', async () => {
    const [a, b] = await pair();
    cluster.pods.delete('a');
    await pass(14_000);
    expect([a.leads, b.leads]).to.deep.equal([false, true]);
    await pass(lingerMs);
    expect(a.elector.status.serves).to.equal(false);
    expect(cluster.labelled).to.deep.equal(['b']);
  });

  it('elects one of three that see the same lease expire', async () => {
    const [a, b] = await pair();
    const c = add('c');
    await pass(2_000);
    a.kill();
    await pass(durationMs + slackMs);
    expect([b.leads, c.leads].filter(Boolean)).to.have.length(1);
    expect(cluster.labelled).to.have.length(1);
    expect(b.elector.work.failures + c.elector.work.failures).to.equal(0);
  });

  it('loses a race without an error', async () => {
    let raced = false;
    const fate = ({ verb }: Asked): 'done' => {
      if (verb === 'create' && !raced) {
        raced = true;
        cluster.write({ holderIdentity: 'z_1', leaseDurationSeconds: 6 });
      }
      return 'done';
    };
    const a = add('a', { fate });
    await pass(3_000);
    expect(raced).to.equal(true);
    expect(a.leads).to.equal(false);
    expect(a.elector.work.failures).to.equal(0);
    expect(a.elector.status.sentence).to.equal('This replica follows; z leads.');
  });

  const refusals: [on: 'lease' | 'pods', sentence: string][] = [
    ['lease', 'get the lease ksm in namespace x'],
    ['pods', 'patch the pod a in namespace x'],
  ];
  for (const [on, what] of refusals) {
    it(`logs once that it may not ${what}, and is not ready`, async () => {
      const a = add('a', { fate: (asked) => (asked.on === on ? new Refusal(403) : 'done') });
      await pass(20_000);
      const sentence =
        `expected to be allowed to ${what}, got: answered 403; ` +
        'give the service account the role of docs/high-availability.md';
      expect(a.said).to.deep.equal([`leader election failed, retrying: ${sentence}`]);
      expect(a.elector.status.ready).to.equal(false);
      expect(a.elector.status.sentence).to.include(`${sentence}.`);
    });
  }

  /** What may befall a cluster, a second or more apart. */
  const event = fc.record({
    what: fc.constantFrom('kill', 'cut', 'heal', 'leave', 'outage', 'lose'),
    who: fc.nat(2),
    afterMs: fc.integer({ min: 100, max: 9_000 }),
  });

  it('ends with one leader and its label, whatever happened before', () =>
    fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 12 }), async (events) => {
        cluster = new FakeCluster();
        const candidates = ['a', 'b', 'c'].map((pod) => add(pod));
        const holders = (): number => {
          const holder = String(cluster.lease?.spec.holderIdentity ?? '').split('_')[0];
          return candidates.filter((one) => one.leads && one.pod === holder).length;
        };
        for (const { what, who, afterMs } of events) {
          const one = candidates[who] as Candidate;
          if (what === 'kill') one.kill();
          if (what === 'leave') {
            await Promise.race([one.elector.leave(), pass(7_000)]);
            one.kill();
          }
          // A pod whose process ended gets another one, which is cold for a while.
          if (!one.alive) candidates[who] = add(one.pod);
          if (what === 'cut') one.fate = () => 'hangs';
          if (what === 'lose') one.fate = ({ verb }) => (verb === 'update' ? 'lost' : 'done');
          if (what === 'outage') for (const each of candidates) each.fate = () => 'refused';
          if (what === 'heal') for (const each of candidates) each.fate = () => 'done';
          await pass(afterMs);
          expect(holders()).to.be.at.most(1);
        }
        for (const each of candidates) each.fate = () => 'done';
        await pass(30_000);
        const leading = candidates.filter(({ leads }) => leads).map(({ pod }) => pod);
        expect(leading).to.have.length(1);
        expect(cluster.labelled).to.deep.equal(leading);
        expect(candidates.filter(({ serves }) => serves)).to.have.length(1);
      }),
      { numRuns: 100 },
    ));
});
