// --object-selector and --namespace-selector through the whole program: exactly what is selected.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { configOf, custom, definition, entryOf } from '../support/customs.ts';
import { forbid } from '../support/faults.ts';
import { clusterOf, node, TestProgram } from '../support/program.ts';
import { fastClock } from '../support/start.ts';
import { until } from '../support/until.ts';

/** Ten times faster than real time. */
const clock = fastClock(10);

type Labels = Record<string, string>;

/** Objects are called o1, o2 and so on, each once, so that series tell whose they are. */
const called = (kind: string, n: number, namespace: string, labels: Labels = {}) =>
  ({
    apiVersion: kind === 'ReplicaSet' ? 'apps/v1' : 'v1',
    kind,
    metadata: { name: `o${n}`, namespace, labels },
    spec: kind === 'Pod' ? { containers: [{ name: 'c', image: 'i' }], nodeName: 'n1' } : {},
    ...(kind === 'Secret' && { type: 'Opaque' }),
    status: {},
  }) as unknown as ApiObject;

const namespace = (name: string, labels: Labels = {}): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
  status: { phase: 'Active' },
});

const resources = '--resources=pods,secrets,configmaps,replicasets,nodes,namespaces';
const withoutNamespaces = resources.replace(',namespaces', '');
const seriesOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .sort();

