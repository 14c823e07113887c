// Two minutes of churn, scrapes and relists on a real API server: nothing is lost, nothing grows.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type Load, type Mix, mixes } from '../../bench/lib/load.ts';
import { memoryOf } from '../../bench/lib/proc.ts';
import { median, part } from '../../bench/lib/stats.ts';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { openTap, type Tap } from '../support/tap.ts';
import { Exporter } from './exporter.ts';
import { filled } from './filled.ts';
import { Shown, showsTheServer } from './shown.ts';

const PODS = 5_000;
const STEPS_PER_SECOND = 50;
/** Churn, then a relist, then churn again. */
const PHASES = 3;
const PHASE_SECONDS = 30;
/** How long the cluster changes unseen before what was missed is compacted away. */
const HELD_SECONDS = 2;
const SCRAPE_EVERY_MS = 3_000;
const SAMPLE_EVERY_MS = 1_000;
const GROWTH_MAX = 1.1;
/** Reached within the first third, so that what grows later grows without a limit. */
const HOT_TEXT_LIMIT = '8Mi';

const kinds = Object.keys(mixes) as Mix[];

describe(`two minutes of a real cluster of ${PODS} pods`, function () {
  this.timeout(400_000);

  let server: RealCluster;
  let tap: Tap;
  let exporter: Exporter | undefined;
  let load: Load | undefined;

  before(async () => {
    server = await startApiServer();
    load = await filled(server, PODS);
    tap = await openTap(server.url, server.ca);
  });

  after(async () => {
    await exporter?.stop();
    await load?.close();
    await tap?.close();
    await server?.stop();
  });

  const churn = (seconds: number): Promise<number> =>
    (load as Load).run(kinds, { stepsPerSecond: STEPS_PER_SECOND, seconds });

  /** The cluster changes while no watch hears of it, and what was missed is had from nobody. */
  async function forceRelist(): Promise<void> {
    tap.hold();
    await churn(HELD_SECONDS);
    await server.etcd.compact();
    await server.restart({ kill: 'SIGKILL' });
    tap.forget();
    tap.release();
  }

  it('shortens no scrape, ends in the state of the server, and holds its memory', async () => {
    const limit = `--hot-text-limit=${HOT_TEXT_LIMIT}`;
    exporter = await Exporter.start(server.kubeconfig({ url: tap.url }), limit);
    const { program } = exporter;
    const first = await showsTheServer(exporter, server);
    const shown = new Shown(first.keys());
    const residentMb: number[] = [];
    const ended = new AbortController();
    const every = async (ms: number, act: () => Promise<void> | void): Promise<void> => {
      while (!ended.signal.aborted) {
        await act();
        await sleep(ms);
      }
    };
    const scraping = every(SCRAPE_EVERY_MS, async () =>
      shown.add(await (exporter as Exporter).scrape()),
    );
    const sampling = every(SAMPLE_EVERY_MS, () => {
      residentMb.push(memoryOf(program.pid as number).resident / 2 ** 20);
    });
    const work = (async () => {
      let steps = 0;
      for (let phase = 1; phase <= PHASES; phase++) {
        steps += await churn(PHASE_SECONDS);
        if (phase < PHASES) await forceRelist();
      }
      return steps;
    })();
    try {
      // What goes on beside ends before only where it fails.
      await Promise.race([work, scraping, sampling]);
    } finally {
      ended.abort();
    }
    await Promise.all([scraping, sampling]);
    const last = await showsTheServer(exporter, server);
    const lasting = [...first.keys()].filter((pod) => last.has(pod));
    const [firstMb = 0, lastMb = 0] = [0, 2].map((third) => median(part(residentMb, third, 3)));
    process.stdout.write(
      `    ${await work} steps, ${shown.scrapes} scrapes, ${lasting.length} pods lasted; ` +
        `resident ${firstMb.toFixed(1)} MB in the first third, ${lastMb.toFixed(1)} in the last\n`,
    );
    expect(lasting.length)
      .to.be.above(PODS / 2)
      .and.below(first.size);
    expect(shown.shortOf(lasting)).to.deep.equal([]);
    expect(lastMb / firstMb).to.be.at.most(GROWTH_MAX);
    const relists = (await exporter.telemetry())
      .split('\n')
      .filter((line) => line.startsWith('kube_state_metrics_relists_total{'))
      .filter((line) => line.includes('reason="gone"') && line.includes('resource="pods"'));
    expect(relists.map((line) => Number(line.split(' ').at(-1)))).to.deep.equal([PHASES - 1]);
  });
});
