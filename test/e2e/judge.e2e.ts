// kube-state-metrics as the judge: both exporters on the same servers, full of made-up objects.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { loadObjects } from '../../src/demo/apiserver/file.ts';
import { builtinKinds } from '../../src/demo/apiserver/kinds.ts';
import { seededRandom } from '../../src/demo/random.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { resources } from '../../src/resources/index.ts';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { beyondReference } from '../conformance/families.ts';
import { customConfiguration, customObjects } from '../judge/customs.ts';
import { deliberate, endsReference } from '../judge/differences.ts';
import { Judge, KnownObjects } from '../judge/judge.ts';
import { asGoReads, type Made, namespaces, objectsOfSeed, type Plural } from '../judge/objects.ts';
import { collectionPath, fillingFlags, fillWith } from './filling.ts';
import { Peers, type Served, type Variant } from './peers.ts';

interface Seed {
  readonly seed: number;
  readonly objects: number;
}

/** All seeds at their full size by `npm run judge`; else the first, smaller and shorter. */
const isFull = process.env.KUBESTATE_JUDGE === 'full';
const OBJECTS_MAX = isFull ? 5_000 : 800;
const CUSTOM_OBJECTS_MAX = isFull ? 1_000 : 200;
const CHURN_MS = isFull ? 60_000 : 15_000;
const CHANGES_EACH_ROUND = { labelled: 20, deleted: 6, made: 1 };
const FILL_TIMEOUT_MS = 300_000;
const AGREE_TIMEOUT_MS = 120_000;
/** Of what is made so much must get in, and so much be what Go can read: else little is judged. */
const TAKEN_SHARE_MIN = 0.9;
const READABLE_SHARE_MIN = 0.95;

const file = join(import.meta.dirname, '../judge/seeds.json');
const seeds = (JSON.parse(readFileSync(file, 'utf8')) as Seed[]).slice(0, isFull ? undefined : 1);

const plurals = Object.keys(resources) as Plural[];
/** What both programs have. */
const common = plurals.filter((plural) => !beyondReference.includes(plural));
const all = [
  `--resources=${common}`,
  '--metric-labels-allowlist=*=[*]',
  '--metric-annotations-allowlist=*=[*]',
  '--metric-opt-in-list=kube_persistentvolume_csi_attributes,kube_pod_nodeselectors',
];
const everything: Variant = { what: 'all resources with all labels', flags: all };

const variants: readonly Variant[] = [
  everything,
  { what: 'what is on by default', flags: [] },
  {
    what: 'OpenMetrics',
    flags: all,
    accept: 'application/openmetrics-text; version=1.0.0',
  },
  {
    what: 'some labels and annotations',
    flags: [
      `--resources=${common}`,
      '--metric-labels-allowlist=pods=[app,tier,app.kubernetes.io/*,9lives],nodes=[*],*=[a-b,a.b]',
      '--metric-annotations-allowlist=pods=[foo-bar,foo.bar],namespaces=[*],*=[__proto__,A]',
    ],
  },
  {
    what: 'a list of what is allowed',
    flags: [
      `--resources=${common}`,
      '--metric-allowlist=kube_pod_.*,kube_node_info,kube_.+_created$',
    ],
  },
  {
    what: 'a list of what is denied',
    flags: [`--resources=${common}`, '--metric-denylist=kube_pod_(?!info).*,^kube_.*_labels$'],
  },
  { what: 'opt-in by expression', flags: ['--metric-opt-in-list=kube_pod_nodeselector.*'] },
  ...[0, 1, 2].map((shard) => ({
    what: `shard ${shard} of 3`,
    flags: [...all, `--shard=${shard}`, '--total-shards=3'],
  })),
  { what: 'two namespaces', flags: [...all, `--namespaces=${namespaces.slice(0, 2)}`] },
  { what: 'all but one namespace', flags: [...all, `--namespaces-denylist=${namespaces[0]}`] },
  { what: 'schedules in another zone', flags: ['--resources=cronjobs'], zone: 'Asia/Tokyo' },
];

