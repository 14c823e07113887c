// Secrets: their data is in no byte that the API server sends, however they are asked for.
import type { V1Secret } from '@kubernetes/client-node';
import { expect } from 'chai';
import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { seededRandom } from '../../src/demo/random.ts';
import type { Representation } from '../../src/kube/types.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { gauges } from '../../src/metrics/family.ts';
import { compile } from '../../src/metrics/render.ts';
import type { Resource } from '../../src/metrics/resource.ts';
import { created } from '../../src/metrics/stock.ts';
import { type Store, sinkOf } from '../../src/store/types.ts';
import { ResourceSync } from '../../src/sync/resourceSync.ts';
import { scopeOf } from '../../src/sync/scope.ts';
import { clientOf, recordingLog, recordingObserver } from '../kube/harness.ts';
import { textOf } from '../store/opened.ts';
import { openPlainStores } from '../store/plain.ts';
import { everything } from '../support/choices.ts';
import { type FaultRule, gone, status, tables, watchList } from '../support/faults.ts';
import { hastyClock } from '../support/start.ts';
import { openTap, type Tap } from '../support/tap.ts';
import { until } from '../support/until.ts';

const marker = 'bWFya2VyLW9mLWEtc2VjcmV0';
/** Two pages of the size that the reflector asks for. */
const secretCount = 501;

const secrets = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  scope: 'namespace',
  default: true,
  columns: { type: 'Type' },
  identity: { namespace: (s) => s.metadata.namespace, secret: (s) => s.metadata.name },
  families: {
    kube_secret_type: gauges('STABLE', 'What for.', ['type'], (s, emit) => emit(1, s.type)),
    kube_secret_created: created('STABLE'),
  },
} as const satisfies Resource<V1Secret>;

const asTable: Representation = { columns: secrets.columns };

const secretOf = (name: string, key = 'password') => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'example.com/kind',
  metadata: { name, namespace: 'x', labels: { app: name } },
  data: { [key]: marker },
});

interface Exporter {
  readonly server: ApiServer;
  readonly tap: Tap;
  readonly sync: ResourceSync;
  readonly store: Store;
  readonly told: readonly string[];
  text(): Promise<string>;
}

/** A server, a tap on its wire, and all that stands between the wire and the store. */
async function withExporter(
  representation: Representation,
  rules: readonly FaultRule[],
  use: (exporter: Exporter) => Promise<void>,
  clock: Clock = hastyClock(20),
): Promise<void> {
  const server = new ApiServer({ clock: systemClock, random: seededRandom(1) });
  for (let i = 0; i < secretCount; i++) server.create(secretOf(`s${i}`));
  for (const rule of rules) server.faults.add(rule);
  const tap = await openTap((await server.listen(0, '127.0.0.1')).url);
  const choices = { enabled: () => true, labels: undefined, annotations: undefined };
  const stores = openPlainStores(
    new Map([
      [
        'secrets',
        compile<V1Secret>(secrets, choices, (_, __, error) => {
          throw error;
        }),
      ],
    ]),
  );
  const store = stores.byResource.get('secrets') as Store;
  const scope = scopeOf(everything);
  const log = recordingLog();
  const observer = recordingObserver();
  const sync = new ResourceSync({
    client: clientOf(tap.url, clock, log),
    clock,
    random: () => 0,
    log,
    observer,
    scope,
    representation,
    limit: undefined,
    collections: scope.collections('secrets', secrets),
    sinkOf: (part) => sinkOf(store, part),
    versionsOf: (part) => store.versions(part),
  });
  const ending = new AbortController();
  const running = sync.run(ending.signal);
  const text = (): Promise<string> => textOf(stores.snapshot(() => true));
  try {
    await use({ server, tap, sync, store, told: observer.told, text });
  } finally {
    ending.abort();
    await running;
    await tap.close();
    await server.close();
  }
}

const synced = ({ sync }: Exporter): Promise<void> =>
  until(() => sync.statuses.every((one) => one.synced && one.detail === 'watching'));

