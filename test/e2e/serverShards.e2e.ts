// Server-side sharding on a real API server: what shards ask for, and what they serve together.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fnv1a64 } from '../../src/lib/fnv1a.ts';
import { HashRanges, rangeOfShard } from '../../src/lib/hashRanges.ts';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { inTurns } from '../../tools/inTurns.ts';
import { until } from '../../tools/until.ts';
import { configOf, entryOf } from '../support/customs.ts';
import { defineKind } from './defineKind.ts';
import { Exporter } from './exporter.ts';
import { filled } from './filled.ts';
import { type Looks, StatefulShards } from './statefulShards.ts';

const gate = (on: boolean) => ({ featureGates: { ShardedListAndWatch: on } });
const PODS = 300;
const ORDERS = 30;
const SAME_TIMEOUT_MS = 20_000;
/** What a shard loses is kept for 15 s once its own lists are complete; the rest is theirs. */
const DOUBLED_MS_MAX = 30_000;
const group = 'shop.example.com';
/** Kubernetes 1.36 does not say of lists of custom resources that they are of a shard. */
const custom = `orders.v1.${group}`;
const unaware =
  'the API server does not confirm shardSelector, receiving and filtering all of these objects';

/** The values of a self-metric, by resource. */
async function byResource(shard: Exporter, family: string): Promise<Map<string, number>> {
  const lines = (await shard.telemetry()).matchAll(
    new RegExp(`^${family}\\{[^\\n]*resource="([^"]+)"[^\\n]*\\} (\\S+)$`, 'gm'),
  );
  return new Map([...lines].map(([, resource = '', value]) => [resource, Number(value)]));
}

/** The server was killed by the test before: for some seconds it has no store of custom objects. */
const starting = 'storage is (re)initializing';
const warningsOf = ({ program }: Exporter): string[] =>
  program.stderr
    .split('\n')
    .filter((line) => line.includes('"level":"warn"') && !line.includes(starting));

const selected = (shard: Exporter) => byResource(shard, 'kube_state_metrics_shard_server_side');
const foreign = (shard: Exporter) => shard.own('kube_state_metrics_shard_foreign_objects_total');

const seriesOf = (text: string): string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

/** Waits until all shards together serve what one program does, series for series. */
async function expectWhole(whole: Exporter, shards: readonly Exporter[]): Promise<number> {
  const all = async (programs: readonly Exporter[]): Promise<string> => {
    const texts = await Promise.all(programs.map((program) => program.scrape()));
    return texts.flatMap(seriesOf).sort().join('\n');
  };
  const isSame = async () => (await all([whole])) === (await all(shards)) || undefined;
  await until('the shards serve the same series together', isSame, SAME_TIMEOUT_MS).catch(
    async () => expect(await all(shards)).to.equal(await all([whole])),
  );
  return (await all([whole])).split('\n').length;
}

