// The answers that are made at once: what is said of each state, and how sizes are put together.
import { expect } from 'chai';
import { familiesIn, namespacesAnswer, statusAnswer } from '../../src/explorer/answers.ts';
import type { ExplorerSource, ExplorerStores } from '../../src/explorer/source.ts';
import type { ResourceStatus } from '../../src/http/readiness.ts';
import type { LeaderStatus } from '../../src/leader/status.ts';
import type { ResourceSizes, StoreSize } from '../../src/store/types.ts';
import { TestClock } from '../support/clock.ts';
import { familyHeader } from '../support/familyHeader.ts';

const size = (objects: number, series: number, bytes: number): StoreSize => ({
  objects,
  series,
  bytes,
});

const sizesOf = (
  resource: string,
  families: Readonly<Record<string, number>>,
  namespaces: Readonly<Record<string, StoreSize>> = {},
): ResourceSizes => ({
  resource,
  ...size(1, 2, 30),
  families: Object.entries(families).map(([name, bytes]) => ({
    header: familyHeader(name),
    series: 1,
    bytes,
  })),
  namespaces: new Map(Object.entries(namespaces)),
});

const pods: ResourceStatus = { resource: 'pods', synced: true, refused: false, detail: 'watching' };
const wallMs = 1_700_000_100_000;
const untilMs = wallMs - 5_000;

const sourceOf = (given: Partial<ExplorerSource>): ExplorerSource => ({
  stores: {
    byResource: new Map(),
    sizes: () => ({ state: 7, resources: [sizesOf('pods', { kube_pod_info: 30 })] }),
    find: () => expect.fail('not asked for'),
    snapshot: () => expect.fail('a snapshot would cost memory'),
    stalenessMs: () => 1_500,
  } satisfies ExplorerStores,
  readiness: () => [pods],
  leadership: () => undefined,
  serveBeforeSync: false,
  gzip: true,
  lastEventMs: () => undefined,
  history: { answer: () => ({ interval: 30, points: [] }) },
  version: '1',
  startedMs: wallMs - 60_000,
  telemetryPort: 8081,
  clock: new TestClock({ wallMs }),
  log: { error: () => undefined },
  ...given,
});

