// The demo as a real Prometheus, promtool and prometheus_client see it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { Prometheus } from '../../tools/prometheus/start.ts';
import { until } from '../../tools/until.ts';
import { outcomeOf } from '../support/outcome.ts';
import { startDemo } from './demo.ts';
import { get } from './get.ts';
import type { Program } from './program.ts';
import { promtool } from './promtool.ts';
import { JOBS, METRICS, TELEMETRY } from './target.ts';
import { python } from './tools.ts';

const API_SERVER = 'http://127.0.0.1:6443';

const SCRAPE_TIMEOUT_MS = 15_000;
const CLIMB_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 5_000;
/** How long a change in the cluster may take to show in a scrape. */
const CHANGE_TIMEOUT_MS = 2_000;

const CONFIG = { global: { scrape_interval: '1s' }, scrape_configs: JOBS };

const start = (...flags: string[]): Promise<Program> =>
  startDemo('--apiserver-port=6443', ...flags);

const seriesCount = (text: string): number =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;

const textOf = async (url: string): Promise<string> => (await get(url)).body.toString();

describe('a scrape of a quiet cluster', () => {
  let demo: Program;
  let prometheus: Prometheus;

  before(async () => {
    demo = await start('--speed=0');
    prometheus = await Prometheus.start(CONFIG);
  });

  after(async () => {
    await Promise.all([prometheus?.stop(), demo?.stop()]);
  });

  it('is up on both ports', async () => {
    const both = await until(
      'both targets up',
      async () => {
        const values = await prometheus.query('up == 1');
        return values.length === 2 ? values.map(({ labels }) => labels.job).sort() : undefined;
      },
      SCRAPE_TIMEOUT_MS,
    );
    expect(both).to.deep.equal(['kube-state-metrics', 'kube-state-metrics-telemetry']);
  });

  it('answers queries for restarts and for services', async () => {
    const restarts = await prometheus.queried('kube_pod_container_status_restarts_total');
    expect(restarts[0]?.labels).to.include.keys('namespace', 'pod', 'uid', 'container');
    const services = await prometheus.queried('kube_service_created');
    expect(services[0]?.labels).to.include.keys('namespace', 'service', 'uid');
    expect(services[0]?.value).to.be.above(0);
  });

  it('gives Prometheus as many samples as it has series', async () => {
    const [scraped] = await prometheus.queried('scrape_samples_scraped{job="kube-state-metrics"}');
    expect(scraped?.value)
      .to.equal(seriesCount(await textOf(METRICS)))
      .and.be.above(0);
  });

  it('is the same text plain and compressed', async () => {
    const plain = await get(METRICS, { 'accept-encoding': 'identity' });
    const gzip = await get(METRICS, { 'accept-encoding': 'gzip' });
    expect(plain.headers).to.not.have.property('content-encoding');
    expect(gzip.headers).to.include({ 'content-encoding': 'gzip' });
    expect(gunzipSync(gzip.body).equals(plain.body)).to.equal(true);
    expect(gzip.body.length).to.be.below(plain.body.length);
  });

  it('is OpenMetrics for who asks for it, with the same series', async () => {
    const openmetrics = await get(METRICS, {
      accept: 'application/openmetrics-text;version=1.0.0',
    });
    expect(openmetrics.headers['content-type']).to.match(/^application\/openmetrics-text/);
    const text = openmetrics.body.toString();
    expect(text.endsWith('# EOF\n')).to.equal(true);
    const seriesOf = (exposition: string) =>
      exposition.split('\n').filter((l) => !l.startsWith('#'));
    expect(seriesOf(text)).to.deep.equal(seriesOf(await textOf(METRICS)));
  });

  for (const url of [METRICS, TELEMETRY]) {
    it(`is read by prometheus_client without a loss: ${url}`, async () => {
      const text = await textOf(url);
      expect(samplesReadOf(text)).to.equal(seriesCount(text)).and.be.above(0);
    });
  }

  it('has names that promtool finds nothing wrong with', async () => {
    expect(complaintsOn(await textOf(METRICS))).to.deep.equal([]);
  });

  it("has telemetry where promtool minds three names of prom-client's and no other", async () => {
    const suffix = 'non-counter metrics should not have "_total" suffix';
    expect(complaintsOn(await textOf(TELEMETRY))).to.deep.equal([
      `nodejs_active_handles_total ${suffix}`,
      `nodejs_active_requests_total ${suffix}`,
      `nodejs_active_resources_total ${suffix}`,
    ]);
  });

  it('shows a pod within two seconds of its creation, and drops it as fast', async () => {
    const pods = `${API_SERVER}/api/v1/namespaces/kube-system/pods`;
    const shown = async () =>
      (await textOf(METRICS)).includes('kube_pod_info{namespace="kube-system",pod="late-pod"');
    const body = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'late-pod' },
      spec: { containers: [{ name: 'main', image: 'busybox' }] },
    });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(pods, { method: 'POST', headers, body })).status).to.equal(201);
    await until('the pod shows', async () => (await shown()) || undefined, CHANGE_TIMEOUT_MS);
    expect((await fetch(`${pods}/late-pod`, { method: 'DELETE' })).status).to.equal(200);
    await until('the pod is gone', async () => !(await shown()) || undefined, CHANGE_TIMEOUT_MS);
  });

  it('ends with 0 on SIGTERM, within seconds, while it is being scraped', async () => {
    const began = performance.now();
    expect(await demo.stop('SIGTERM'), demo.stderr).to.equal(0);
    expect(performance.now() - began).to.be.below(STOP_TIMEOUT_MS);
  });
});