describe('beside kube-state-metrics', () => {
  const judge = new Judge();

  for (const { seed, objects } of seeds) {
    const size = Math.min(objects, OBJECTS_MAX);

    describe(`with ${size} objects of seed ${seed}`, () => {
      let cluster: RealCluster;
      const simulated = new ApiServer({ clock: systemClock, random: seededRandom(seed) });
      let taken: readonly Made[] = [];
      const real = { kubeconfig: '', known: new KnownObjects() };
      const simulation = { kubeconfig: '', known: new KnownObjects() };
      const customized = new ApiServer({ clock: systemClock, random: seededRandom(seed) });
      const customs = { kubeconfig: '', known: new KnownObjects() };
      let customFlags: readonly string[] = [];

      before(async function () {
        this.timeout(FILL_TIMEOUT_MS);
        cluster = await startApiServer({ flags: fillingFlags });
        const made = objectsOfSeed(seed, size);
        const filled = await fillWith(cluster, made);
        taken = filled.taken;
        expect(taken.length / made.length).to.be.above(TAKEN_SHARE_MIN);
        expect(filled.readable.length / made.length).to.be.above(READABLE_SHARE_MIN);
        const shown = load(simulated, filled.readable);
        for (const one of taken) real.known.add(one);
        for (const one of shown) simulation.known.add(one);
        process.stdout.write(
          `    seed ${seed}: ${taken.length} of ${made.length} objects are on the real server, ` +
            `${shown.length} on the simulated one\n`,
        );
        real.kubeconfig = cluster.kubeconfig();
        const { url } = await simulated.listen(0, '127.0.0.1');
        simulation.kubeconfig = cluster.kubeconfig({ url });
        loadObjects(customized, customObjects(seed, CUSTOM_OBJECTS_MAX), 'customs');
        const { url: customUrl } = await customized.listen(0, '127.0.0.1');
        customs.kubeconfig = cluster.kubeconfig({ url: customUrl });
        const config = join(cluster.folder, 'customs.yaml');
        writeFileSync(config, customConfiguration(seed));
        customFlags = [
          '--custom-resource-state-only',
          `--custom-resource-state-config-file=${config}`,
        ];
      });

      after(async () => {
        await simulated.close();
        await customized.close();
        await cluster.stop();
      });

      for (const variant of variants) {
        it(`serves the same of the real server: ${variant.what}`, () =>
          agreed(real, variant)).timeout(AGREE_TIMEOUT_MS);
        it(`serves the same of what is refused there: ${variant.what}`, () =>
          agreed(simulation, variant)).timeout(AGREE_TIMEOUT_MS);
      }

      for (const accept of ['text/plain', 'application/openmetrics-text; version=1.0.0']) {
        it(`serves the same of custom resources: ${accept}`, () =>
          agreed(customs, { what: 'custom resources', flags: customFlags, accept })).timeout(
          AGREE_TIMEOUT_MS,
        );
      }

      it(`serves the same after ${CHURN_MS / 1000} s of changes`, async () => {
        const peers = await Peers.start(real, everything, judge);
        try {
          await peers.agree();
          const changes = await churn(cluster, taken, seed, real.known);
          process.stdout.write(`    ${changes} changes\n`);
          expect(changes).to.be.above(CHANGES_EACH_ROUND.labelled);
          await peers.agree();
        } finally {
          await peers.stop();
        }
      }).timeout(AGREE_TIMEOUT_MS + CHURN_MS);
    });
  }

  async function agreed(served: Served, variant: Variant): Promise<void> {
    const peers = await Peers.start(served, variant, judge);
    try {
      expect(await peers.agree()).to.be.above(0);
    } finally {
      await peers.stop();
    }
  }

  // A suite of its own, so that it comes after the others.
  describe('with all of them', () => {
    it('has met each difference that docs/migration.md lists', () => {
      expect(judge.unmet).to.deep.equal([]);
    });
  });
});

/** Loads what Go can read and the reference survives, and what shows the listed differences. */
function load(server: ApiServer, readable: readonly Made[]): Made[] {
  const shown = deliberate
    .flatMap(({ shownBy = [] }) => shownBy)
    .map((object) => {
      const plural = plurals.find((one) => builtinKinds[one].kind === object.kind) as Plural;
      const metadata = { ...object.metadata, uid: object.metadata.name };
      return { plural, object: { ...object, metadata } };
    });
  const loaded = [...readable.filter(({ object }) => !endsReference(object)), ...shown];
  for (const plural of plurals) {
    const objects = loaded.filter((made) => made.plural === plural).map(({ object }) => object);
    server.load(builtinKinds[plural], objects.map((one) => asGoReads(one)) as typeof objects);
  }
  return loaded;
}

/** Labels, deletes and makes objects for so long, and tells how often. */
async function churn(
  cluster: RealCluster,
  taken: readonly Made[],
  seed: number,
  known: KnownObjects,
): Promise<number> {
  const random = seededRandom(seed);
  const left = [...taken];
  const until = performance.now() + CHURN_MS;
  const { labelled, deleted, made } = CHANGES_EACH_ROUND;
  let changes = 0;
  for (let round = 1; performance.now() < until; round++) {
    for (let i = 0; i < labelled + deleted; i++) {
      const at = Math.floor(random() * left.length);
      const one = left[at] as Made;
      const path = `${collectionPath(one)}/${one.object.metadata.name}`;
      if (i < labelled) {
        await cluster.request('PATCH', path, { metadata: { labels: { round: `${round}` } } });
      } else if (one.plural !== 'namespaces') {
        left.splice(at, 1);
        await cluster.request('DELETE', path, { gracePeriodSeconds: 0 });
      }
      changes += 1;
    }
    const fresh = objectsOfSeed(seed + round * 1_000, made);
    const { taken: more } = await fillWith(cluster, fresh);
    for (const one of more) known.add(one);
    left.push(...more);
    changes += more.length;
    await sleep(200);
  }
  return changes;
}