/** Has the reflector list again, for a reason that the fault gives it. */
async function relisted(exporter: Exporter, rule: FaultRule): Promise<void> {
  const { server, tap, told } = exporter;
  await synced(exporter);
  const lists = (): number => told.filter((word) => word === 'list success').length;
  const before = lists();
  tap.forget();
  server.faults.add(rule);
  tap.cut();
  await until(() => lists() > before);
  await synced(exporter);
}

const asLists: FaultRule = { verb: 'watch', act: watchList('off') };
const watchFails = (act: FaultRule['act']): FaultRule => ({
  verb: 'watch',
  times: 1,
  act,
  when: ({ query }) => query.sendInitialEvents === undefined,
});

const ways: [way: string, rules: FaultRule[], go: (exporter: Exporter) => Promise<void>][] = [
  ['a list streamed by a watch', [], synced],
  ['a list', [asLists], synced],
  [
    'a watch',
    [],
    async (exporter) => {
      const { server, tap, store } = exporter;
      await synced(exporter);
      tap.forget();
      server.create(secretOf('new'));
      server.update(secretOf('s1', 'other-key'));
      server.delete('secrets', 'x', 's2');
      server.delete('secrets', 'x', 's3');
      await until(() => store.size.objects === secretCount - 1);
    },
  ],
  ['a relist streamed by a watch', [], (exporter) => relisted(exporter, watchFails(gone))],
  ['a relist', [asLists], (exporter) => relisted(exporter, watchFails(gone))],
  [
    'a relist in pages',
    [asLists],
    async (exporter) => {
      await relisted(exporter, watchFails(status(400, 'BadRequest')));
      const pages = exporter.server.requests.filter(({ query }) => query.limit === '500');
      expect(pages.length).to.equal(2);
    },
  ],
];

describe('The data of secrets', () => {
  for (const [way, rules, go] of ways) {
    it(`is in no byte of ${way}, though all that is served of them is`, () =>
      withExporter(asTable, rules, async (exporter) => {
        await go(exporter);
        expect(exporter.tap.bytes().includes('example.com/kind')).to.equal(true);
        expect(exporter.tap.bytes().includes(marker)).to.equal(false);
        const text = await exporter.text();
        expect(text).to.match(
          /^kube_secret_type\{namespace="x",secret="s1",type="example.com\/kind"\} 1$/m,
        );
        expect(text).to.match(/^kube_secret_created\{namespace="x",secret="s1"\} \d/m);
      }));

    it(`would be seen here in ${way} if secrets were asked for as other objects are`, () =>
      withExporter('object', rules, async (exporter) => {
        await go(exporter);
        expect(exporter.tap.bytes().includes(marker)).to.equal(true);
      }));
  }

  const refusals: [
    mode: 'refused' | 'ignored',
    asks: string,
    isAsked: (count: number) => boolean,
  ][] = [
    ['refused', 'asked for as a table from time to time', (count) => count >= 3],
    ['ignored', 'never asked for again', (count) => count === 1],
  ];
  for (const [mode, asks, isAsked] of refusals) {
    it(`is ${asks} where the wish for a table is ${mode}, and that is said`, () => {
      const clock = hastyClock(2_000);
      const judge = async ({ sync, server, store }: Exporter): Promise<void> => {
        await until(() => sync.statuses.every(({ refused }) => refused));
        const [at] = sync.statuses;
        expect(at?.synced).to.equal(false);
        expect(at?.detail).to.match(/^not given as a table, and not asked for whole: \S/);
        // As long as the pauses between several tries.
        await clock.sleep(300_000);
        await until(() => isAsked(server.requests.length));
        expect(store.size.objects).to.equal(0);
        for (const { accept, query } of server.requests) {
          expect(accept).to.equal('application/json;as=Table;g=meta.k8s.io;v=v1');
          expect(query.includeObject).to.equal('Metadata');
        }
      };
      return withExporter(asTable, [{ act: tables(mode) }], judge, clock);
    });
  }
});