describe('A program with selectors', () => {
  let server: ApiServer;
  let url: string;
  let programs: TestProgram[];

  beforeEach(async () => {
    const kinds = ['Pod', 'Secret', 'ConfigMap', 'ReplicaSet'];
    const objects = ['a', 'b', 'c'].flatMap((name, i) =>
      kinds.flatMap((kind, j) => [
        called(kind, 100 * i + 10 * j, name, { team: 'a', tier: 'web' }),
        called(kind, 100 * i + 10 * j + 1, name, { team: 'a', tier: 'db' }),
        called(kind, 100 * i + 10 * j + 2, name),
      ]),
    );
    const spaces = [namespace('a', { team: 'a' }), namespace('b', { team: 'b' }), namespace('c')];
    ({ server, url } = await clusterOf(node('n1'), ...spaces, ...objects));
    programs = [];
  });

  afterEach(async () => {
    for (const program of programs) await program.stop();
    await server.close();
  });

  async function start(...args: string[]): Promise<TestProgram> {
    const program = new TestProgram(undefined, clock);
    programs.push(program);
    await program.start(`--apiserver=${url}`, ...args);
    return program;
  }

  async function synced(...args: string[]): Promise<TestProgram> {
    const program = await start(...args);
    await until(async () => !(await program.scrape()).startsWith('503'));
    return program;
  }

  /** Waits until the program serves the other's series of objects that are selected, and no more. */
  async function servesOf(
    program: TestProgram,
    whole: TestProgram,
    selects: (series: string) => boolean,
  ): Promise<void> {
    const look = async (): Promise<{ got: string[]; expected: string[] }> => ({
      got: seriesOf(await program.scrape()),
      expected: seriesOf(await whole.scrape()).filter(selects),
    });
    const same = async (): Promise<boolean> => {
      const { got, expected } = await look();
      return got.join('\n') === expected.join('\n');
    };
    await until(same, 10_000).catch(async () => {
      const { got, expected } = await look();
      expect(got).to.deep.equal(expected);
    });
  }

  function relabel(resource: string, space: string | undefined, name: string, labels: Labels) {
    const now = server.get<ApiObject>(resource, space, name) as ApiObject;
    server.update({ ...now, metadata: { ...now.metadata, labels } });
  }

  /** The objects that a selector of the server's own gives, by name. */
  const named = (resource: string, selects: (labels: Labels) => boolean): Set<string> =>
    new Set(
      [...server.objects(resource)]
        .filter(({ metadata }) => selects(metadata.labels ?? {}))
        .map(({ metadata }) => metadata.name),
    );
  const objectIn = (series: string): string => /="(o\d+)"/.exec(series)?.[1] ?? '';
  const namespaceIn = (series: string): string => /[{,]namespace="(.*?)"/.exec(series)?.[1] ?? '';

  describe('of objects', () => {
    const flags = [
      '--object-selector=pods:team=a,tier!=db',
      '--object-selector=secrets:tier in (web)',
      '--object-selector=configmaps:!team',
      '--object-selector=namespaces:team',
    ];
    const prefixes: [prefix: string, resource: string, selects: (labels: Labels) => boolean][] = [
      ['kube_pod_', 'pods', ({ team, tier }) => team === 'a' && tier !== 'db'],
      ['kube_secret_', 'secrets', ({ tier }) => tier === 'web'],
      ['kube_configmap_', 'configmaps', ({ team }) => team === undefined],
      ['kube_namespace_', 'namespaces', ({ team }) => team !== undefined],
    ];
    const selected = (series: string): boolean => {
      const row = prefixes.find(([prefix]) => series.startsWith(prefix));
      if (row === undefined) return true;
      const [, resource, selects] = row;
      const name = resource === 'namespaces' ? namespaceIn(series) : objectIn(series);
      return named(resource, selects).has(name);
    };

    it('serves the series of what matches, of objects, metadata and tables, as labels change', async () => {
      const whole = await synced(resources);
      const program = await synced(resources, ...flags);
      await servesOf(program, whole, selected);
      expect(seriesOf(await program.scrape()).length).to.be.within(60, 1_000);
      relabel('pods', 'a', 'o0', { team: 'a', tier: 'db' });
      relabel('pods', 'b', 'o102', { team: 'a' });
      relabel('secrets', 'a', 'o11', { tier: 'web' });
      relabel('configmaps', 'c', 'o222', { team: 'x' });
      relabel('namespaces', undefined, 'c', { team: 'c' });
      server.delete('pods', 'b', 'o100');
      server.create(called('Pod', 900, 'c', { team: 'a' }));
      await servesOf(program, whole, selected);
      relabel('pods', 'a', 'o0', { team: 'a', tier: 'web' });
      relabel('namespaces', undefined, 'c', {});
      await servesOf(program, whole, selected);
    });

    it('has the API server select, in every list, watch and check', async () => {
      server.compact();
      const program = await synced(resources, ...flags, '--consistency-check-interval=10s');
      await until(() =>
        server.requests.some(
          ({ path, query }) =>
            path === '/api/v1/pods' &&
            query.resourceVersionMatch === 'NotOlderThan' &&
            !query.watch,
        ),
      );
      server.cut();
      server.faults.add({ resource: 'pods', verb: 'watch', act: forbid, times: 1 });
      await until(() => program.running.readiness().every(({ detail }) => detail === 'watching'));
      const asked = (path: string): string[] => [
        ...new Set(
          server.requests
            .filter((request) => request.path === path)
            .map(({ query }) => query.labelSelector ?? ''),
        ),
      ];
      expect(asked('/api/v1/pods')).to.deep.equal(['team=a,tier!=db']);
      expect(asked('/api/v1/secrets')).to.deep.equal(['tier in (web)']);
      expect(asked('/api/v1/configmaps')).to.deep.equal(['!team']);
      expect(asked('/apis/apps/v1/replicasets')).to.deep.equal(['']);
      expect(
        program.said('stored objects differ from those of the API server, listing again'),
      ).to.deep.equal([]);
    });

    it('says what it selects, and what it would select of what is not served', async () => {
      const objects = ['pods:team=a', 'jobs:x'];
      const program = await synced(
        '--resources=pods',
        ...objects.map((one) => `--object-selector=${one}`),
        '--namespace-selector=team',
      );
      const [line] = program.said('only objects that match label selectors are served');
      expect(line?.keys).to.deep.equal({ objects, namespaces: 'team' });
      const [idle] = program.said('this resource of --object-selector is not served');
      expect(idle?.keys).to.deep.equal({ resource: 'jobs' });
    });

    for (const name of ['orders', 'orders.shop.example.com', 'orders.v1.shop.example.com']) {
      it(`serves of custom resources what matches, called ${name}`, async () => {
        server.create(definition('Order'));
        server.create(custom('Order', 'plain'));
        const labelled = custom('Order', 'labelled');
        labelled.metadata.labels = { team: 'a' };
        server.create(labelled);
        const program = await synced(
          '--custom-resource-state-only',
          `--custom-resource-state-config=${configOf(entryOf('Order'))}`,
          `--object-selector=${name}:team=a`,
        );
        const lines = seriesOf(await program.scrape());
        expect(lines.map((line) => /[{,]name="(\w+)"/.exec(line)?.[1])).to.deep.equal(['labelled']);
      });
    }
  });

  describe('of namespaces', () => {
    const flag = '--namespace-selector=team in (a,b)';
    const inSelected = (series: string): boolean => {
      const selected = named('namespaces', ({ team }) => team === 'a' || team === 'b');
      return series.startsWith('kube_node_') || selected.has(namespaceIn(series));
    };

    it('serves what is in those that match, and them, as labels change', async () => {
      const whole = await synced(resources);
      const program = await synced(resources, flag);
      await servesOf(program, whole, inSelected);
      expect(seriesOf(await program.scrape()).some((line) => line.includes('"o0"'))).to.equal(true);
      relabel('namespaces', undefined, 'c', { team: 'b' });
      await servesOf(program, whole, inSelected);
      expect(seriesOf(await program.scrape()).some((line) => line.includes('"o200"'))).to.equal(
        true,
      );
      relabel('namespaces', undefined, 'a', {});
      server.create(namespace('d', { team: 'a' }));
      for (const kind of ['Pod', 'Secret']) server.create(called(kind, 900, 'd'));
      await servesOf(program, whole, inSelected);
      relabel('namespaces', undefined, 'a', { team: 'a' });
      server.delete('namespaces', undefined, 'b');
      await servesOf(program, whole, inSelected);
    });

    it('lists nothing again for a new namespace, and only what it left out for another', async () => {
      const program = await synced(resources, flag);
      const relisted = (): Promise<string[]> =>
        program
          .self('kube_state_metrics_relists_total')
          .then((lines) => lines.filter((line) => /namespaces-joined"\} [1-9]/.test(line)));
      server.create(namespace('d', { team: 'a' }));
      await until(() => program.said('other namespaces match --namespace-selector now').length > 0);
      server.create(called('Pod', 900, 'd'));
      await until(async () => (await program.scrape()).includes('"o900"'));
      expect(await relisted()).to.deep.equal([]);
      for (const resource of ['secrets', 'configmaps', 'replicasets']) {
        for (const { metadata } of [...server.objects(resource)]) {
          if (metadata.namespace === 'c') server.delete(resource, 'c', metadata.name);
        }
      }
      // What was left out before is remembered: a list would show that it is gone.
      relabel('namespaces', undefined, 'c', { team: 'a' });
      await until(async () => (await program.scrape()).includes('"o200"'));
      await until(async () => (await relisted()).length === 4);
      expect((await relisted()).filter((line) => line.includes('nodes'))).to.deep.equal([]);
    });

    it('is not ready before it knows them, says so, and serves once it does', async () => {
      server.faults.add({ resource: 'namespaces', act: forbid });
      const program = await start(withoutNamespaces, flag);
      const nodes = () => program.running.readiness().find(({ resource }) => resource === 'nodes');
      await until(() => nodes()?.synced === true);
      const details = new Map(
        program.running.readiness().map(({ resource, detail }) => [resource, detail]),
      );
      expect(await program.scrape()).to.match(/^503 /);
      expect(details.get('pods')).to.equal(
        'waiting for the namespaces that match --namespace-selector',
      );
      await until(() => setStatus(program)?.detail.startsWith('forbidden: ') === true);
      // As long as a refusal takes to be final for other resources.
      await until(() => program.said('refused by the API server').length > 0);
      expect(await program.scrape()).to.match(/^503 /);
      const [said] = program.said('refused by the API server');
      expect(said?.keys).to.include({ resource: 'namespaces', for: '--namespace-selector' });
      server.faults.clear();
      await until(async () => !(await program.scrape()).startsWith('503'));
      expect(seriesOf(await program.scrape()).filter((line) => line.includes('"o0"'))).to.not.be
        .empty;
    });

    it('keeps what it serves while it may not read them any more, and says that it is old', async () => {
      const program = await synced(withoutNamespaces, flag);
      const before = seriesOf(await program.scrape());
      server.faults.add({ resource: 'namespaces', act: forbid });
      server.cut();
      await until(() => program.said('the state that is served is stale').length > 0);
      const [line] = program.said('the state that is served is stale');
      expect(line?.keys).to.include({ resource: 'namespaces (--namespace-selector)' });
      relabel('namespaces', undefined, 'a', {});
      expect(seriesOf(await program.scrape()).filter((one) => one.includes('"o0"'))).to.deep.equal(
        before.filter((one) => one.includes('"o0"')),
      );
      server.faults.clear();
      await until(async () => !(await program.scrape()).includes('"o0"'));
    });

    it('warns where none matches', async () => {
      const program = await synced(resources, '--namespace-selector=team=nobody');
      const message = 'no namespace matches --namespace-selector, each is served once it does';
      expect(program.said(message)).to.have.length(1);
      expect(seriesOf(await program.scrape()).some((line) => namespaceIn(line))).to.equal(false);
    });

    const nine = Array.from('cdefghijk');
    const rows: [name: string, args: string[], selects: (series: string) => boolean][] = [
      [
        'those of --namespaces only',
        [resources, '--namespaces=b,c'],
        (series) =>
          !namespaceIn(series) || namespaceIn(series) === 'b' || /^kube_namespace_/.test(series),
      ],
      [
        'those of many --namespaces only',
        [resources, `--namespaces=b,${nine}`],
        (series) =>
          !namespaceIn(series) || namespaceIn(series) === 'b' || /^kube_namespace_/.test(series),
      ],
      [
        'none of --namespaces-denylist',
        [resources, '--namespaces-denylist=a'],
        (series) => namespaceIn(series) !== 'a' || /^kube_namespace_/.test(series),
      ],
      ['the pods of its nodes', ['--resources=pods', '--node=n1,n2'], () => true],
      [
        'the objects that are selected',
        [resources, '--object-selector=pods:tier=web'],
        (series) => !/^kube_pod_/.test(series) || /"o\d*0"/.test(series),
      ],
      ['what a limit leaves room for', [resources, '--object-limit=1000'], () => true],
    ];
    for (const [name, args, selects] of rows) {
      it(`serves ${name}`, async () => {
        const whole = await synced(args[0] as string);
        const program = await synced(...args, flag);
        const both = (series: string): boolean => inSelected(series) && selects(series);
        await servesOf(program, whole, both);
        relabel('namespaces', undefined, 'b', {});
        await servesOf(program, whole, both);
        relabel('namespaces', undefined, 'b', { team: 'b' });
        await servesOf(program, whole, both);
      });
    }

    it('serves each object in one shard', async () => {
      const whole = await synced(resources);
      const shards = await Promise.all(
        ['0', '1'].map((i) => synced(resources, flag, `--shard=${i}`, '--total-shards=2')),
      );
      const together = async (): Promise<string> =>
        (await Promise.all(shards.map((shard) => shard.scrape().then(seriesOf))))
          .flat()
          .sort()
          .join('\n');
      const right = async (): Promise<boolean> =>
        (await together()) ===
        seriesOf(await whole.scrape())
          .filter(inSelected)
          .join('\n');
      await until(right);
      relabel('namespaces', undefined, 'c', { team: 'a' });
      await until(right);
      relabel('namespaces', undefined, 'a', {});
      await until(right);
    });

    it('takes another selector from the file of --config, with no hole', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'kubestate-selectors-'));
      try {
        const file = join(folder, 'config.yaml');
        writeFileSync(file, 'namespace_selector: team=a\n');
        const program = await synced(resources, `--config=${file}`);
        expect(await program.scrape())
          .to.include('"o0"')
          .and.not.include('"o100"');
        writeFileSync(file, 'namespace_selector: team\nobject_selector: {pods: tier=web}\n');
        await until(async () => {
          const text = await program.scrape();
          expect(text).to.include('"o0"');
          return text.includes('"o100"') && !text.includes('pod="o1"');
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it('serves custom resources in those that match', async () => {
      server.create(definition('Order'));
      const order = custom('Order', 'order');
      server.create({ ...order, metadata: { ...order.metadata, namespace: 'c' } });
      const program = await synced(
        '--custom-resource-state-only',
        `--custom-resource-state-config=${configOf(entryOf('Order'))}`,
        flag,
      );
      expect(seriesOf(await program.scrape())).to.deep.equal([]);
      relabel('namespaces', undefined, 'c', { team: 'a' });
      await until(async () => seriesOf(await program.scrape()).length === 1);
    });
  });

  const setStatus = (program: TestProgram) =>
    program.running
      .readiness()
      .find(({ resource }) => resource === 'namespaces (--namespace-selector)');
});
