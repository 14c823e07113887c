// Shards of a StatefulSet through random histories: each object has a shard that has listed it.
import { expect } from 'chai';
import fc from 'fast-check';
import { seededRandom, uuid } from '../../src/demo/random.ts';
import type { ShardScheme } from '../../src/sync/claims.ts';
import { MovingShard } from '../../src/sync/movingShard.ts';
import { recordingLog } from '../kube/harness.ts';
import { TestClock } from '../support/clock.ts';

/** As random as those of a server: uids that are alike have hashes that are. */
const random = seededRandom(1);
const uids = Array.from({ length: 300 }, () => uuid(random));

describe('Shards of a StatefulSet, through any history', () => {
  /** What may happen: another number of replicas, soon followed by another; a roll-out. */
  const steps = fc.array(
    fc.oneof(
      fc.record({ what: fc.constant('scale' as const), to: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ what: fc.constant('hurry' as const), to: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ what: fc.constant('roll' as const), to: fc.integer({ min: 0, max: 5 }) }),
    ),
    { minLength: 1, maxLength: 5 },
  );
  const schemes = fc.constantFrom<ShardScheme>('jump-hash', 'uid-range');
  /** How long each shard would take to list all objects: some are slower than others. */
  const paces = fc
    .tuple(
      fc.integer({ min: 0, max: 60_000 }),
      fc.array(fc.double({ min: 1, max: 1.9, noNaN: true }), { minLength: 6, maxLength: 6 }),
    )
    .map(([ms, slownesses]) => slownesses.map((slowness) => ms * slowness));

  it('leave no object without an owner that has listed it, and in the end one each', async () => {
    await fc.assert(
      fc.asyncProperty(steps, schemes, paces, async (history, first, allMs) => {
        const set = new SimulatedSet(first, allMs);
        await set.start(2);
        for (const { what, to } of history) {
          if (what === 'roll') await set.roll(to);
          else await set.scale(to);
          if (what === 'hurry') continue;
          await set.rest();
          expect(set.doubles(), 'doubles at rest').to.deep.equal([]);
        }
        set.end();
      }),
      { numRuns: 40 },
    );
  }).timeout(60_000);
});

/** Half seconds until all have listed, waited for the others, and listed again. */
const restSteps = 700;
/** And until the number changes again. */
const hurriedSteps = 8;

/** A pod: its shard, and the objects that it has listed, which it serves if it still owns them. */
interface SimulatedPod {
  readonly scheme: ShardScheme;
  readonly shard: MovingShard;
  listed: ReadonlySet<string>;
  /** When the list that it was told to make is complete. */
  dueMs: number | undefined;
  /** How long its last list took. */
  listMs: number;
}

/** Its controller, and pods that list some time after they are told to. */
class SimulatedSet {
  readonly #clock = new TestClock();
  readonly #ending = new AbortController();
  readonly #pods: SimulatedPod[] = [];
  readonly #allMs: readonly number[];
  #scheme: ShardScheme;
  #total = 0;

  constructor(scheme: ShardScheme, allMs: readonly number[]) {
    this.#scheme = scheme;
    this.#allMs = allMs;
  }

  async start(total: number): Promise<void> {
    this.#total = total;
    for (let i = 0; i < total; i++) this.#begin(i, false);
    await this.rest();
  }

  async scale(total: number): Promise<void> {
    const before = this.#total;
    this.#total = total;
    this.#tell(Math.min(before, total), false);
    this.#look();
    for (let i = before; i < total; i++) this.#begin(i, false);
    if (total < before) {
      // The pods that leave serve on until the others have had the time to list.
      this.#listDue();
      this.#look();
      this.#pods.splice(total);
    }
    await this.#live(hurriedSteps);
  }

  /** The pods are replaced from the last to the first by some of the other scheme. */
  async roll(seed: number): Promise<void> {
    const next = this.#scheme === 'jump-hash' ? 'uid-range' : 'jump-hash';
    for (const pod of this.#pods) this.#place(pod, this.#total, this.#isMixed(pod.scheme, next));
    this.#look();
    this.#listDue();
    this.#scheme = next;
    for (let i = this.#total - 1; i >= 0; i--) {
      // What only this pod serves is missing until it is back: as in any restart.
      this.#begin(i, this.#isMixed(next, next));
      if (seed % 2 === 0) await this.#pass(20_000);
      this.#look();
    }
  }

  /** Pods by ranges do not know what the pods of the revision before are. */
  #isMixed(own: ShardScheme, next: ShardScheme): boolean {
    return own !== next || own === 'uid-range';
  }

  doubles(): string[] {
    return uids.filter((uid) => this.#servedBy(uid) !== 1);
  }

  end(): void {
    this.#ending.abort();
  }

  #begin(index: number, mixed: boolean): void {
    const pod: SimulatedPod = {
      scheme: this.#scheme,
      shard: new MovingShard({
        clock: this.#clock,
        log: recordingLog(),
        signal: this.#ending.signal,
        scheme: this.#scheme,
        relist: () => {
          pod.dueMs = this.#clock.now() + this.#listMsOf(pod);
        },
        isCaughtUp: () => pod.dueMs === undefined,
        listMs: () => pod.listMs,
      }),
      listed: new Set(),
      dueMs: undefined,
      listMs: 0,
    };
    this.#pods[index] = pod;
    this.#place(pod, 0, mixed);
    this.#list(pod);
  }

  #place(pod: SimulatedPod, ready: number, mixed: boolean): void {
    const index = this.#pods.indexOf(pod);
    pod.shard.saw({ index, total: this.#total, ready, mixed });
  }

  #tell(ready: number, mixed: boolean): void {
    for (const pod of this.#pods) this.#place(pod, ready, mixed);
  }

  /** It asks the server for what it owns; for all objects where that is by jump hash. */
  #listMsOf(pod: SimulatedPod): number {
    return (this.#allMs[this.#pods.indexOf(pod)] ?? 0) * (pod.shard.ranges()?.share ?? 1);
  }

  #list(pod: SimulatedPod): void {
    pod.listed = new Set(uids.filter((uid) => pod.shard.owns(uid)));
    pod.listMs = this.#listMsOf(pod);
    pod.dueMs = undefined;
  }

  /** Lists of which the time has come, or all. */
  #listDue(byMs = Number.POSITIVE_INFINITY): void {
    for (const pod of this.#pods) if ((pod.dueMs ?? Infinity) <= byMs) this.#list(pod);
  }

  /** All are ready; each drops what it has to, and lists what is due, some time after another. */
  async rest(): Promise<void> {
    this.#tell(this.#total, false);
    await this.#live(restSteps);
    this.#listDue();
    this.#look();
  }

  async #live(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      await this.#pass(500);
      this.#listDue(this.#clock.now());
      this.#look();
    }
  }

  async #pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      this.#clock.advance(500);
      // Each of the sleeping pods gets its turns.
      for (let turn = 0; turn < 4; turn++) await Promise.resolve();
    }
  }

  /** A scrape of all shards: a list that is due leaves what was listed before in place. */
  #look(): void {
    const missing = uids.filter((uid) => this.#servedBy(uid) === 0);
    expect(missing, 'objects that no shard serves').to.deep.equal([]);
  }

  #servedBy(uid: string): number {
    return this.#pods.filter(({ listed }) => listed.has(uid)).length;
  }
}
