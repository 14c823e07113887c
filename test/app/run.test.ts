// The whole program on a simulated cluster: what each flag about data asks for, and what is served.
import { expect } from 'chai';
import type { Running } from '../../src/app/run.ts';
import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { seededRandom } from '../../src/demo/random.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Logger } from '../../src/lib/log.ts';
import { recordingLog } from '../kube/harness.ts';
import { forbid, gone, watchList } from '../support/faults.ts';
import { hastyClock, start } from '../support/start.ts';
import { until } from '../support/until.ts';

const podOf = (namespace: string, name: string, nodeName?: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels: { app: name } },
  spec: { ...(nodeName && { nodeName }), containers: [{ name: 'c', image: 'i' }] },
  status: { phase: 'Pending' },
});

const fetchText = async (port: number, path: string): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}${path}`)).text();

const metricsOf = ({ metrics }: Running): Promise<string> => fetchText(metrics.port, '/metrics');

/** The pods that a family shows, as namespace/name, sorted. */
const podsOf = async (running: Running): Promise<string[]> =>
  [...(await metricsOf(running)).matchAll(/^kube_pod_created\{namespace="(.*?)",pod="(.*?)"/gm)]
    .map(([, namespace, pod]) => `${namespace}/${pod}`)
    .sort();

const synced = (running: Running): Promise<void> =>
  until(() => running.readiness().every((one) => one.synced));

describe('The program', () => {
  let server: ApiServer;
  let url: string;
  let running: Running | undefined;

  beforeEach(async () => {
    server = new ApiServer({ clock: systemClock, random: seededRandom(1) });
    ({ url } = await server.listen(0, '127.0.0.1'));
  });

  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await server.close();
  });

  async function open(args: readonly string[], log?: Logger): Promise<Running> {
    const all = ['--resources=pods', `--apiserver=${url}`, ...args];
    running = await start(all, { clock: hastyClock(20), ...(log && { log }) });
    await synced(running);
    return running;
  }

  const lists = () =>
    server.requests.filter(({ query }) => query.watch !== 'true' || query.sendInitialEvents);

  it('tells how long its own thread ran, and what its store holds', async () => {
    server.create(podOf('x', 'a', 'n'));
    const { telemetry } = await open([]);
    const text = await (await fetch(`http://127.0.0.1:${telemetry.port}/metrics`)).text();
    const value = (series: string): number => Number(text.split(`\n${series} `)[1]?.split('\n')[0]);
    const run = 'kube_state_metrics_event_loop_longest_run_cpu_seconds';
    // Opening the program is a run of some milliseconds on any machine.
    expect(value(`${run}{window="start"}`)).to.be.above(0);
    expect(value(`${run}{window="1m"}`)).to.equal(value(`${run}{window="start"}`));
    expect(value('kube_state_metrics_store_stored_bytes')).to.be.above(0);
    expect(value('kube_state_metrics_store_staleness_seconds')).to.equal(0);
  });

  describe('whose families read only metadata', () => {
    const families = '--metric-allowlist=^kube_pod_(created|labels|owner)$';
    const allLabels = '--metric-labels-allowlist=pods=[*]';

    for (const streams of [true, false]) {
      const how = streams ? 'streamed by a watch' : 'as lists';
      it(`asks for metadata ${how} and serves what whole objects would give`, async () => {
        if (!streams) server.faults.add({ verb: 'watch', act: watchList('off') });
        server.create(podOf('x', 'a', 'n'));
        const least = await open([families, allLabels]);
        server.create(podOf('x', 'b', 'n'));
        await until(async () => (await podsOf(least)).length === 2);
        const text = await metricsOf(least);
        for (const { accept } of server.requests) {
          expect(accept).to.match(/,application\/json;as=PartialObjectMetadata/);
        }
        await least.stop();
        server.forgetRequests();
        const whole = await open([families.replace('created|', 'created|info|'), allLabels]);
        const other = (await metricsOf(whole)).split('\n');
        expect(text.split('\n')).to.deep.equal(other.filter((line) => !line.includes('_pod_info')));
        expect(server.requests[0]?.accept).to.match(/^[^;]*,application\/json$/);
      });
    }
  });

  describe('with --node', () => {
    beforeEach(() => {
      for (const node of ['n1', 'n2', 'n3']) server.create(podOf('x', `on-${node}`, node));
      server.create(podOf('x', 'nowhere'));
    });

    it('serves the pods of one node', async () => {
      expect(await podsOf(await open(['--node=n1']))).to.deep.equal(['x/on-n1']);
    });

    it('serves the pods of nodes and those on none, and follows one to its node', async () => {
      const all = await open(['--node=n1,n2', '--track-unscheduled-pods']);
      expect(await podsOf(all)).to.deep.equal(['x/nowhere', 'x/on-n1', 'x/on-n2']);
      const nowhere = server.get<ReturnType<typeof podOf>>('pods', 'x', 'nowhere');
      server.update({ ...(nowhere as ReturnType<typeof podOf>), ...podOf('x', 'nowhere', 'n2') });
      server.delete('pods', 'x', 'on-n1');
      await until(async () => (await podsOf(all)).length === 2);
      expect(await podsOf(all)).to.deep.equal(['x/nowhere', 'x/on-n2']);
    });

    it('takes a node that is named twice, and lists that overlap, for one of each', async () => {
      const all = await open(['--node=n1,n1', '--node=n2,n1', '--track-unscheduled-pods']);
      const selectors = lists().map(({ query }) => query.fieldSelector);
      expect(selectors.sort()).to.deep.equal([
        'spec.nodeName=',
        'spec.nodeName=n1',
        'spec.nodeName=n2',
      ]);
      const shown = async (): Promise<string[]> => podsOf(all);
      expect(await shown()).to.deep.equal(['x/nowhere', 'x/on-n1', 'x/on-n2']);
      server.delete('pods', 'x', 'on-n1');
      server.create(podOf('x', 'comes', 'n1'));
      await until(async () => (await shown()).includes('x/comes'));
      expect(await shown()).to.deep.equal(['x/comes', 'x/nowhere', 'x/on-n2']);
    });

    it('keeps the pods of the other nodes when one node is listed again', async () => {
      const all = await open(['--node=n1,n2']);
      const ofOne = ({ query }: { query: { fieldSelector?: string } }) =>
        query.fieldSelector === 'spec.nodeName=n1';
      const before = lists().filter(ofOne).length;
      server.faults.add({
        verb: 'watch',
        act: gone,
        times: 1,
        when: (at) => ofOne(at) && !at.query.sendInitialEvents,
      });
      await server.close();
      await server.listen(Number(new URL(url).port), '127.0.0.1');
      await until(() => lists().filter(ofOne).length > before);
      await until(() => all.readiness().every(({ detail }) => detail === 'watching'));
      expect(await podsOf(all)).to.deep.equal(['x/on-n1', 'x/on-n2']);
    });
  });

  describe('with --object-limit', () => {
    it('serves no more objects than that, counts the others and says so once', async () => {
      for (const name of ['a', 'b', 'c', 'd']) server.create(podOf('x', name));
      const log = recordingLog();
      const limited = await open(['--object-limit=2'], log);
      expect(await podsOf(limited)).to.deep.equal(['x/a', 'x/b']);
      server.create(podOf('x', 'e'));
      const dropped = 'kube_state_metrics_objects_dropped_total{resource="pods"}';
      const self = (): Promise<string> => fetchText(limited.telemetry.port, '/metrics');
      await until(async () => (await self()).includes(`${dropped} 3`));
      expect(log.lines.filter((line) => line.includes('limit'))).to.deep.equal([
        'warn objects left out: the limit is reached',
      ]);
      expect(await fetchText(limited.telemetry.port, '/readyz')).to.match(
        /^pods +synced +watching; more objects than --object-limit, the others were left out$/m,
      );
      server.delete('pods', 'x', 'a');
      await until(async () => (await podsOf(limited)).length === 1);
      server.create(podOf('x', 'f'));
      await until(async () => (await podsOf(limited)).join() === 'x/b,x/f');
    });
  });

  describe('with --use-apiserver-cache', () => {
    for (const streams of [true, false]) {
      it(`takes each ${streams ? 'streamed list' : 'list'} at resourceVersion 0`, async () => {
        if (!streams) server.faults.add({ verb: 'watch', act: watchList('off') });
        server.create(podOf('x', 'a'));
        await open(['--use-apiserver-cache']);
        server.faults.add({
          verb: 'watch',
          act: gone,
          times: 1,
          when: ({ query }) => !query.sendInitialEvents,
        });
        server.forgetRequests();
        await server.close();
        await server.listen(Number(new URL(url).port), '127.0.0.1');
        // A list of one asks whether the version is known; what it has is not taken.
        const taken = () => lists().filter(({ query }) => query.limit !== '1');
        await until(() => taken().length > 0);
        for (const { query } of taken()) expect(query.resourceVersion).to.equal('0');
      });
    }
  });

  describe('with more than eight --namespaces', () => {
    const namespaces = Array.from({ length: 9 }, (_, i) => `ns${i}`);
    const ours = namespaces.map((namespace) => `${namespace}/pod`);
    const paths = () => [...new Set(server.requests.map(({ path }) => path))].sort();

    beforeEach(() => {
      for (const namespace of [...namespaces, 'other']) server.create(podOf(namespace, 'pod'));
    });

    it('watches them as one, and serves those namespaces only', async () => {
      const all = await open([`--namespaces=${namespaces}`]);
      expect(await podsOf(all)).to.deep.equal(ours);
      server.create(podOf('other', 'late'));
      server.create(podOf('ns3', 'late'));
      await until(async () => (await podsOf(all)).length === 10);
      expect(await podsOf(all))
        .to.include('ns3/late')
        .and.not.include('other/late');
      expect(paths()).to.deep.equal(['/api/v1/pods']);
    });

    it('watches each where all namespaces are forbidden, after one refusal', async () => {
      server.faults.add({
        act: forbid,
        when: ({ namespace, kind }) => kind !== undefined && namespace === undefined,
      });
      const all = await open([`--namespaces=${namespaces}`]);
      expect(await podsOf(all)).to.deep.equal(ours);
      expect(server.requests.filter(({ path }) => path === '/api/v1/pods').length).to.equal(1);
      expect(paths()).to.deep.equal([
        ...namespaces.map((namespace) => `/api/v1/namespaces/${namespace}/pods`),
        '/api/v1/pods',
      ]);
      server.delete('pods', 'ns4', 'pod');
      await until(async () => (await podsOf(all)).length === 8);
    });
  });
});
