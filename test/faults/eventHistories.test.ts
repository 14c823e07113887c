// Random histories of Events: each occurrence counts once, whatever happens to watches and lists.
import { expect } from 'chai';
import type { ApiObject } from '../../src/demo/objects.ts';
import { totalsIn } from '../store/counted.ts';
import { eventOf } from '../support/events.ts';
import * as faults from '../support/faults.ts';
import { RandomHistory } from './randomHistory.ts';
import { watches } from './scene.ts';

const seeds = [1, 2, 3, 4, 5, 6];
const actsPerHistory = 60;
const pausesMs = [0, 0, 20, 100, 500, 1_500, 12_000];
/** By the clock of the test, once all is quiet. */
const settleMsMax = 60_000;
const reasons = ['BackOff', 'Failed', 'Pulled'];

describe('After whatever happened to Events', () => {
  for (const seed of seeds)
    it(`each occurrence since the start is counted once (seed ${seed})`, async () => {
      await new History(seed).run(actsPerHistory);
    });
});

interface Occurring {
  readonly reason: string;
  readonly count: number;
}

class History extends RandomHistory {
  #created = 0;
  /** Events of the server by name. */
  readonly #events = new Map<string, Occurring>();
  /** Those that were counted as they are now: only these are deleted, others nobody could count. */
  readonly #settled = new Map<string, Occurring>();
  /** What happened since the start, by series. */
  readonly #happened = new Map<string, number>();
  #seen: Readonly<Record<string, number>> = {};

  constructor(seed: number) {
    super(seed, pausesMs);
  }

  async begin(): Promise<void> {
    const { scene } = this;
    for (let i = 0; i < 20; i++) this.#create(`old-${i}`, 1 + i);
    this.#happened.clear();
    await scene.listen();
    const flags = ['--resources=events,pods', '--metric-allowlist=^kube_events_total$'];
    this.program = await scene.start(...flags, ...this.checkFlags);
    await scene.until(() => watches(this.running));
    await this.scrapeWhole();
    expect(Object.values(this.#seen).every((value) => value === 0)).to.equal(true);
  }

  async end(): Promise<void> {
    this.scene.server.faults.clear();
    const right = async (): Promise<boolean> => {
      await this.scrapeWhole();
      return this.#isCounted() && watches(this.running);
    };
    const told = (): object => ({ acts: this.told, seen: this.#seen });
    await this.scene.until(right, settleMsMax).catch(() => {
      expect(told()).to.deep.include({ seen: Object.fromEntries(this.#happened) });
    });
    await this.scene.clock.step(5_000);
    expect(await right(), 'it stays right').to.equal(true);
  }

  /** No count ever falls, and none is more than what happened. */
  protected override look(text: string): void {
    const totals = totalsIn(text);
    for (const [series, before] of Object.entries(this.#seen)) {
      expect(totals[series], `${series} after ${this.told}`).to.be.at.least(before);
    }
    for (const [series, total] of Object.entries(totals)) {
      const most = this.#happened.get(series) ?? 0;
      expect(total, `${series} after ${this.told}`).to.be.at.most(most);
    }
    this.#seen = totals;
    if (!this.#isCounted()) return;
    this.#settled.clear();
    for (const [name, event] of this.#events) this.#settled.set(name, event);
  }

  protected readonly moves: Readonly<Record<string, () => void>> = {
    create: () => {
      for (let i = 0; i < 5; i++) this.#create(`came-${this.#created++}`, 1);
    },
    createCounted: () => this.#create(`came-${this.#created++}`, 1 + this.#below(9)),
    repeat: () => this.#grow(1),
    repeatOften: () => {
      for (let i = 0; i < 10; i++) this.#grow(1 + this.#below(3));
    },
    expire: () => {
      for (const name of [...this.#settled.keys()].slice(0, 4)) this.#delete(name);
    },
    recreate: () => {
      const [name] = this.#settled.keys();
      if (name === undefined) return;
      this.#delete(name);
      this.#create(name, 1 + this.#below(3));
    },
    gone: () => this.scene.onWatches(faults.gone, { times: 1, resource: 'events' }),
    cut: () => this.scene.server.cut(),
    silentDeletions: () => {
      this.scene.onWatches(faults.missedDeletions, { times: 1, resource: 'events' });
    },
    breakLists: () => this.scene.onLists(faults.resetWithin(300), { times: 1, resource: 'events' }),
    noStreams: () => {
      const act = faults.watchList('refused');
      this.scene.server.faults.add({ verb: 'watch', act, times: 2, resource: 'events' });
    },
  };

  #below(max: number): number {
    return Math.floor(this.random() * max);
  }

  #isCounted(): boolean {
    return [...this.#happened].every(([series, count]) => this.#seen[series] === count);
  }

  #happens(reason: string, times: number): void {
    const series = `x ${reason}`;
    this.#happened.set(series, (this.#happened.get(series) ?? 0) + times);
  }

  /** Some are counted in a series. */
  #event(name: string, event: Occurring): ApiObject {
    return eventOf(name, event, name.endsWith('1'));
  }

  #create(name: string, count: number): void {
    const reason = this.pick(reasons);
    this.scene.server.create(this.#event(name, { reason, count }));
    this.#events.set(name, { reason, count });
    this.#happens(reason, count);
  }

  /** One of the Events comes again, as its client counts it: the old way, or in a series. */
  #grow(times: number): void {
    if (this.#events.size === 0) return;
    const [name, event] = this.pick([...this.#events]);
    const count = event.count + times;
    const { server } = this.scene;
    const now = server.get<ApiObject>('events', 'x', name) as ApiObject;
    server.update({ ...now, ...this.#event(name, { ...event, count }), metadata: now.metadata });
    this.#events.set(name, { ...event, count });
    this.#settled.delete(name);
    this.#happens(event.reason, times);
  }

  #delete(name: string): void {
    this.scene.server.delete('events', 'x', name);
    this.#events.delete(name);
    this.#settled.delete(name);
  }
}