describe('a scrape of a living cluster', () => {
  let demo: Program;
  let prometheus: Prometheus;

  before(async () => {
    demo = await start('--speed=100');
    prometheus = await Prometheus.start(CONFIG);
  });

  after(async () => {
    await Promise.all([prometheus?.stop(), demo?.stop()]);
  });

  it('sees the restarts of the container that crashes climb', async () => {
    const most = 'max(kube_pod_container_status_restarts_total)';
    const [first] = await prometheus.queried(most);
    const climbed = await until(
      `more than ${first?.value} restarts`,
      async () => (await prometheus.query(`${most} > ${first?.value}`))[0]?.value,
      CLIMB_TIMEOUT_MS,
    );
    expect(climbed).to.be.above(Number(first?.value));
  });

  it('has not failed once since it began', async () => {
    const [worst] = await prometheus.queried('min(min_over_time(up[5m]))');
    expect(worst?.value).to.equal(1);
  });
});

describe('a scrape of every family there is', () => {
  const conformance = join(import.meta.dirname, '../conformance');
  const cases = JSON.parse(readFileSync(join(conformance, 'cases.json'), 'utf8')) as {
    name: string;
    args: string[];
  }[];
  const everything = cases.find(({ name }) => name === 'all-resources-all-labels');
  let demo: Program;
  let prometheus: Prometheus;

  before(async () => {
    const objects = join(conformance, 'clusters/fuzz.jsonl');
    demo = await start(`--file=${objects}`, ...(everything?.args ?? []));
    prometheus = await Prometheus.start(CONFIG);
  });

  after(async () => {
    await Promise.all([prometheus?.stop(), demo?.stop()]);
  });

  it('has 336 of them, with which promtool finds nothing wrong', async () => {
    const text = await textOf(METRICS);
    expect(text.match(/^# TYPE kube_/gm)).to.have.lengthOf(336);
    expect(complaintsOn(text)).to.deep.equal([]);
  });

  it('is read by Prometheus and prometheus_client without a loss', async () => {
    const text = await textOf(METRICS);
    const [scraped] = await prometheus.queried(
      'scrape_samples_scraped{job="kube-state-metrics"} > 0',
    );
    expect(scraped?.value).to.equal(seriesCount(text));
    expect(samplesReadOf(text)).to.equal(seriesCount(text));
  });
});

/** How many samples PyPI's prometheus_client reads out of an exposition. */
function samplesReadOf(text: string): number {
  const program =
    'import sys\n' +
    'from prometheus_client.parser import text_string_to_metric_families as parse\n' +
    'print(sum(len(family.samples) for family in parse(sys.stdin.read())))';
  const { stdout, stderr } = outcomeOf(python, ['-c', program], { input: text });
  if (stderr !== '') throw new Error(stderr);
  return Number(stdout);
}

/** What promtool says of an exposition, a line for each thing. */
const complaintsOn = (text: string): string[] =>
  promtool(['check', 'metrics'], text).said.split('\n').filter(Boolean).sort();