describe('server-side sharding on a real API server', function () {
  this.timeout(300_000);

  let server: RealCluster;

  before(async () => {
    server = await startApiServer(gate(false));
  });

  after(() => server?.stop());

  describe('by --shard and --total-shards', () => {
    let folder: string;
    let config: string;
    const started: { stop(): Promise<unknown> }[] = [];

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'kubestate-e2e-shards-'));
      config = join(folder, 'crs.yaml');
      writeFileSync(config, configOf(entryOf('Order', { group })));
      await makeOrders(server);
      await (await filled(server, PODS)).close();
    });

    afterEach(async () => {
      await Promise.all(started.map((one) => one.stop()));
      started.length = 0;
    });

    after(() => {
      if (folder !== undefined) rmSync(folder, { recursive: true });
    });

    async function start(...flags: string[]): Promise<Exporter> {
      const custom = `--custom-resource-state-config-file=${config}`;
      const exporter = await Exporter.start(server.kubeconfig(), custom, ...flags);
      started.push(exporter);
      return exporter;
    }

    const shardsOf = (total: number, ...flags: string[]): Promise<Exporter[]> =>
      Promise.all(
        Array.from({ length: total }, (_, i) =>
          start(`--shard=${i}`, `--total-shards=${total}`, '--server-side-sharding=true', ...flags),
        ),
      );

    it('filters where the gate is off, says so once, and asks again when it is on', async () => {
      const [whole, shards] = await Promise.all([start(), shardsOf(2)]);
      await expectWhole(whole, shards);
      for (const shard of shards) {
        expect(new Set((await selected(shard)).values())).to.deep.equal(new Set([0]));
        expect(shard.program.stderr.split(unaware)).to.have.length(2);
      }
      server.configure(gate(true));
      await server.restart({ kill: 'SIGKILL' });
      for (const shard of shards) {
        const isSelected = async () =>
          [...(await selected(shard))].every(([name, value]) => name === custom || value === 1) ||
          undefined;
        await shard.program.until('the server selects the objects', isSelected, 60_000);
      }
      await expectWhole(whole, shards);
      for (const shard of shards) expect(await foreign(shard)).to.equal(0);
    });

    it('divides uids as the API server does', async () => {
      for (const total of [1, 3, 7]) {
        for (let i = 0; i < total; i++) {
          const ranges = new HashRanges([rangeOfShard(i, total)]);
          const path = `/api/v1/pods?shardSelector=${encodeURIComponent(ranges.selector)}`;
          const all = await uidsIn(server, '/api/v1/pods');
          const expected = all.filter((uid) => ranges.hasHash(fnv1a64(uid)));
          expect(await uidsIn(server, path), `${i} of ${total}`).to.deep.equal(expected);
        }
      }
    });

    for (const flags of [[], ['--kube-api-protobuf=false']]) {
      const by = flags.length === 0 ? 'protobuf' : 'JSON';
      it(`serves in three shards, by ${by}, all that one program serves`, async () => {
        const [whole, shards] = await Promise.all([start(...flags), shardsOf(3, ...flags)]);
        const series = await expectWhole(whole, shards);
        process.stdout.write(`    ${series} series\n`);
        for (const shard of shards) {
          const resources = await selected(shard);
          const without = [...resources].filter(([, value]) => value !== 1);
          expect(without, 'resources that the server does not confirm').to.deep.equal([
            [custom, 0],
          ]);
          expect([...resources.keys()]).to.include.members(['pods', 'secrets', 'configmaps']);
          expect(await foreign(shard)).to.equal(0);
          const warnings = warningsOf(shard);
          expect(warnings, warnings.join('\n')).to.have.length(1);
          expect(shard.program.stderr.split(unaware)).to.have.length(2);
        }
      });
    }
  });

  describe('by a StatefulSet', () => {
    let set: StatefulShards;
    const flag = '--server-side-sharding=auto';

    before(async () => {
      set = await StatefulShards.open(server, 2, { pods: 60, configMaps: 300 }, flag);
      await Promise.all([set.begin(0), set.begin(1)]);
      await set.share('two shards share all objects', 0, 1);
    });

    after(() => set?.stop());

    /** Looks at all shards during the work and while other objects come and go. */
    async function looks(work: () => Promise<void>): Promise<Looks> {
      const over = new AbortController();
      let steps = 0;
      const seen = await set.lookedAt(async () => {
        const churned = set.churn(over.signal);
        await work().finally(() => over.abort());
        steps = await churned;
      });
      const doubled = `doubled for ${(seen.doubledMs / 1_000).toFixed(1)} s at most`;
      process.stdout.write(`    ${seen.looks} looks, ${steps} changes, ${doubled}\n`);
      expect(seen.short).to.deep.equal([]);
      expect(seen.looks).to.be.above(10);
      expect(seen.doubledMs).to.be.below(DOUBLED_MS_MAX);
      return seen;
    }

    async function expectAllSelected(): Promise<void> {
      for (const shard of set.shards.values()) {
        expect(new Set((await selected(shard)).values())).to.deep.equal(new Set([1]));
        expect(await foreign(shard)).to.equal(0);
      }
    }

    it('go from two to three, to five and back to two, and no object is ever missing', async () => {
      await expectAllSelected();
      await looks(async () => {
        await set.grow(2, 3);
        await set.share('three shards share all objects', 0, 1, 2);
        await expectAllSelected();
        await set.grow(3, 5);
        await set.share('five shards share all objects', 0, 1, 2, 3, 4);
        await expectAllSelected();
        await set.shrink(5, 2);
        await set.share('two shards share all objects', 0, 1);
        await expectAllSelected();
      });
    });

    it('are rolled out from ranges to jump hash and back, and none is ever missing', async () => {
      await looks(async () => {
        await set.roll(2, '--server-side-sharding=false');
        await set.share('two shards by jump hash share all objects', 0, 1);
        await set.roll(2, flag);
        await set.share('two shards by ranges share all objects', 0, 1);
        await expectAllSelected();
      });
    });

    it('are rolled out for another reason, and nothing is served twice', async () => {
      const { doubledMs } = await looks(async () => {
        await set.roll(2, flag, '--v=1');
        await set.share('two shards share all objects', 0, 1);
      });
      expect(doubledMs).to.equal(0);
    });
  });
});

async function uidsIn(server: RealCluster, path: string): Promise<string[]> {
  interface List {
    readonly items: readonly { readonly metadata: { readonly uid: string } }[];
  }
  const { items } = await server.must<List>('GET', path);
  return items.map(({ metadata }) => metadata.uid);
}

/** A definition, and some objects of it. */
async function makeOrders(server: RealCluster): Promise<void> {
  await defineKind(server, 'Order', { group });
  await inTurns(Array(ORDERS).keys(), (i) => {
    const object = { apiVersion: `${group}/v1`, kind: 'Order', metadata: { name: `order-${i}` } };
    const path = `/apis/${group}/v1/namespaces/default/orders`;
    return server.must('POST', path, { ...object, spec: { size: i } });
  });
}
