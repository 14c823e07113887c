// What a real API server does to its clients: restarts, 410, ended tokens, a restored backup.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { until } from '../../tools/until.ts';
import { openTap } from '../support/tap.ts';
import { Exporter } from './exporter.ts';

const TIMEOUT_MS = 120_000;
const FAULT_TIMEOUT_MS = 30_000;
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const COUNT = 40;
const LOST_COUNT = 500;
const BUMP = 1_000_000_000;
/** No controller makes the usual ones, and each resource costs a watch. */
const RESOURCES = '--resources=configmaps,namespaces';

const seriesOf = (name: string): string =>
  `kube_configmap_info{namespace="default",configmap="${name}"} 1`;

const has = (text: string, name: string): boolean => text.includes(seriesOf(name));

const first = Array.from({ length: COUNT }, (_, i) => `first-${i}`);
const isWhole = (text: string): boolean => first.every((name) => has(text, name));

describe('through the faults of a real API server', function () {
  this.timeout(TIMEOUT_MS);

  /** What a test leaves running would keep the runner from its end. */
  const started: { stop(): Promise<unknown> }[] = [];
  let cluster: RealCluster;

  const create = async (...names: readonly string[]): Promise<void> => {
    await Promise.all(
      names.map((name) => cluster.must('POST', CONFIG_MAPS, { metadata: { name } })),
    );
  };
  const remove = (name: string): Promise<unknown> =>
    cluster.must('DELETE', `${CONFIG_MAPS}/${name}`);

  async function startCluster(): Promise<void> {
    cluster = await startApiServer();
    await create(...first);
  }

  async function startExporter(kubeconfig: string, ...flags: string[]): Promise<Exporter> {
    const exporter = await Exporter.start(kubeconfig, RESOURCES, ...flags);
    started.push(exporter);
    await exporter.shows('the first objects', isWhole);
    return exporter;
  }

  /** How often it listed the ConfigMaps again for this reason. */
  async function relistsOf(exporter: Exporter, reason: string): Promise<number> {
    const series = `kube_state_metrics_relists_total{resource="configmaps",reason="${reason}"} `;
    const lines = (await exporter.telemetry()).split('\n');
    return Number(lines.find((line) => line.startsWith(series))?.slice(series.length));
  }

  afterEach(async () => {
    for (const one of started.splice(0).toReversed()) await one.stop();
  });

  describe('that keeps its state', () => {
    before(startCluster);
    after(() => cluster?.stop());

    for (const kill of ['SIGKILL', 'SIGTERM'] as const) {
      it(`serves all it knows through a restart by ${kill}, and then what is new`, async () => {
        const exporter = await startExporter(cluster.kubeconfig());
        const scrapes = await exporter.scrapedThrough(isWhole, async () => {
          await cluster.restart({ kill });
          await create(kill.toLowerCase());
          await exporter.shows('the new object', (text) => has(text, kill.toLowerCase()));
        });
        expect(scrapes).to.be.above(10);
      });
    }

    it('lists again after a true 410, and no scrape is short meanwhile', async () => {
      const tap = await openTap(cluster.url, cluster.ca);
      started.push({ stop: () => tap.close() });
      const exporter = await startExporter(cluster.kubeconfig({ url: tap.url }));
      await create('goes');
      await exporter.shows('the object that is to go', (text) => has(text, 'goes'));
      tap.hold();
      await remove('goes');
      await create('comes');
      // The API server remembers events by itself too; restarted, it begins at what etcd has.
      await cluster.etcd.compact();
      await cluster.restart({ kill: 'SIGKILL' });
      const scrapes = await exporter.scrapedThrough(isWhole, async () => {
        tap.release();
        const holds = (text: string) => has(text, 'comes') && !has(text, 'goes');
        await exporter.shows('what changed meanwhile', holds);
      });
      expect(scrapes).to.be.above(0);
      // The reason of a 410, in JSON as in protobuf.
      expect(tap.bytes().toString('latin1')).to.include('Expired');
      expect(await relistsOf(exporter, 'gone')).to.equal(1);
    });

    it('serves on when its token has ended, and takes the next one from its file', async () => {
      const accounts = '/api/v1/namespaces/default/serviceaccounts';
      await cluster.must('POST', accounts, { metadata: { name: 'reader' } });
      const rule = ['--verb=list,watch', '--resource=configmaps,namespaces'];
      await cluster.kubectl(['create', 'clusterrole', 'reader', ...rule]);
      const binding = ['--clusterrole=reader', '--serviceaccount=default:reader'];
      await cluster.kubectl(['create', 'clusterrolebinding', 'reader', ...binding]);
      const secrets = '/api/v1/namespaces/default/secrets';
      await cluster.must('POST', secrets, { metadata: { name: 'life' } });
      const file = join(cluster.folder, 'token');
      writeFileSync(file, await cluster.accountToken('default', 'reader', 'life'));
      const exporter = await startExporter(cluster.kubeconfig({ tokenFile: file }));
      const scrapes = await exporter.scrapedThrough(isWhole, async () => {
        await cluster.must('DELETE', `${secrets}/life`);
        // A watch outlives its token, and the server remembers for a while that a token was good.
        await cluster.restart({ kill: 'SIGKILL' });
        const isStale = async () =>
          /configmaps .*stale: .*401|configmaps .*[Uu]nauthorized/.test(
            (await exporter.readyz())?.text ?? '',
          ) || undefined;
        await until('the refusal was told', isStale, FAULT_TIMEOUT_MS);
        writeFileSync(file, await cluster.accountToken('default', 'reader'));
        await create('by-the-next-token');
        await exporter.shows('the new object', (text) => has(text, 'by-the-next-token'));
      });
      expect(scrapes).to.be.above(10);
    });

    it('lists and watches where the server streams no lists', async () => {
      cluster.configure({ featureGates: { WatchList: false } });
      await cluster.restart({ kill: 'SIGKILL' });
      const exporter = await startExporter(cluster.kubeconfig());
      await create('second');
      await remove('second');
      await create('third');
      const holds = (text: string) => has(text, 'third') && !has(text, 'second');
      await exporter.shows('what changed', holds);
      expect(isWhole(await exporter.scrape())).to.equal(true);
    });
  });

  describe('that loses some of its state', () => {
    beforeEach(async () => {
      await startCluster();
      started.push(cluster);
    });

    it('goes back where etcd is restored from a backup', async () => {
      const exporter = await startExporter(cluster.kubeconfig());
      const snapshot = await cluster.etcd.snapshot();
      // So many that the versions which the server itself makes do not soon reach the last one.
      const lost = Array.from({ length: LOST_COUNT }, (_, i) => `lost-${i}`);
      await create(...lost);
      const isThere = (text: string) => lost.every((name) => has(text, name));
      await exporter.shows('what is not in the backup', isThere);
      const scrapes = await exporter.scrapedThrough(isWhole, async () => {
        await cluster.restore(snapshot);
        const holds = (text: string) => !text.includes('lost-');
        await exporter.shows('what the backup has', holds);
      });
      expect(scrapes).to.be.above(10);
    });

    it('lists again where the restored versions were made greater, as etcd advises', async () => {
      const exporter = await startExporter(cluster.kubeconfig());
      const snapshot = await cluster.etcd.snapshot();
      await create('lost');
      await exporter.shows('what is not in the backup', (text) => has(text, 'lost'));
      await exporter.scrapedThrough(isWhole, async () => {
        await cluster.restore(snapshot, BUMP);
        await exporter.shows('what the backup has', (text) => !has(text, 'lost'));
      });
      expect(await relistsOf(exporter, 'gone')).to.equal(1);
    });

    it('finds by the consistency check that restored versions have passed its own', async () => {
      const tap = await openTap(cluster.url, cluster.ca);
      started.push({ stop: () => tap.close() });
      const kubeconfig = cluster.kubeconfig({ url: tap.url });
      const exporter = await startExporter(kubeconfig, '--consistency-check-interval=10s');
      const snapshot = await cluster.etcd.snapshot();
      await create('lost');
      await exporter.shows('what is not in the backup', (text) => has(text, 'lost'));
      const passed = (await cluster.etcd.revision()) + 1;
      await exporter.scrapedThrough(isWhole, async () => {
        tap.hold();
        await cluster.restore(snapshot);
        await create('unheard');
        // What the watch goes on from is a version of the new history, too, by then.
        for (let i = 0; (await cluster.etcd.revision()) <= passed; i++) await create(`more-${i}`);
        tap.release();
        await create('heard');
        await exporter.shows('what comes after that', (text) => has(text, 'heard'));
        const holds = (text: string) => !has(text, 'lost') && has(text, 'unheard');
        await exporter.shows('what the server has', holds, 3 * FAULT_TIMEOUT_MS);
      });
      const relists = ['gone', 'version-refused', 'drift'].map((why) => relistsOf(exporter, why));
      expect(await Promise.all(relists)).to.deep.equal([0, 0, 1]);
    });
  });
});
