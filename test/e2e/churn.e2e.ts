// Churn on a real API server: each kind of it alone, and all of them for two minutes with relists.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { clusterOf } from '../../bench/lib/cluster.ts';
import { Load, type Mix, mixes } from '../../bench/lib/load.ts';
import { memoryOf } from '../../bench/lib/proc.ts';
import { median, part } from '../../bench/lib/stats.ts';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { openTap, type Tap } from '../support/tap.ts';
import { Exporter } from './exporter.ts';
import { filled } from './filled.ts';
import { differences, Shown, showsTheServer } from './shown.ts';

/** tools/ci.ts asks for fewer: making them takes minutes, and it has no time for that. */
const PODS = Number(process.env.KUBESTATE_E2E_PODS ?? 20_000);
const STEPS_PER_SECOND = 50;
const SECONDS = 30;
const SCRAPE_EVERY_MS = 500;
/** A failure names so many pods. */
const NAMED_MAX = 10;

const SOAK_PODS = 5_000;
/** Churn, then a relist, then churn again. */
const PHASES = 3;
const PHASE_SECONDS = 30;
/** How long the cluster changes unseen before what was missed is compacted away. */
const HELD_SECONDS = 2;
const SOAK_SCRAPE_EVERY_MS = 3_000;
const SAMPLE_EVERY_MS = 1_000;
const GROWTH_MAX = 1.1;
/** Reached within the first third, so that what grows later grows without a limit. */
const HOT_TEXT_LIMIT = '8Mi';

const kinds = Object.keys(mixes) as Mix[];

describe('churn on a real API server', function () {
  this.timeout(900_000);

  let server: RealCluster;
  let load: Load;
  let exporter: Exporter;

  async function open(pods: number): Promise<void> {
    server = await startApiServer();
    load = await filled(server, pods);
  }

  async function close(): Promise<void> {
    await load?.close();
    await server?.stop();
  }

  before(async () => {
    expect(PODS, 'KUBESTATE_E2E_PODS').to.be.above(0);
    await open(PODS);
  });

  after(close);

  describe(`of ${PODS} pods`, () => {
    before(async () => {
      exporter = await Exporter.start(server.kubeconfig());
    });

    after(() => exporter?.stop());

    /** Scrapes as Prometheus does and as it could, in turns, until `working` is over. */
    async function scrapedWhile(shown: Shown, working: Promise<unknown>): Promise<void> {
      let over = false;
      const worked = working.finally(() => {
        over = true;
      });
      const scraping = (async () => {
        while (!over) {
          shown.add(await exporter.scrape(shown.scrapes % 2 === 0 ? 'gzip' : 'identity'));
          await sleep(SCRAPE_EVERY_MS);
        }
      })();
      await Promise.all([worked, scraping]);
    }

    for (const mix of kinds) {
      it(`are shown in every scrape, and in their last state, while there are ${mix}`, async () => {
        const before = await showsTheServer(exporter, server);
        const shown = new Shown(before.keys());
        const churn = load.run([mix], { stepsPerSecond: STEPS_PER_SECOND, seconds: SECONDS });
        await scrapedWhile(shown, churn);
        const after = await showsTheServer(exporter, server);
        const lasting = [...before.keys()].filter((pod) => after.has(pod));
        const changed = differences(before, after).length;
        process.stdout.write(
          `    ${await churn} steps, ${shown.scrapes} scrapes, ` +
            `${lasting.length} pods lasted, ${changed} came, went or changed\n`,
        );
        expect(changed).to.be.above(0);
        expect(lasting.length).to.be.above(PODS / 2);
        expect(shown.shortOf(lasting).slice(0, NAMED_MAX)).to.deep.equal([]);
        expect(shown.others, 'numbers of series of all but pods').to.have.length(1);
      });
    }
  });

  describe(`of ${SOAK_PODS} pods for two minutes`, () => {
    let tap: Tap;

    before(async () => {
      if (PODS === SOAK_PODS) {
        // The pods are those of above, and the load begins anew.
        await load.close();
        load = await Load.open(clusterOf(server));
      } else {
        await close();
        await open(SOAK_PODS);
      }
      tap = await openTap(server.url, server.ca);
      const limit = `--hot-text-limit=${HOT_TEXT_LIMIT}`;
      exporter = await Exporter.start(server.kubeconfig({ url: tap.url }), limit);
    });

    after(async () => {
      await exporter?.stop();
      await tap?.close();
    });

    const churn = (seconds: number): Promise<number> =>
      load.run(kinds, { stepsPerSecond: STEPS_PER_SECOND, seconds });

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
      const scraping = every(SOAK_SCRAPE_EVERY_MS, async () => shown.add(await exporter.scrape()));
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
          `resident ${firstMb.toFixed(1)} MB in the first third, ` +
          `${lastMb.toFixed(1)} in the last\n`,
      );
      expect(lasting.length)
        .to.be.above(SOAK_PODS / 2)
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
});
