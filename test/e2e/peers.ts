// Ours and the reference side by side, on one API server with the same flags, until they agree.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Difference } from '../conformance/compare.ts';
import { type Judge, type KnownObjects, told } from '../judge/judge.ts';
import { Exporter } from './exporter.ts';
import { get } from './get.ts';
import { Reference } from './reference.ts';

/** Both have the newest version by then, or never. */
const AGREE_WITHIN_MS = 30_000;
const SCRAPE_EVERY_MS = 250;
/** A process that ends resets its connections first. */
const ENDING_MS = 1_000;

export interface Variant {
  readonly what: string;
  readonly flags: readonly string[];
  readonly accept?: string;
  /** The zone of the reference's process. */
  readonly zone?: string;
}

/** An API server that both are pointed to, and what it holds. */
export interface Served {
  readonly kubeconfig: string;
  readonly known: KnownObjects;
}

export class Peers {
  readonly #ours: Exporter;
  readonly #theirs: Reference;
  readonly #accept: string;
  readonly #unlisted: (theirs: string, ours: string) => Difference[];

  private constructor(
    ours: Exporter,
    theirs: Reference,
    accept: string,
    unlisted: (theirs: string, ours: string) => Difference[],
  ) {
    this.#ours = ours;
    this.#theirs = theirs;
    this.#accept = accept;
    this.#unlisted = unlisted;
  }

  /** Starts both with the flags of a variant; what they differ in is for the judge. */
  static async start(
    { kubeconfig, known }: Served,
    { flags, accept = 'text/plain', zone = 'UTC' }: Variant,
    judge: Judge,
  ): Promise<Peers> {
    const starts = await Promise.allSettled([
      Reference.start([`--kubeconfig=${kubeconfig}`, ...flags], { TZ: zone }),
      Exporter.start(kubeconfig, ...flags),
    ]);
    const [theirs, ours] = starts;
    if (theirs.status === 'fulfilled' && ours.status === 'fulfilled') {
      const unlisted = (a: string, b: string) => judge.unlisted(a, b, known, zone);
      return new Peers(ours.value, theirs.value, accept, unlisted);
    }
    for (const start of starts) if (start.status === 'fulfilled') await start.value.stop();
    throw starts.find((start) => start.status === 'rejected')?.reason;
  }

  /** Waits until no difference is left that is not listed, and tells how many series there are. */
  async agree(): Promise<number> {
    const deadline = performance.now() + AGREE_WITHIN_MS;
    for (;;) {
      const urls = [this.#theirs.metricsUrl, this.#ours.metricsUrl];
      const [theirs = '', ours = ''] = await Promise.all(urls.map((url) => this.#scrape(url)));
      const unlisted = this.#unlisted(theirs, ours);
      if (unlisted.length === 0)
        return ours.split('\n').filter((line) => !line.startsWith('#')).length;
      if (performance.now() > deadline) throw new Error(told(unlisted));
      await sleep(SCRAPE_EVERY_MS);
    }
  }

  async #scrape(url: string): Promise<string> {
    const { program } = this.#theirs;
    const scraping = get(url, { accept: this.#accept }).catch(async (error) => {
      await sleep(ENDING_MS);
      throw error;
    });
    const ended = program.exitCode.then((code) => {
      const [where = ''] = /^k8s.io\/kube-state-metrics.*$/m.exec(program.stderr) ?? [];
      throw new Error(`the reference ended with ${code} ${where}`);
    });
    const { status, body } = await Promise.race([scraping, ended]);
    if (status !== 200) throw new Error(`${url} was answered ${status}: ${body}`);
    return body.toString();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#ours.stop(), this.#theirs.stop()]);
  }
}
