// Shards that ask the API server for their objects alone, through the whole program.
import { expect } from 'chai';
import { ApiStatus } from '../../src/demo/apiserver/apiStatus.ts';
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import type { Abilities } from '../../src/demo/apiserver/watch.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { HashRanges, rangeOfShard } from '../../src/lib/hashRanges.ts';
import {
  errorEvent,
  type Fault,
  type FaultTarget,
  htmlPage,
  missedDeletions,
  shards,
  status,
  throttled,
  watchList,
} from '../support/faults.ts';
import { clusterOf, node, pod, TestProgram } from '../support/program.ts';
import { until } from '../support/until.ts';

const each = 24;
const unaware =
  'the API server does not confirm shardSelector, receiving and filtering all of these objects';
const resources = ['configmaps', 'nodes', 'pods', 'secrets'];

/** One of these for each number: whole objects, metadata alone, rows of a table, cluster-scoped. */
function objects(i: number): object[] {
  const metadata = { name: `one-${i}`, namespace: 'default' };
  return [
    pod(`one-${i}`),
    node(`node-${i}`),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata },
    { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: { key: 'c2VjcmV0' } },
  ];
}

describe('Server-side sharding', () => {
  let server: ApiServer;
  let url: string;
  let programs: TestProgram[];
  /** Takes back how the server treats shard selectors. */
  let forget: () => void;

  beforeEach(async () => {
    const all = Array.from({ length: each }, (_, i) => objects(i)).flat();
    ({ server, url } = await clusterOf(...all));
    programs = [];
    forget = () => undefined;
  });

  afterEach(async () => {
    for (const program of programs) await program.stop();
    await server.close();
  });

  function serverIs(mode: Abilities['shards']): void {
    forget();
    forget = server.faults.add({ act: shards(mode) });
  }

  async function start(...args: string[]): Promise<TestProgram> {
    const program = new TestProgram();
    programs.push(program);
    await program.start(`--resources=${resources}`, `--apiserver=${url}`, ...args);
    await until(async () => !(await program.scrape()).startsWith('503'));
    return program;
  }

  const startShard = (index: number, total: number, ...args: string[]): Promise<TestProgram> =>
    start(`--shard=${index}`, `--total-shards=${total}`, '--server-side-sharding=true', ...args);

  const series = async (program: TestProgram): Promise<string[]> =>
    (await program.scrape()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

  /** The series of all shards are those of one program that has everything. */
  async function expectWhole(parts: readonly TestProgram[]): Promise<void> {
    const whole = await start();
    const expected = (await series(whole)).sort();
    expect(expected.length).to.be.above(4 * each);
    const united = async () => (await Promise.all(parts.map(series))).flat().sort();
    await until(async () => (await united()).length === expected.length);
    expect(await united()).to.deep.equal(expected);
  }

  /** Requests for objects, without the questions whether the server knows selectors. */
  const asked = () =>
    server.requests.filter(
      ({ path, query }) =>
        resources.some((resource) => path.endsWith(`/${resource}`)) && query.limit !== '1',
    );
  const asksFor = (program: string | undefined) =>
    asked().every(({ query }) => query.shardSelector === program);
  const foreign = async (program: TestProgram): Promise<number> => {
    const lines = await program.self('kube_state_metrics_shard_foreign_objects_total{');
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };
  const serverSide = async (program: TestProgram): Promise<string[]> =>
    (await program.self('kube_state_metrics_shard_server_side{')).map((line) =>
      line.replace(/^.*resource="(\w+)"\} /, '$1 '),
    );
  const selectorOf = (index: number, total: number): string =>
    new HashRanges([rangeOfShard(index, total)]).selector;

  it('asks for its ranges only, of whole objects, metadata and tables', async () => {
    serverIs('on');
    const first = await startShard(0, 3);
    expect(asked().map(({ path }) => path.split('/').at(-1))).to.include.members(resources);
    expect(asksFor(selectorOf(0, 3)), 'lists').to.equal(true);
    expect(await serverSide(first)).to.deep.equal(resources.map((resource) => `${resource} 1`));
    const others = [await startShard(1, 3), await startShard(2, 3)];
    await expectWhole([first, ...others]);
    for (const program of [first, ...others]) {
      expect(await foreign(program)).to.equal(0);
      expect(program.lines.filter(({ level }) => level === 'warn')).to.deep.equal([]);
    }
  });

  it('asks whether the server knows selectors without reading an object', async () => {
    serverIs('on');
    await startShard(0, 2);
    const probes = server.requests.filter(({ query }) => query.limit === '1');
    expect(probes.map(({ path }) => path).sort()).to.deep.equal([
      '/api/v1/namespaces/default/configmaps',
      '/api/v1/namespaces/default/pods',
      '/api/v1/namespaces/default/secrets',
      '/api/v1/nodes',
    ]);
    for (const { query } of probes) {
      expect(query.fieldSelector).to.equal('metadata.name=kubestate.io:shard-selector');
    }
  });

  it('goes on with changes of its objects, and with those alone', async () => {
    serverIs('on');
    const parts = [await startShard(0, 2), await startShard(1, 2)];
    for (let i = each; i < 2 * each; i++) {
      for (const object of objects(i)) server.create(object as ApiObject);
    }
    for (let i = 0; i < each / 2; i++) server.delete('pods', 'default', `one-${i}`);
    await expectWhole(parts);
    expect(await foreign(parts[0] as TestProgram)).to.equal(0);
  });

  const unawareModes: [mode: 'off' | 'refused', what: string][] = [
    ['off', 'ignores the selector'],
    ['refused', 'refuses it'],
  ];
  for (const [mode, what] of unawareModes) {
    it(`filters here where the server ${what}, and says so once`, async () => {
      serverIs(mode);
      const parts = [await startShard(0, 2), await startShard(1, 2)];
      expect(asksFor(undefined)).to.equal(true);
      await expectWhole(parts);
      for (const program of parts) {
        const warnings = program.lines.filter(({ level }) => level === 'warn');
        expect(warnings.map(({ message }) => message)).to.deep.equal([unaware]);
        expect(await serverSide(program)).to.deep.equal(
          resources.map((resource) => `${resource} 0`),
        );
      }
    });
  }

  it('filters here where the server says that it applied another selector', async () => {
    serverIs('misquoted');
    const parts = [await startShard(0, 2), await startShard(1, 2)];
    expect(asksFor(undefined)).to.equal(true);
    await expectWhole(parts);
    expect(
      parts[0]?.said(
        'the API server applied another shardSelector than it was sent, filtering objects here',
      ),
    ).to.have.length(1);
  });

  const isQuestion = ({ query }: FaultTarget): boolean => query.limit === '1';
  const isSelected = (target: FaultTarget): boolean =>
    target.query.shardSelector !== undefined && !isQuestion(target);
  const failures: [what: string, act: Fault, when: (target: FaultTarget) => boolean][] = [
    ['to answer the question', status(500, 'InternalError'), isQuestion],
    ['to answer the question, as a proxy does', htmlPage(502), isQuestion],
    ['to answer the question, and says 200', htmlPage(200), isQuestion],
    ['to list', status(500, 'InternalError'), isSelected],
    ['to list, and takes no selector there', status(400, 'BadRequest'), isSelected],
    ['to watch', status(504, 'Timeout'), (target) => isSelected(target) && target.verb === 'watch'],
  ];
  for (const [what, act, when] of failures) {
    it(`filters here where the server fails ${what}`, async () => {
      serverIs('on');
      server.faults.add({ when, act });
      const parts = [await startShard(0, 2), await startShard(1, 2)];
      await expectWhole(parts);
      for (const program of parts) {
        await until(async () => (await serverSide(program)).every((line) => line.endsWith(' 0')));
        expect(
          program.said(
            'requests with shardSelector fail, receiving and filtering all of these objects',
          ),
        ).to.have.length(1);
      }
      server.create(pod('later') as ApiObject);
      await expectWhole(parts);
    });
  }

  const cannot = new ApiStatus(500, 'InternalError', 'simulated: cannot select');
  const watchFailures: [what: string, act: Fault][] = [
    ['are opened, and fail before their first event', errorEvent(0, cannot)],
    ['take no selector, though lists do', status(400, 'BadRequest')],
  ];
  for (const [what, act] of watchFailures) {
    it(`filters here where watches ${what}`, async () => {
      serverIs('on');
      server.faults.add({ act: watchList('refused') });
      const parts = [await startShard(0, 2), await startShard(1, 2)];
      server.faults.add({ when: isSelected, verb: 'watch', act });
      server.cut();
      for (const program of parts) {
        await until(async () => (await serverSide(program)).every((line) => line.endsWith(' 0')));
      }
      server.create(pod('later') as ApiObject);
      await expectWhole(parts);
    });
  }

  it('does not ask an overloaded server for more', async () => {
    serverIs('on');
    server.faults.add({ when: isQuestion, times: 20, act: throttled(1) });
    const program = await startShard(0, 2);
    expect(await serverSide(program)).to.deep.equal(resources.map((resource) => `${resource} 1`));
    expect(asksFor(selectorOf(0, 2))).to.equal(true);
  });

  it('does not believe a server that confirms the selector and sends other objects', async () => {
    serverIs('unfiltered');
    const parts = [await startShard(0, 2), await startShard(1, 2)];
    await expectWhole(parts);
    for (const program of parts) {
      expect(await foreign(program)).to.be.at.least(resources.length);
      expect(await serverSide(program)).to.deep.equal(resources.map((resource) => `${resource} 0`));
      expect(
        program.said('the API server sent objects of other shards, filtering them here'),
      ).to.have.length(1);
      const relists =
        'kube_state_metrics_relists_total{resource="pods",reason="server-misselected"}';
      expect(await program.self(relists)).to.deep.equal([`${relists} 1`]);
    }
  });

  it('lists all objects where a watch that was confirmed sends those of other shards', async () => {
    serverIs('on');
    const parts = [await startShard(0, 2), await startShard(1, 2)];
    server.faults.add({ verb: 'watch', act: shards('unfiltered') });
    server.cut();
    for (let i = each; i < 2 * each; i++) server.create(pod(`one-${i}`) as ApiObject);
    await expectWhole(parts);
    for (const program of parts) {
      await until(async () => (await foreign(program)) > 0);
      expect((await serverSide(program)).includes('pods 0')).to.equal(true);
    }
  });

  it("lists all objects where a check finds others in the server's whole list", async () => {
    serverIs('on');
    const program = await startShard(0, 2, '--consistency-check-interval=10s');
    server.faults.add({ resource: 'pods', verb: 'watch', act: missedDeletions });
    server.forgetRequests();
    server.cut();
    const watches = () => server.requests.filter(({ query }) => query.watch !== undefined);
    await until(() => watches().length === resources.length);
    const own = new HashRanges([rangeOfShard(0, 2)]);
    const isOwn = (name: string): boolean => {
      const { metadata } = server.get<ApiObject>('pods', 'default', name) as ApiObject;
      return own.has(metadata.uid ?? '');
    };
    const gone = Array.from({ length: each }, (_, i) => `one-${i}`).filter(isOwn);
    expect(gone).to.not.be.empty;
    for (const name of gone) server.delete('pods', 'default', name);
    // Its event tells the watch how far the server is.
    for (let i = 0; ; i++) {
      server.create(pod(`later-${i}`) as ApiObject);
      if (isOwn(`later-${i}`)) break;
    }
    const message = 'the API server sent other objects than its whole list has';
    await until(() => program.said(message).length === 1);
    await until(async () => !(await program.scrape()).includes('pod="one-'));
    expect(await serverSide(program)).to.deep.equal(
      resources.map((resource) => `${resource} ${resource === 'pods' ? 0 : 1}`),
    );
  });

  it('asks again after the connection broke: the server may be newer, or older', async () => {
    serverIs('off');
    const parts = [await startShard(0, 2), await startShard(1, 2)];
    const all = (value: number) => async () =>
      (await Promise.all(parts.map(serverSide))).flat().every((line) => line.endsWith(` ${value}`));
    for (const [mode, value] of [
      ['on', 1],
      ['off', 0],
      ['on', 1],
    ] as const) {
      serverIs(mode);
      server.cut();
      await until(all(value));
      await expectWhole(parts);
    }
    expect(await foreign(parts[0] as TestProgram)).to.equal(0);
  });

  it('leaves the flags to kube-state-metrics’ division without it, and with auto', async () => {
    serverIs('on');
    for (const flag of ['false', 'auto']) {
      server.forgetRequests();
      const program = await start('--total-shards=2', `--server-side-sharding=${flag}`);
      expect(server.requests.some(({ query }) => query.shardSelector !== undefined)).to.equal(
        false,
      );
      expect(await program.self('kube_state_metrics_shard_scheme')).to.deep.equal([
        'kube_state_metrics_shard_scheme{scheme="jump-hash"} 1',
      ]);
      expect(await serverSide(program)).to.deep.equal([]);
    }
  });

  it('asks for all where there is one shard', async () => {
    serverIs('on');
    await start('--server-side-sharding=true');
    expect(server.requests.some(({ query }) => query.shardSelector !== undefined)).to.equal(false);
  });

  it('asks for the pods of a node as before', async () => {
    serverIs('on');
    const program = new TestProgram();
    programs.push(program);
    const flags = ['--resources=pods', '--node=a', '--total-shards=2'];
    await program.start(`--apiserver=${url}`, '--server-side-sharding=true', ...flags);
    await until(async () => !(await program.scrape()).startsWith('503'));
    expect(server.requests.some(({ query }) => query.shardSelector !== undefined)).to.equal(false);
  });
});
