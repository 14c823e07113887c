// The three kinds of churn on a real API server: no scrape loses what stands, and all ends right.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type Load, type Mix, mixes } from '../../bench/lib/load.ts';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
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

describe(`${PODS} pods on a real API server`, function () {
  this.timeout(900_000);

  let server: RealCluster;
  let exporter: Exporter;
  let load: Load;

  before(async () => {
    expect(PODS, 'KUBESTATE_E2E_PODS').to.be.above(0);
    server = await startApiServer();
    load = await filled(server, PODS);
    exporter = await Exporter.start(server.kubeconfig());
  });

  after(async () => {
    await exporter?.stop();
    await load?.close();
    await server?.stop();
  });

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

  for (const mix of Object.keys(mixes) as Mix[]) {
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
