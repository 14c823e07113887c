// Terminations and deleted pods on a real API server, as a real Prometheus counts them.
import { expect } from 'chai';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { inTurns } from '../../tools/inTurns.ts';
import { Prometheus, type Sample } from '../../tools/prometheus/start.ts';
import { until } from '../../tools/until.ts';
import { Exporter } from './exporter.ts';

const TIMEOUT_MS = 240_000;
const SHOW_TIMEOUT_MS = 30_000;
const GRACE_MS = 10_000;
const PODS_PATH = '/api/v1/namespaces/default/pods';
const FAMILY = 'kube_pod_container_terminations_total';
/** What the page of the documentation asks, by a shorter time. */
const increaseOf = (pod: string): string => `round(increase(${FAMILY}{pod="${pod}"}[10m])) > 0`;

describe('containers that end on a real API server', function () {
  this.timeout(TIMEOUT_MS);

  let cluster: RealCluster;
  let exporter: Exporter;
  let prometheus: Prometheus;

  before(async () => {
    cluster = await startApiServer();
    await inTurns(['app', 'goes', 'again'], async (name) => {
      await create(name);
      await report(name, 0);
    });
    exporter = await Exporter.start(
      cluster.kubeconfig(),
      '--resources=pods',
      '--metric-opt-in-list=_terminations_total$',
      `--deleted-grace=${GRACE_MS / 1_000}s`,
    );
    prometheus = await Prometheus.start({
      global: { scrape_interval: '1s' },
      scrape_configs: [
        {
          job_name: 'kube-state-metrics',
          honor_labels: true,
          static_configs: [{ targets: [new URL(exporter.metricsUrl).host] }],
        },
      ],
    });
    await answers('the counters that are 0', `count(${FAMILY} == 0)`, ([one]) => one?.value === 9);
  });

  after(async () => {
    await Promise.all([prometheus?.stop(), exporter?.stop()]);
    await cluster?.stop();
  });

  it('are counted where two end between two scrapes, and where three end at once', async () => {
    await report('app', 1, 'OOMKilled');
    await report('app', 2, 'Error');
    await report('app', 5, 'Error');
    await served('app', { OOMKilled: 1, Error: 2, Completed: 0, unknown: 2 });
    await increases('app', { OOMKilled: 1, Error: 2 });
  });

  it('are counted over a time in which the API server could not be reached', async () => {
    await cluster.restart({ kill: 'SIGKILL' });
    await report('app', 7, 'OOMKilled');
    await served('app', { OOMKilled: 2, Error: 2, Completed: 0, unknown: 3 });
    await increases('app', { OOMKilled: 2, Error: 2, unknown: 1 });
  });

  it('are counted of a pod that is deleted at once, whose series stay for a while', async () => {
    await report('goes', 1, 'OOMKilled');
    await remove('goes');
    await served('goes', { OOMKilled: 1, Error: 0, Completed: 0 });
    const deletedMs = Date.now();
    expect(await exporter.scrape()).to.match(/^kube_pod_deletion_timestamp\{.*pod="goes"/m);
    await increases('goes', { OOMKilled: 1 });
    await exporter.shows('the pod is gone', (text) => !text.includes('pod="goes"'), 2 * GRACE_MS);
    expect(Date.now() - deletedMs).to.be.within(GRACE_MS - 3_000, GRACE_MS + 3_000);
  });

  it('begin at 0 for a pod of the same name, which takes the place of the old one', async () => {
    await report('again', 1, 'Error');
    await served('again', { OOMKilled: 0, Error: 1, Completed: 0 });
    await remove('again');
    await create('again');
    await report('again', 0);
    await served('again', { OOMKilled: 0, Error: 0, Completed: 0 });
    expect(await exporter.scrape()).not.to.match(/^kube_pod_deletion_timestamp\{.*pod="again"/m);
  });

  async function create(name: string): Promise<void> {
    const spec = { containers: [{ name: 'main', image: 'i' }] };
    await cluster.must('POST', PODS_PATH, { metadata: { name }, spec });
  }

  async function remove(name: string): Promise<void> {
    await cluster.must('DELETE', `${PODS_PATH}/${name}`, { gracePeriodSeconds: 0 });
  }

  /** What a kubelet would say: so many restarts, and how the run before the last one ended. */
  async function report(name: string, restartCount: number, reason?: string): Promise<void> {
    const containerID = `containerd://${restartCount - 1}`;
    const terminated = { reason, exitCode: 1, containerID };
    const containerStatus = {
      name: 'main',
      image: 'i',
      imageID: 'i',
      ready: true,
      restartCount,
      containerID: `containerd://${restartCount}`,
      state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
      lastState: reason === undefined ? {} : { terminated },
    };
    const status = { phase: 'Running', containerStatuses: [containerStatus] };
    await cluster.must('PATCH', `${PODS_PATH}/${name}/status`, { status });
  }

  async function served(pod: string, expected: Readonly<Record<string, number>>): Promise<void> {
    const countsIn = (text: string): Record<string, number> => {
      const line = new RegExp(`^${FAMILY}\\{.*pod="${pod}".*reason="(.*)"\\} (.*)$`, 'gm');
      return Object.fromEntries([...text.matchAll(line)].map(([, r, n]) => [r, Number(n)]));
    };
    const isServed = (text: string): boolean => {
      const counts = countsIn(text);
      return Object.entries({ ...counts, ...expected }).every(([r, n]) => counts[r] === n);
    };
    await exporter.shows(`${pod} ${JSON.stringify(expected)}`, isServed);
    expect(countsIn(await exporter.scrape())).to.deep.equal(expected);
  }

  /** Prometheus counts so much by reason. */
  async function increases(pod: string, expected: Readonly<Record<string, number>>): Promise<void> {
    await answers(`${pod}: ${JSON.stringify(expected)}`, increaseOf(pod), (samples) => {
      const got = Object.fromEntries(samples.map(({ labels, value }) => [labels.reason, value]));
      return JSON.stringify(sorted(got)) === JSON.stringify(sorted(expected));
    });
  }

  async function answers(
    what: string,
    query: string,
    holds: (samples: readonly Sample[]) => boolean,
  ): Promise<void> {
    const probe = async () => holds(await prometheus.query(query)) || undefined;
    await until(what, probe, SHOW_TIMEOUT_MS).catch(async (error: unknown) => {
      const got = JSON.stringify(await prometheus.query(query));
      throw new Error(`${query}: ${got}`, { cause: error });
    });
  }
});

const sorted = (counts: Readonly<Record<string, number>>) => Object.entries(counts).sort();
