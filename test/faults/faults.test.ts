// The bad days of an API server, one row each: what is served meanwhile, and how soon all is right.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Running } from '../../src/app/run.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import * as faults from '../support/faults.ts';
import { pod, Scene } from './scene.ts';

/** More than a page of a list. */
const manyPods = 600;

const noWatchList: faults.FaultRule = { verb: 'watch', act: faults.watchList('refused') };
const continued = ({ query }: faults.FaultTarget): boolean => query.continue !== undefined;

const streamed = ({ query }: faults.FaultTarget): boolean => query.sendInitialEvents !== undefined;

interface Row {
  readonly fault: string;
  readonly args?: readonly string[];
  /** There are so many pods that lists come in pages, and compressed. */
  readonly many?: true;
  /** Before the program starts. */
  readonly before?: (scene: Scene) => void;
  /** From here on all is wrong. The connections break afterwards. */
  readonly begin: (scene: Scene) => void | Promise<void>;
  /** What the server does meanwhile; objects come, change and go unless the row says otherwise. */
  readonly meanwhile?: (scene: Scene) => void;
  readonly lastsMs: number;
  /** All is well again; the rules of faults are taken back in any case. */
  readonly end?: (scene: Scene) => void | Promise<void>;
  /** Series about the program, and the least that each has grown to when it has recovered. */
  readonly tells: Readonly<Record<string, number>>;
  /** A line of the log that says what began. */
  readonly logs?: string;
  /** The most requests while it lasts; any number where nothing is said. */
  readonly requestsMax?: number;
  /** Series that stay at zero. */
  readonly not?: readonly string[];
}

const name = 'kube_state_metrics';
const restarts = (reason: string): string =>
  `${name}_watch_restarts_total{resource="pods",reason="${reason}"}`;
const relists = (reason: string): string =>
  `${name}_relists_total{resource="pods",reason="${reason}"}`;
const malformed = `${name}_malformed_objects_total{resource="pods"}`;
const driftFound = `${name}_consistency_checks_total{resource="pods",result="drift"}`;

/** Nothing is read again where the watch can go on. */
const noRelist = [relists('gone'), relists('retry'), relists('version-refused')];

