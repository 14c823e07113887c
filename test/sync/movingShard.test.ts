// What a shard owns while its StatefulSet changes: in number, and in how objects are divided.
import { expect } from 'chai';
import fc from 'fast-check';
import { seededRandom, uuid } from '../../src/demo/random.ts';
import { type Claim, Claims, type ShardScheme } from '../../src/sync/claims.ts';
import { MovingShard } from '../../src/sync/movingShard.ts';
import { shardOf } from '../../src/sync/shardHash.ts';
import { recordingLog, settled } from '../kube/harness.ts';
import { TestClock } from '../support/clock.ts';

/** As random as those of a server: uids that are alike have hashes that are. */
const random = seededRandom(1);
const uids = Array.from({ length: 300 }, () => uuid(random));

describe('A shard that changes with its StatefulSet', () => {
  let clock: TestClock;
  let log: ReturnType<typeof recordingLog>;
  let relists: number;
  let listMs: number;
  let listed: boolean;
  let ending: AbortController;
  let shard: MovingShard;

  beforeEach(() => {
    clock = new TestClock();
    log = recordingLog();
    relists = 0;
    listMs = 0;
    listed = true;
    ending = new AbortController();
  });

  afterEach(() => ending.abort());

  const open = (scheme: ShardScheme): MovingShard =>
    new MovingShard({
      clock,
      log,
      signal: ending.signal,
      scheme,
      relist: () => {
        relists++;
      },
      isCaughtUp: () => listed,
      listMs: () => listMs,
    });
  const owned = (): string[] => uids.filter((uid) => shard.owns(uid));

  describe('by jump hash', () => {
    beforeEach(() => {
      shard = open('jump-hash');
    });

    const of = (index: number, total: number): string[] =>
      uids.filter((uid) => shardOf(uid, total) === index);

    it('owns nothing until the StatefulSet was seen', () => {
      expect(shard.shard).to.equal(undefined);
      expect(owned()).to.deep.equal([]);
    });

    it('gets its first shard without a relist, for nothing was listed', () => {
      shard.saw({ index: 1, total: 2, ready: 0, mixed: false });
      expect(shard.shard).to.deep.equal({ scheme: 'jump-hash', index: 1, total: 2 });
      expect(owned()).to.deep.equal(of(1, 2));
      expect(relists).to.equal(0);
    });

    it('keeps objects that it loses until as many replicas are ready as there are shards', () => {
      shard.saw({ index: 0, total: 1, ready: 1, mixed: false });
      shard.saw({ index: 0, total: 3, ready: 1, mixed: false });
      shard.saw({ index: 0, total: 3, ready: 2, mixed: false });
      expect(shard.shard).to.deep.equal({ scheme: 'jump-hash', index: 0, total: 3 });
      expect([owned().length, relists]).to.deep.equal([uids.length, 0]);
      shard.saw({ index: 0, total: 3, ready: 3, mixed: false });
      expect(owned()).to.deep.equal(of(0, 3));
      expect(relists).to.equal(1);
      shard.saw({ index: 0, total: 3, ready: 3, mixed: false });
      expect(relists).to.equal(1);
    });

    it('counts in its newest shard alone, and in none once it is scaled away', () => {
      const counted = (): string[] => uids.filter((uid) => shard.counts(uid));
      expect(counted()).to.deep.equal([]);
      shard.saw({ index: 1, total: 2, ready: 2, mixed: false });
      expect(counted()).to.deep.equal(of(1, 2));
      shard.saw({ index: 1, total: 3, ready: 2, mixed: false });
      expect(owned()).to.deep.equal(of(1, 2));
      expect(counted()).to.deep.equal(of(1, 3));
      shard.saw({ index: 1, total: 1, ready: 3, mixed: false });
      expect(counted()).to.deep.equal([]);
    });

    it('drops objects that it loses after five minutes at the latest, and logs it', async () => {
      shard.saw({ index: 0, total: 1, ready: 1, mixed: false });
      shard.saw({ index: 0, total: 2, ready: 1, mixed: false });
      clock.advance(5 * 60_000 - 1);
      await settled(() => relists);
      expect(owned()).to.deep.equal(uids);
      clock.advance(1);
      await settled(() => relists);
      expect(owned()).to.deep.equal(of(0, 2));
      expect(relists).to.equal(1);
      expect(log.lines).to.include(
        'warn not all replicas are ready, with complete lists, within the time limit',
      );
    });

    it('lists the objects that it gains at once', () => {
      shard.saw({ index: 0, total: 3, ready: 3, mixed: false });
      shard.saw({ index: 0, total: 2, ready: 3, mixed: false });
      expect(owned()).to.deep.equal(of(0, 2));
      expect(relists).to.equal(1);
      expect(clock.pending).to.deep.equal([]);
    });

    it('counts the five minutes from the last change', async () => {
      shard.saw({ index: 0, total: 1, ready: 1, mixed: false });
      shard.saw({ index: 0, total: 2, ready: 1, mixed: false });
      clock.advance(200_000);
      shard.saw({ index: 0, total: 3, ready: 1, mixed: false });
      await settled(() => clock.pending);
      expect(clock.pending).to.deep.equal([300_000]);
    });

    it('keeps all its objects when it is scaled away', () => {
      shard.saw({ index: 2, total: 3, ready: 3, mixed: false });
      shard.saw({ index: 2, total: 2, ready: 2, mixed: false });
      shard.saw({ index: 2, total: 2, ready: 2, mixed: false });
      expect(owned()).to.deep.equal(of(2, 3));
      expect(log.lines).to.deep.equal(['warn the StatefulSet was scaled down below this shard']);
    });

    const leaves: [what: string, listMs: number, total: number, leaveMs: number[]][] = [
      ['for a while', 0, 2, [5_000]],
      ['twice as long as it took itself to list, and 5 s', 6_000, 2, [17_000]],
      ['no longer than it may', 60_000, 2, [20_000]],
      ['no longer where no other shard is left', 6_000, 0, []],
    ];
    for (const [what, took, total, leaveMs] of leaves) {
      it(`serves on after SIGTERM when it is scaled away: ${what}`, async () => {
        listMs = took;
        shard.saw({ index: 2, total: 3, ready: 3, mixed: false });
        await shard.leave(20_000);
        shard.saw({ index: 2, total, ready: total, mixed: false });
        const leaving = shard.leave(20_000);
        await settled(() => clock.pending);
        expect(clock.pending).to.deep.equal(leaveMs);
        expect(log.lines.some((line) => line.includes('too short'))).to.equal(took === 60_000);
        clock.advance(20_000);
        await leaving;
      });
    }

    it('ends its waits with the pipeline', async () => {
      shard.saw({ index: 0, total: 1, ready: 1, mixed: false });
      shard.saw({ index: 0, total: 2, ready: 1, mixed: false });
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
            return open('jump-hash');
          });
          let total = changes[0] as number;
          const see = (index: number, ready: number): void => {
            if (index < total) shards[index]?.saw({ index, total, ready, mixed: false });
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
    });
  });

  describe('by ranges', () => {
    beforeEach(() => {
      shard = open('uid-range');
    });

    const of = (...claims: [scheme: ShardScheme, index: number, total: number][]): string[] => {
      const all = new Claims(
        claims.map(([scheme, index, total]): Claim => ({ scheme, index, total })),
      );
      return uids.filter((uid) => all.owns(uid));
    };
    const saw = (index: number, total: number, ready: number, mixed = false): void =>
      shard.saw({ index, total, ready, mixed });
    /** So much time, in steps in which the shard looks around. */
    const pass = async (ms: number): Promise<void> => {
      for (let left = ms; left > 0; left -= 500) {
        await settled(() => [clock.pending, relists]);
        clock.advance(Math.min(left, 500));
      }
      await settled(() => [clock.pending, relists]);
    };

    it('asks the server for what it owns, and for all where it owns all', () => {
      saw(0, 2, 2);
      expect(shard.ranges()?.selector).to.equal(
        "shardRange(object.metadata.uid, '0x0000000000000000', '0x8000000000000000')",
      );
      saw(0, 1, 2);
      expect(shard.ranges()).to.equal(undefined);
    });

    it('asks for old and new ranges until the others have listed what it loses', async () => {
      saw(1, 2, 2);
      saw(1, 3, 2);
      expect([owned(), relists]).to.deep.equal([of(['uid-range', 1, 2], ['uid-range', 1, 3]), 1]);
      expect(shard.ranges()?.selector).to.equal(
        "shardRange(object.metadata.uid, '0x5555555555555555', '0x10000000000000000')",
      );
      await pass(20_000);
      expect(relists, 'the third is not ready').to.equal(1);
      saw(1, 3, 3);
      await pass(14_000);
      expect(relists, 'others may still list').to.equal(1);
      await pass(2_000);
      expect([owned(), relists]).to.deep.equal([of(['uid-range', 1, 3]), 2]);
    });

    it('keeps what it loses to a shard that is ready already when the number shrinks', async () => {
      saw(1, 3, 3);
      saw(1, 2, 3);
      expect(owned()).to.deep.equal(of(['uid-range', 1, 3], ['uid-range', 1, 2]));
      await pass(16_000);
      expect(owned()).to.deep.equal(of(['uid-range', 1, 2]));
    });

    it('counts that time from when its own lists are complete', async () => {
      listed = false;
      saw(1, 3, 3);
      saw(1, 2, 3);
      await pass(60_000);
      expect(relists).to.equal(1);
      listed = true;
      await pass(14_000);
      expect(relists).to.equal(1);
      await pass(2_000);
      expect(relists).to.equal(2);
    });

    const waits: [what: string, from: number, to: number, seconds: number][] = [
      // It listed half of all when it started; others list a half and a third.
      ['a shard that only loses', 2, 3, 15 + 2 * 10 * (5 / 6 / (1 / 2))],
      // It lists its fifth and its half again, as the others do.
      ['a shard that gains', 5, 2, 15 + 2 * 10],
    ];
    for (const [what, from, to, seconds] of waits) {
      it(`keeps what it loses for the time of others' lists: ${what}`, async () => {
        const index = what.includes('gains') ? 1 : 0;
        listMs = 10_000;
        saw(index, from, from);
        saw(index, to, Math.max(from, to));
        const before = relists;
        await pass((seconds - 1) * 1_000);
        expect(relists).to.equal(before);
        await pass(2_000);
        expect(relists).to.equal(before + 1);
      });
    }

    it('drops them after five minutes at the latest, and logs it', async () => {
      listed = false;
      saw(1, 3, 3);
      saw(1, 2, 3);
      await pass(5 * 60_000 + 500);
      expect(owned()).to.deep.equal(of(['uid-range', 1, 2]));
      expect(log.lines).to.include(
        'warn not all replicas are ready, with complete lists, within the time limit',
      );
    });

    it('owns what either scheme gives it while pods of both run, and asks for all objects', () => {
      saw(1, 3, 3);
      saw(1, 3, 2, true);
      expect([owned(), relists]).to.deep.equal([of(['uid-range', 1, 3], ['jump-hash', 1, 3]), 1]);
      expect(shard.ranges()).to.equal(undefined);
      saw(1, 3, 2);
      expect(owned(), 'not all are ready').to.have.length.above(of(['uid-range', 1, 3]).length);
      saw(1, 3, 3);
      expect([owned(), relists]).to.deep.equal([of(['uid-range', 1, 3]), 2]);
      expect(shard.ranges()?.selector).to.include('0x5555555555555555');
    });

    it('owns both from its first list on where it starts among pods of both', () => {
      saw(0, 2, 1, true);
      expect([owned(), relists]).to.deep.equal([of(['uid-range', 0, 2], ['jump-hash', 0, 2]), 0]);
    });
  });
});
