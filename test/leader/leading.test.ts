// Two replicas of the whole program behind a fake Service: which one answers, and when.
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { Running } from '../../src/app/run.ts';
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type Answer, ask } from '../http/harness.ts';
import { recordingLog } from '../kube/harness.ts';
import { forbid } from '../support/faults.ts';
import { clusterOf, pod } from '../support/program.ts';
import { expectRefusal, type Facts, rejectionOf } from '../support/refusal.ts';
import { Scraper, StandInService } from '../support/service.ts';
import { start } from '../support/start.ts';
import { until } from '../support/until.ts';

const label = 'kubestate.io/leader';
/** So much faster than ours goes the time of the programs. */
const hurry = 4;
const clock = {
  ...systemClock,
  now: () => systemClock.now() * hurry,
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / hurry, signal),
};
/** As long as a Service may take to follow a label. */
const followsMs = 100;

describe('Two replicas with --leader-elect', () => {
  let server: ApiServer;
  let url: string;
  let service: StandInService;
  let port: number;
  let running: Map<string, Running>;
  let scrapers: Scraper[];
  let endpoints: number[];

  beforeEach(async () => {
    const stale = { [label]: 'kube-state-metrics' };
    ({ server, url } = await clusterOf(pod('ksm-a'), pod('ksm-b', stale), pod('work')));
    running = new Map();
    scrapers = [];
    endpoints = [];
    service = new StandInService(() => endpoints);
    port = await service.listen();
    server.storage('pods').subscribe(() => void follow());
  });

  afterEach(async () => {
    for (const scraper of scrapers) await scraper.stop();
    await Promise.all([...running.values()].map((one) => one.stop()));
    await service.close();
    await server.close();
  });

  const leaders = (): string[] =>
    [...server.objects<ApiObject>('pods')]
      .filter(({ metadata }) => metadata.labels?.[label] === 'kube-state-metrics')
      .map(({ metadata }) => metadata.name);

  async function follow(): Promise<void> {
    await delay(followsMs);
    endpoints = leaders().flatMap((name) => running.get(name)?.metrics.port ?? []);
  }

  async function open(name: string, ...args: string[]): Promise<Running> {
    const given = ['--leader-elect', `--pod=${name}`, '--pod-namespace=default', ...args];
    const all = ['--resources=pods', `--apiserver=${url}`, ...given];
    const one = await start(all, { clock, log: recordingLog() });
    running.set(name, one);
    return one;
  }
  /** Both, of which the first leads. */
  async function pair(): Promise<[Running, Running]> {
    const a = await open('ksm-a');
    await until(() => leaders().includes('ksm-a'));
    const b = await open('ksm-b');
    await until(async () => (await readyz(b)).status === 200);
    await until(() => endpoints.join() === String(a.metrics.port));
    return [a, b];
  }
  function scrape(keepAlive: boolean): Scraper {
    const scraper = new Scraper(port, keepAlive);
    scraper.start(() => delay(10));
    scrapers.push(scraper);
    return scraper;
  }
  const readyz = ({ telemetry }: Running) => fetch(`http://127.0.0.1:${telemetry.port}/readyz`);
  // Each over a connection of its own, which nobody closes but who asked.
  const metrics = (one: Running): Promise<Answer> => ask(one.metrics.port, '/metrics');
  const self = async ({ telemetry }: Running): Promise<string[]> => {
    const text = await (await fetch(`http://127.0.0.1:${telemetry.port}/metrics`)).text();
    return text.split('\n').filter((line) => line.startsWith('kube_state_metrics_leader'));
  };

  it('are both ready; one serves, and its pod has the label', async () => {
    const [a, b] = await pair();
    expect(leaders()).to.deep.equal(['ksm-a']);
    expect((await metrics(a)).body.toString()).to.include('kube_pod_info{namespace="default"');
    const turnedAway = await metrics(b);
    expect(turnedAway.status).to.equal(503);
    expect(turnedAway.headers.connection).to.equal('close');
    expect(turnedAway.body.toString()).to.equal('This replica follows; ksm-a leads.\n');
    expect(await (await readyz(a)).text()).to.match(
      /^Ready: 1 resource synced\.\nLeader election: This replica leads\.\npods /,
    );
    expect(await (await readyz(b)).text()).to.include(
      '\nLeader election: This replica follows; ksm-a leads.\n',
    );
    for (const page of [a.metrics.port, a.telemetry.port]) {
      const html = await (await fetch(`http://127.0.0.1:${page}/`)).text();
      expect(html).to.include('<p class="status good">This replica leads.</p>');
    }
    expect((await self(a)).slice(0, 4)).to.deep.equal([
      'kube_state_metrics_leader 1',
      'kube_state_metrics_leader_transitions_total{to="leader"} 1',
      'kube_state_metrics_leader_transitions_total{to="follower"} 0',
      'kube_state_metrics_leader_election_failures_total 0',
    ]);
    expect((await self(b))[0]).to.equal('kube_state_metrics_leader 0');
  });

  it('lose no scrape when the leader is told to stop', async () => {
    const [a, b] = await pair();
    const [kept, fresh] = [scrape(true), scrape(false)];
    await until(() => kept.scrapes.length > 5 && fresh.scrapes.length > 5);
    await a.stop();
    running.delete('ksm-a');
    expect(leaders()).to.deep.equal(['ksm-b']);
    expect((await metrics(b)).status).to.equal(200);
    const [before, beside] = [kept.scrapes.length, fresh.scrapes.length];
    await until(() => kept.scrapes.length > before + 5 && fresh.scrapes.length > beside + 5);
    expect([...kept.failed, ...fresh.failed]).to.deep.equal([]);
    // The connection was kept before and after, but for the way from one to the other.
    expect(kept.scrapes[3]?.reused).to.equal(true);
    expect(kept.scrapes.at(-1)?.reused).to.equal(true);
    expect(kept.scrapes.every(({ body }) => body.includes('pod="work"'))).to.equal(true);
  });

  it('keep the same leader through an outage of the API server', async () => {
    const [a, b] = await pair();
    const kept = scrape(true);
    const { port: apiPort } = new URL(url);
    await server.close();
    // Longer than the lease lasts.
    await delay(8_000 / hurry);
    expect([(await metrics(a)).status, (await metrics(b)).status]).to.deep.equal([200, 503]);
    expect((await readyz(b)).status).to.equal(200);
    await server.listen(Number(apiPort), '127.0.0.1');
    const failures = (await self(a)).at(3);
    expect(failures).to.match(/_failures_total [1-9]/);
    const renewed = (): unknown =>
      server.get<ApiObject>('leases', 'default', 'kube-state-metrics')?.spec;
    const old = JSON.stringify(renewed());
    await until(() => JSON.stringify(renewed()) !== old);
    expect([(await metrics(a)).status, (await metrics(b)).status]).to.deep.equal([200, 503]);
    expect(leaders()).to.deep.equal(['ksm-a']);
    expect(kept.failed).to.deep.equal([]);
  });

  it('move kept-alive connections when the leader sees another one lead', async () => {
    const [a, b] = await pair();
    const kept = scrape(true);
    await until(() => kept.scrapes.some(({ reused }) => reused));
    const lease = server.get<ApiObject>('leases', 'default', 'kube-state-metrics') as ApiObject;
    // An earlier life of the second: it takes what is its own, and the first finds it in there.
    server.update({ ...lease, spec: { ...(lease.spec as object), holderIdentity: 'ksm-b_0' } });
    await until(async () => (await metrics(a)).status === 503);
    const before = kept.scrapes.length;
    await until(() => kept.scrapes.length > before + 5);
    expect(leaders()).to.deep.equal(['ksm-b']);
    expect((await metrics(b)).status).to.equal(200);
    expect(kept.failed).to.deep.equal([]);
    expect(kept.scrapes.at(-1)?.reused).to.equal(true);
    expect((await self(a)).slice(0, 3)).to.deep.equal([
      'kube_state_metrics_leader 0',
      'kube_state_metrics_leader_transitions_total{to="leader"} 1',
      'kube_state_metrics_leader_transitions_total{to="follower"} 1',
    ]);
  });

  it('log what they may not do, and are not ready', async () => {
    server.faults.add({ resource: 'leases', act: forbid });
    const a = await open('ksm-a');
    await until(async () => (await (await readyz(a)).text()).includes('expected'));
    const answer = await readyz(a);
    expect(answer.status).to.equal(503);
    expect(await answer.text()).to.match(
      /^Not ready\. Leader election: .* expected to be allowed to get the lease kube-state/,
    );
    expect((await metrics(a)).status).to.equal(503);
  });

  const refused: [args: string[], facts: Facts][] = [
    [
      ['--leader-elect'],
      {
        flag: '--leader-elect',
        expected: "the name and the namespace of kubestate's pod",
        got: 'no POD_NAME',
        hint: /^set POD_NAME and POD_NAMESPACE /,
      },
    ],
    [['--leader-elect', '--pod=a'], { got: 'no POD_NAMESPACE', hint: /^set / }],
    [
      ['--leader-elect', '--pod=a', '--pod-namespace=b', '--leader-elect-resource-name=A_b'],
      {
        flag: '--leader-elect-resource-name',
        expected: 'a name of small letters, digits and -, 63 at the most',
        got: '"A_b"',
      },
    ],
    [
      ['--leader-elect', '--pod=a', '--pod-namespace=b', '--leader-elect-lease-duration=2500ms'],
      {
        flag: '--leader-elect-lease-duration',
        expected: 'whole seconds from 3s to 300s',
        got: '2.5s',
      },
    ],
  ];
  for (const [args, facts] of refused) {
    it(`do not start with ${args.join(' ')}`, async () => {
      const starting = start(['--resources=pods', `--apiserver=${url}`, ...args]);
      expectRefusal(await rejectionOf(starting), facts);
    });
  }

  it('elect one for each shard', async () => {
    await open('ksm-a', '--shard=0', '--total-shards=2');
    await open('ksm-b', '--shard=1', '--total-shards=2');
    await until(() =>
      ['ksm-a', 'ksm-b'].every((name, i) => {
        const labels = server.get<ApiObject>('pods', 'default', name)?.metadata.labels;
        return labels?.[label] === `kube-state-metrics-shard-${i}`;
      }),
    );
  });
});