const rows: readonly Row[] = [
  {
    fault: 'refuses connections',
    begin: ({ server }) => server.close(),
    lastsMs: 90_000,
    end: (scene) => scene.listen(),
    tells: { [restarts('reset')]: 3 },
    not: noRelist,
  },
  {
    fault: 'breaks the connection before any answer',
    begin: (scene) => scene.server.faults.add({ act: faults.reset }) && undefined,
    lastsMs: 60_000,
    tells: { [restarts('reset')]: 3 },
    not: noRelist,
  },
  {
    fault: 'breaks the connection in the middle of a page of a relist',
    many: true,
    before: ({ server }) => server.faults.add(noWatchList),
    begin(scene) {
      scene.onWatches(faults.gone, { times: 1, resource: 'pods' });
      scene.onLists(faults.gone, { when: ({ query }) => query.resourceVersion !== undefined });
      scene.onLists(faults.resetWithin(20), { when: continued });
    },
    lastsMs: 30_000,
    tells: { [relists('gone')]: 1, [relists('retry')]: 1 },
  },
  {
    fault: 'breaks the connection in the middle of a streamed relist',
    many: true,
    begin(scene) {
      scene.onWatches(faults.gone, { times: 1, resource: 'pods' });
      const act = faults.resetWithin(300);
      scene.server.faults.add({ verb: 'watch', resource: 'pods', when: streamed, act });
    },
    lastsMs: 30_000,
    tells: { [relists('gone')]: 1, [relists('retry')]: 2 },
  },
  {
    fault: 'breaks the connection in the middle of an event',
    begin: (scene) => scene.onWatches(faults.resetWithin(0)),
    lastsMs: 30_000,
    tells: { [restarts('reset')]: 3 },
    logs: 'info the watch broke, opening it again',
    not: noRelist,
  },
  {
    fault: 'falls silent on an open connection',
    begin: (scene) => scene.onWatches(faults.silent(0), { times: 2 }),
    // The window of silence, which is what such a connection costs.
    lastsMs: 185_000,
    tells: { [restarts('silence')]: 1 },
    logs: 'info the watch fell silent, opening it again',
    not: noRelist,
  },
  {
    fault: 'answers lists and watches with 410',
    begin: (scene) => scene.server.faults.add({ resource: 'pods', act: faults.gone }) && undefined,
    lastsMs: 40_000,
    tells: { [relists('gone')]: 1, [relists('retry')]: 2 },
  },
  {
    fault: 'has compacted the resourceVersion of the watch (410)',
    begin: async ({ server }) => server.close(),
    lastsMs: 5_000,
    async end(scene) {
      scene.server.compact();
      await scene.listen();
    },
    tells: { [relists('gone')]: 1 },
    not: [relists('retry')],
  },
  {
    fault: 'has compacted the resourceVersion of a paged list (410)',
    many: true,
    before: ({ server }) => server.faults.add(noWatchList),
    begin(scene) {
      scene.onWatches(faults.gone, { times: 1, resource: 'pods' });
      scene.onLists(faults.gone, {
        when: ({ query }) => query.resourceVersion !== undefined,
        times: 1,
      });
      scene.onLists(faults.gone, { when: continued });
    },
    lastsMs: 10_000,
    tells: { [relists('gone')]: 1 },
    not: [relists('retry')],
  },
  {
    fault: 'throttles requests (429, Retry-After)',
    begin: (scene) => scene.server.faults.add({ act: faults.throttled(8) }) && undefined,
    lastsMs: 30_000,
    requestsMax: 10,
    tells: { [restarts('refused')]: 2 },
    not: noRelist,
  },
  {
    fault: 'accepts requests and does not answer them',
    begin: ({ server }) => server.faults.add({ act: faults.hang }) && undefined,
    lastsMs: 60_000,
    // The time-out of 70 s is undici's, by the machine's clock: a test cannot wait for it.
    end: ({ server }) => server.cut(),
    tells: { [restarts('reset')]: 1 },
    not: noRelist,
  },
  {
    fault: 'cuts every watch after a minute, as load balancers do',
    begin: (scene) => scene.onWatches(faults.cutAfter(scene.clock, 60_000)),
    lastsMs: 310_000,
    // The watches of two resources and the checks of their versions, each about five times.
    requestsMax: 24,
    tells: { [restarts('reset')]: 5 },
    logs: 'info the watch broke, opening it again',
    not: noRelist,
  },
  {
    fault: 'refuses access that it granted before (403)',
    begin: (scene) =>
      scene.server.faults.add({ resource: 'pods', act: faults.forbid }) && undefined,
    lastsMs: 75_000,
    tells: { [restarts('refused')]: 3 },
    not: noRelist,
  },
  {
    fault: 'keeps failing (500)',
    begin: ({ server }) =>
      server.faults.add({ act: faults.status(500, 'InternalError') }) && undefined,
    lastsMs: 120_000,
    tells: { [restarts('refused')]: 5 },
    not: noRelist,
  },
  {
    fault: 'is behind a proxy that answers 200 with an HTML page',
    begin: (scene) => scene.server.faults.add({ act: faults.htmlPage(200) }) && undefined,
    lastsMs: 60_000,
    tells: { [restarts('refused')]: 3 },
    not: noRelist,
  },
  {
    fault: 'is behind a proxy that answers 502 with an HTML page',
    begin: (scene) => scene.server.faults.add({ act: faults.htmlPage(502) }) && undefined,
    lastsMs: 60_000,
    tells: { [restarts('refused')]: 3 },
    not: noRelist,
  },
  {
    fault: 'truncates compressed lists',
    many: true,
    before: ({ server }) => server.faults.add(noWatchList),
    begin(scene) {
      scene.onWatches(faults.gone, { times: 1, resource: 'pods' });
      scene.onLists(faults.truncated(2_000));
    },
    lastsMs: 30_000,
    tells: { [relists('gone')]: 1, [relists('retry')]: 2 },
  },
  {
    fault: 'sends bookmarks without a resourceVersion',
    begin: (scene) => scene.onWatches(faults.bookmarks('noVersion')),
    lastsMs: 130_000,
    // A watch that begins at no version would not tell of this end.
    async end(scene) {
      await scene.server.close();
      scene.server.delete('pods', 'x', 'comes');
      await scene.listen();
    },
    tells: { [malformed]: 2 },
    not: noRelist,
  },
  {
    fault: 'sends DELETED for an object that was never seen',
    begin: (scene) => scene.onWatches(faults.strayEvent(1, 'DELETED', pod('stranger'))),
    lastsMs: 5_000,
    tells: {},
    not: [...noRelist, malformed],
  },
  {
    fault: 'sends DELETED for an object whose name another object has now',
    begin(scene) {
      const old = scene.server.get<ApiObject>('pods', 'x', 'is-replaced') as ApiObject;
      // One event is the end, one the new beginning.
      scene.onWatches(faults.strayEvent(2, 'DELETED', old), { resource: 'pods' });
    },
    meanwhile: (scene) => scene.replace(),
    lastsMs: 5_000,
    tells: {},
    not: [...noRelist, malformed],
  },
  ...(['ADDED', 'MODIFIED', 'DELETED'] as const).map(
    (type): Row => ({
      fault: `sends ${type} events that are not JSON`,
      begin: (scene) => scene.onWatches(faults.malformedEvents(type)),
      lastsMs: 15_000,
      tells: { [malformed]: 1, [relists('unreadable')]: 1 },
      logs: 'warn an event could not be read, listing again soon',
      not: noRelist,
    }),
  ),
  {
    fault: 'omits DELETED events',
    args: ['--consistency-check-interval=10s'],
    begin: (scene) => scene.onWatches(faults.missedDeletions),
    lastsMs: 30_000,
    tells: { [relists('drift')]: 1, [driftFound]: 1 },
  },
  {
    fault: 'replaces an object under its name, then compacts (410)',
    begin: ({ server }) => server.close(),
    meanwhile: (scene) => scene.replace(),
    lastsMs: 5_000,
    async end(scene) {
      scene.server.compact();
      await scene.listen();
    },
    tells: { [relists('gone')]: 1 },
  },
  {
    fault: 'replaces an object under its name while it cannot be reached',
    begin: ({ server }) => server.close(),
    meanwhile: (scene) => scene.replace(),
    lastsMs: 5_000,
    end: (scene) => scene.listen(),
    tells: { [restarts('reset')]: 1 },
    not: noRelist,
  },
];

