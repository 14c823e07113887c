// Label selectors on a real API server: what it makes of them, and exactly what is served by them.
import { expect } from 'chai';
import { seededRandom } from '../../src/demo/random.ts';
import { matchesLabels, parseLabelSelector, SelectorError } from '../../src/lib/labelSelector.ts';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { inTurns } from '../../tools/inTurns.ts';
import { until } from '../../tools/until.ts';
import { Exporter } from './exporter.ts';

type Labels = Readonly<Record<string, string>>;

const randomSelectors = 1_500;
const objectsEach = 40;
const churnRounds = 25;
/** What joins is served so soon, as docs/cardinality.md says. */
const joinMsMax = 10_000;
const leaveMsMax = 3_000;

const resources = '--resources=pods,configmaps,secrets,replicasets,namespaces';

/** Sets of labels to select from, by the name of a ConfigMap that has them. */
const labelled: Readonly<Record<string, Labels>> = {
  none: {},
  a: { team: 'a' },
  b: { team: 'b', in: 'x' },
  empty: { team: '', notin: '' },
  prefixed: { 'example.com/team': 'a', size: '10' },
  sized: { size: '9', team: '9' },
  large: { size: '9223372036854775807', team: 'in' },
  beyond: { size: '9223372036854775808' },
};

describe('label selectors on a real API server', function () {
  this.timeout(240_000);

  let server: RealCluster;
  before(async () => {
    server = await startApiServer();
  });
  after(() => server?.stop());

  describe('are read as it reads them', () => {
    const path = '/api/v1/namespaces/default/configmaps';
    before(async () => {
      for (const [name, labels] of Object.entries(labelled)) {
        await server.must('POST', path, { metadata: { name, labels } });
      }
    });

    interface List {
      readonly items: readonly { readonly metadata: { readonly name: string } }[];
    }

    /** What it selects, or that it refuses. */
    async function asked(selector: string): Promise<string> {
      const query = new URLSearchParams({ labelSelector: selector });
      const { status, body } = await server.request<List>('GET', `${path}?${query}`);
      if (status === 400) return 'refused';
      const names = body.items.map(({ metadata }) => metadata.name);
      return names.filter((name) => labelled[name] !== undefined).join(' ');
    }

    /** The same of ours. */
    function read(selector: string): string {
      try {
        const requirements = parseLabelSelector(selector);
        const names = Object.keys(labelled).filter((name) =>
          matchesLabels(requirements, labelled[name]),
        );
        return names.sort().join(' ');
      } catch (error) {
        if (error instanceof SelectorError) return 'refused';
        throw error;
      }
    }

    // biome-ignore format: words
    const pieces = [
      'team', 'size', 'in', 'notin', 'example.com/team', 'a', 'b', 'x', '9', '10', '-1', '+1', '08',
      '9223372036854775808', '=', '==', '!=', '!', '(', ')', ',', '<', '>', ' ', '\t', '/', '.', '_', 'ä',
      'team=a', 'team in (a,b)', 'size>8', '!team', 'team notin (b)', 'a'.repeat(64),
    ];

    it('whatever they are made of', async () => {
      const random = seededRandom(17);
      const pick = (): string => pieces[Math.floor(random() * pieces.length)] as string;
      const different: string[] = [];
      const counts = { refused: 0, taken: 0 };
      const selectors = Array.from({ length: randomSelectors }, () =>
        Array.from({ length: 1 + Math.floor(random() * 7) }, pick).join(''),
      );
      await inTurns(selectors, async (selector) => {
        const [ours, theirs] = [read(selector), await asked(selector)];
        counts[theirs === 'refused' ? 'refused' : 'taken']++;
        if (ours !== theirs) different.push(`${JSON.stringify(selector)}: ${ours} / ${theirs}`);
      });
      process.stdout.write(`    ${counts.taken} were taken, ${counts.refused} refused\n`);
      expect(different).to.deep.equal([]);
      expect(Math.min(counts.refused, counts.taken)).to.be.above(randomSelectors / 20);
    });
  });

  describe('select exactly', () => {
    let whole: Exporter;
    let selected: Exporter;
    /** Labels of namespaces, and of objects by `namespace/name`: all kinds have the same. */
    const teams = new Map<string, string | undefined>();
    const tiers = new Map<string, string | undefined>();

    const flags = [
      '--namespace-selector=team in (a,b)',
      '--object-selector=pods:tier!=db',
      '--object-selector=secrets:tier in (web)',
    ];

    const kinds: Readonly<Record<string, readonly [path: string, more: object]>> = {
      pods: ['/api/v1', { spec: { containers: [{ name: 'c', image: 'i' }] } }],
      configmaps: ['/api/v1', {}],
      secrets: ['/api/v1', {}],
      replicasets: [
        '/apis/apps/v1',
        {
          spec: {
            selector: { matchLabels: { x: 'y' } },
            template: {
              metadata: { labels: { x: 'y' } },
              spec: { containers: [{ name: 'c', image: 'i' }] },
            },
          },
        },
      ],
    };

    const pathOf = (kind: string, space: string): string =>
      `${kinds[kind]?.[0]}/namespaces/${space}/${kind}`;

    async function create(space: string, name: string, tier: string | undefined): Promise<void> {
      tiers.set(`${space}/${name}`, tier);
      const metadata = { name, labels: tier === undefined ? {} : { tier } };
      for (const [kind, [, more]] of Object.entries(kinds)) {
        await server.must('POST', pathOf(kind, space), { metadata, ...more });
      }
    }

    async function remove(space: string, name: string): Promise<void> {
      tiers.delete(`${space}/${name}`);
      for (const kind of Object.keys(kinds)) {
        await server.must('DELETE', `${pathOf(kind, space)}/${name}`);
      }
    }

    async function retier(space: string, name: string, tier: string | undefined): Promise<void> {
      tiers.set(`${space}/${name}`, tier);
      const patch = { metadata: { labels: { tier: tier ?? null } } };
      for (const kind of Object.keys(kinds)) {
        await server.must('PATCH', `${pathOf(kind, space)}/${name}`, patch);
      }
    }

    async function relabel(space: string, team: string | undefined): Promise<void> {
      teams.set(space, team);
      const patch = { metadata: { labels: { team: team ?? null } } };
      await server.must('PATCH', `/api/v1/namespaces/${space}`, patch);
    }

    before(async () => {
      for (const [space, team] of [
        ['sa', 'a'],
        ['sb', 'b'],
        ['sc', 'c'],
        ['sd', undefined],
      ]) {
        const labels = team === undefined ? {} : { team };
        await server.must('POST', '/api/v1/namespaces', { metadata: { name: space, labels } });
        teams.set(space as string, team);
        await inTurns(Array(objectsEach).keys(), (i) =>
          create(space as string, `o${i}`, ['web', 'db', undefined][i % 3]),
        );
      }
      [whole, selected] = await Promise.all([
        Exporter.start(server.kubeconfig(), resources),
        Exporter.start(
          server.kubeconfig(),
          resources,
          ...flags,
          '--consistency-check-interval=10s',
        ),
      ]);
    });
    after(async () => {
      await Promise.all([whole?.stop(), selected?.stop()]);
    });

    function selects(series: string): boolean {
      const label = (key: string): string | undefined =>
        new RegExp(`[{,]${key}="(.*?)"`).exec(series)?.[1];
      const space = label('namespace');
      if (!['a', 'b'].includes(teams.get(space ?? '') ?? '')) return false;
      const tierOf = (kind: string) => tiers.get(`${space}/${label(kind)}`);
      if (series.startsWith('kube_pod_')) return tierOf('pod') !== 'db';
      return !series.startsWith('kube_secret_') || tierOf('secret') === 'web';
    }

    const seriesOf = (text: string): string[] =>
      text
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .sort();

    async function same(what: string, withinMs: number): Promise<void> {
      let missing: string[] = [];
      let surplus: string[] = [];
      const probe = async (): Promise<true | undefined> => {
        const got = new Set(seriesOf(await selected.scrape()));
        const expected = new Set(seriesOf(await whole.scrape()).filter(selects));
        missing = [...expected].filter((line) => !got.has(line));
        surplus = [...got].filter((line) => !expected.has(line));
        return missing.length + surplus.length === 0 || undefined;
      };
      await until(what, probe, withinMs).catch(() => {
        expect({ what, missing, surplus }).to.deep.equal({ what, missing: [], surplus: [] });
      });
    }

    it('at the start, and after labels of objects and of namespaces have changed', async () => {
      await same('at the start', joinMsMax);
      expect(seriesOf(await selected.scrape()).length).to.be.above(1_000);
      await retier('sa', 'o0', 'db');
      await retier('sa', 'o1', 'web');
      await same('objects relabelled', leaveMsMax);
      await relabel('sc', 'a');
      await same('a namespace joined', joinMsMax);
      await relabel('sa', 'x');
      await same('a namespace left', leaveMsMax);
      await relabel('sa', 'b');
      await same('it is back', joinMsMax);
    });

    it('under churn, with nothing missing of what does not change', async () => {
      const steady = seriesOf(await selected.scrape()).filter((line) =>
        /namespace="sb"/.test(line),
      );
      expect(steady).to.have.length.above(100);
      const isWhole = (text: string): boolean => {
        const lines = new Set(text.split('\n'));
        return steady.every((line) => lines.has(line));
      };
      const random = seededRandom(23);
      const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
      const scrapes = await selected.scrapedThrough(isWhole, async () => {
        for (let round = 0; round < churnRounds; round++) {
          await relabel(pick(['sa', 'sc', 'sd']), pick(['a', 'b', 'x', undefined]));
          const space = pick(['sa', 'sc', 'sd']);
          await create(space, `new-${round}`, pick(['web', 'db', undefined]));
          await retier(space, `o${Math.floor(random() * objectsEach)}`, pick(['web', 'db']));
          if (round % 3 === 2) {
            const [gone] = [...tiers.keys()].filter((key) => /^s[acd]\/new-/.test(key));
            const [from = '', name = ''] = gone?.split('/') ?? [];
            await remove(from, name);
          }
        }
        await same('after the churn', joinMsMax);
      });
      process.stdout.write(`    ${scrapes} scrapes\n`);
    });

    it('with one list for many namespaces that join, and no false alarm of drift', async () => {
      const before = await selected.own('kube_state_metrics_relists_total', 'namespaces-joined');
      const names = Array.from({ length: 30 }, (_, i) => `bulk-${i}`);
      for (const name of names) {
        await server.must('POST', '/api/v1/namespaces', { metadata: { name } });
        teams.set(name, undefined);
        await create(name, 'o', 'web');
      }
      await until(
        'all are served',
        async () => {
          const text = await whole.scrape();
          return names.every((name) => text.includes(`namespace="${name}",pod="o"`)) || undefined;
        },
        joinMsMax,
      );
      await Promise.all(names.map((name) => relabel(name, 'a')));
      await same('many joined', 2 * joinMsMax);
      await Promise.all(names.map((name) => relabel(name, 'x')));
      await same('many left', leaveMsMax);
      const after = await selected.own('kube_state_metrics_relists_total', 'namespaces-joined');
      // Four resources have objects in them; the writes may fall into two turns.
      expect(after - before).to.be.within(4, 2 * 4);
      const drifts = await selected.own('kube_state_metrics_relists_total', 'reason="drift"');
      expect(drifts).to.equal(0);
    });
  });
});
