// RandomHistory is the frame of random histories: acts by a seed, and looks at what is served.
import { expect } from 'chai';
import type { Running } from '../../src/app/run.ts';
import { seededRandom } from '../../src/demo/random.ts';
import { Scene, scrape, watches } from './scene.ts';

/** How often, between two acts, it is looked at what is served. */
const looksPart = 0.3;

/** What is served once all is quiet, what it should be, and how soon by the clock of the test. */
export interface Settled {
  readonly served: () => Promise<readonly string[]>;
  readonly expected: () => readonly string[];
  readonly withinMs: number;
  /** For so long it stays as it should be. */
  readonly staysMs?: number;
}

export abstract class RandomHistory {
  readonly scene = new Scene();
  /** The program, once `begin` has started it. */
  protected program: Running | undefined;
  /** A check would heal what is lost: every other history goes without. */
  protected readonly checked: boolean;
  /** What was done, for whoever looks for the cause of a failure. */
  readonly #acts: string[] = [];
  readonly #random: () => number;
  readonly #pausesMs: readonly number[];

  constructor(seed: number, pausesMs: readonly number[]) {
    this.#random = seededRandom(seed);
    this.#pausesMs = pausesMs;
    this.checked = seed % 2 === 0;
  }

  abstract begin(): Promise<void>;
  /** All that was wrong ends; in time what is served must be right. */
  abstract end(): Promise<void>;
  /** Looks at a scrape, which was answered and has no object twice. */
  protected look?(text: string): void;
  protected abstract readonly moves: Readonly<Record<string, () => void>>;

  /** Runs all of it. */
  async run(acts: number): Promise<void> {
    try {
      await this.begin();
      for (let i = 0; i < acts; i++) await this.#act();
      await this.end();
    } finally {
      await this.scene.stop();
    }
  }

  protected get running(): Running {
    if (this.program === undefined) throw new Error('the program was not started');
    return this.program;
  }

  /** Flags of the program for `checked`. */
  protected get checkFlags(): string[] {
    return this.checked ? ['--consistency-check-interval=10s'] : [];
  }

  protected get told(): string {
    return this.#acts.join(' ');
  }

  protected random(): number {
    return this.#random();
  }

  protected pick<T>(all: readonly T[]): T {
    return all[Math.floor(this.#random() * all.length)] as T;
  }

  /** All that was wrong ends: in time what is served is what it should be, and stays so. */
  protected async settle({ served, expected, withinMs, staysMs = 5_000 }: Settled): Promise<void> {
    const { scene } = this;
    scene.server.faults.clear();
    const isRight = async (): Promise<boolean> =>
      (await served()).join('\n') === expected().join('\n') && watches(this.running);
    await scene.until(isRight, withinMs).catch(async () => {
      const [now, wanted] = [await served(), expected()];
      const missing = wanted.filter((one) => !now.includes(one));
      const surplus = now.filter((one) => !wanted.includes(one));
      expect({ missing, surplus, acts: this.told }).to.deep.include({ missing: [], surplus: [] });
      expect(watches(this.running), JSON.stringify(this.running.readiness())).to.equal(true);
    });
    await scene.clock.step(staysMs);
    expect(await isRight(), 'it stays right').to.equal(true);
  }

  /** No scrape has lacked what this program has always to serve. */
  protected expectSteady(): void {
    const { scene } = this;
    expect(scene.wrong, `of ${scene.scrapes} scrapes`).to.deep.equal([]);
  }

  /** The uids that are served. Whenever it is looked, an answer is whole, and none is doubled. */
  protected async scrapeWhole(): Promise<string[]> {
    const { status, text } = await scrape(this.running);
    expect(status).to.equal(200);
    const uids = [...text.matchAll(/^kube_pod_info\{.*?uid="(.*?)"/gm)].map(([, uid]) => uid ?? '');
    expect(new Set(uids).size, `doubled after ${this.told}`).to.equal(uids.length);
    this.look?.(text);
    return uids.sort();
  }

  async #act(): Promise<void> {
    const [name, move] = this.pick(Object.entries(this.moves));
    this.#acts.push(name);
    move();
    await this.scene.clock.brief(this.pick(this.#pausesMs));
    if (this.#random() < looksPart) await this.scrapeWhole();
  }
}