describe('the status', () => {
  const leads: LeaderStatus = {
    serves: true,
    keepsConnections: true,
    ready: true,
    sentence: 'This replica leads.',
  };
  const ready = 'Ready: 1 resource synced.';
  const behind = (ageMs: number) => [{ ...pods, behind: { untilMs, ageMs, why: 'it broke' } }];

  // biome-ignore format: one row per state
  const states: readonly [name: string, given: Partial<ExplorerSource>, serves: boolean, sentence: string, good: boolean, headlines: string[]][] = [
    ['followed, with no event so far', {}, true, `${ready} No event came so far.`, true, []],
    ['followed, with an event', { lastEventMs: () => wallMs - 3_000 }, true, `${ready} The last event came 3 s ago.`, true, []],
    ['a watch that is being reopened', { readiness: () => behind(5_000) }, true, `${ready} pods: no watch open for 5 s.`, true, []],
    ['stale', { readiness: () => behind(120_000) }, true, 'Serving the state of 22:14:55, 2 min old: it broke; affected: pods', false, []],
    ['stale, on a follower', { readiness: () => behind(120_000), leadership: () => ({ ...leads, serves: false, sentence: 'It follows.' }) }, false, 'Holding the state of 22:14:55, 2 min old: it broke; affected: pods', false, ['It follows.']],
    ['before the sync', { readiness: () => [{ ...pods, synced: false }] }, false, 'Not ready: 1 of 1 resource had no complete list yet.', false, []],
    ['before the sync, served all the same', { serveBeforeSync: true, readiness: () => [{ ...pods, synced: false }] }, true, 'Not ready: 1 of 1 resource had no complete list yet.', false, []],
    ['a leader', { leadership: () => leads }, true, `${ready} No event came so far.`, true, ['This replica leads.']],
    ['a follower', { leadership: () => ({ ...leads, serves: false, sentence: 'It follows.' }) }, false, `${ready} No event came so far.`, true, ['It follows.']],
  ];
  for (const [name, given, serves, sentence, good, headlines] of states) {
    it(`tells: ${name}`, () => {
      const status = statusAnswer(sourceOf(given));
      expect(status.serves).to.equal(serves);
      expect(status.freshness).to.deep.equal({ sentence, good });
      expect(status.headlines.map((one) => one.sentence)).to.deep.equal(headlines);
      expect(status).to.deep.include({ snapshot: 7, stalenessSeconds: 1.5, now: wallMs / 1_000 });
    });
  }

  it('has each resource that is followed, and those whose store is there still', () => {
    const definitions = { ...pods, resource: 'customresourcedefinitions' };
    const source = sourceOf({
      readiness: () => [definitions, { ...pods, detail: 'two\n lines' }],
      stores: {
        ...sourceOf({}).stores,
        sizes: () => ({
          state: 1,
          resources: [sizesOf('pods', { kube_a: 10, kube_b: 20 }), sizesOf('gone', {})],
        }),
      },
      lastEventMs: (resource) => (resource === 'pods' ? wallMs - 1_500 : undefined),
    });
    const { resources, total } = statusAnswer(source);
    expect(total).to.deep.equal(size(2, 4, 60));
    const rows = resources.map((one) => [
      ...[one.resource, one.state, one.detail, one.families, one.bytes, one.lastEventSeconds],
    ]);
    expect(rows).to.deep.equal([
      ['customresourcedefinitions', 'synced', 'watching', 0, 0, null],
      ['pods', 'synced', 'two lines', 2, 30, 1.5],
      ['gone', 'absent', 'is being removed', 0, 30, null],
    ]);
  });
});

describe('sizes', () => {
  it('are those of a family in all stores that have it, largest first', () => {
    const resources = [
      sizesOf('a', { small: 5, shared: 10 }),
      sizesOf('b', { shared: 30, large: 35 }),
    ];
    const families = familiesIn({ resources });
    expect(
      families.map(({ name, resource, series, bytes }) => [name, resource, series, bytes]),
    ).to.deep.equal([
      ['shared', 'a', 2, 40],
      ['large', 'b', 1, 35],
      ['small', 'a', 1, 5],
    ]);
  });

  it('have the type and HELP of the first store that has objects, as /metrics does', () => {
    const withHelp = (help: string, objects: number): ResourceSizes => ({
      ...sizesOf(help, {}),
      objects,
      families: [{ header: { ...familyHeader('shared'), help }, series: 0, bytes: 0 }],
    });
    const [empty, first, second] = [withHelp('a', 0), withHelp('b', 1), withHelp('c', 1)];
    const helpOf = (...resources: ResourceSizes[]) => familiesIn({ resources })[0]?.help;
    expect(helpOf(empty, first, second)).to.equal('b');
    expect(helpOf(empty)).to.equal('a');
  });

  it('are those of a namespace in all resources; the smallest namespaces are summed', () => {
    const resources = [
      sizesOf('pods', {}, { shop: size(2, 20, 200), web: size(1, 10, 100) }),
      sizesOf('services', {}, { shop: size(1, 5, 300) }),
      sizesOf('nodes', {}, { '': size(4, 4, 50) }),
    ];
    const { namespaces, more } = namespacesAnswer({ state: 3, resources }, 1);
    expect(namespaces).to.deep.equal([
      {
        namespace: 'shop',
        ...size(3, 25, 500),
        resources: [
          { resource: 'services', ...size(1, 5, 300) },
          { resource: 'pods', ...size(2, 20, 200) },
        ],
      },
    ]);
    expect(more).to.deep.equal({ namespaces: 2, ...size(5, 14, 150) });
  });
});