describe('When the API server', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/reliability.md'), 'utf8');
  let scene: Scene;

  beforeEach(async () => {
    scene = new Scene();
    await scene.listen();
  });
  afterEach(() => scene.stop());

  async function tells(program: Running, { tells, not = [] }: Row): Promise<void> {
    for (const [series, least] of Object.entries(tells)) {
      expect(await scene.self(program, series), series).to.be.at.least(least);
    }
    for (const series of not) expect(await scene.self(program, series), series).to.equal(0);
    const stale = `${name}_resource_stale{resource="pods"}`;
    expect(await scene.self(program, stale), stale).to.equal(0);
  }

  for (const row of rows) {
    it(`${row.fault}: docs/reliability.md says what is done about it`, () => {
      expect(page).to.include(`\n| ${row.fault} | `);
    });

    it(`${row.fault}: no scrape is short, and ten seconds after it all is right`, async () => {
      if (row.many) scene.fill(manyPods);
      row.before?.(scene);
      const program = await scene.startSynced(...(row.args ?? []));
      await row.begin(scene);
      scene.server.cut();
      await scene.pass(1_000);
      if (row.meanwhile) row.meanwhile(scene);
      else scene.change();
      scene.server.forgetRequests();
      await scene.pass(row.lastsMs);
      expect(scene.server.requests.length).to.be.at.most(row.requestsMax ?? 1_000);
      scene.server.faults.clear();
      row.before?.(scene);
      await row.end?.(scene);
      await scene.recovers(program);
      await tells(program, row);
      if (row.logs !== undefined) expect(scene.log.lines).to.include(row.logs);
    });
  }
});
