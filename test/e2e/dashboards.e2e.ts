// Every query of the dashboards, asked of real Prometheus servers that scrape the demo.
import { expect } from 'chai';
import { dashboards } from '../../monitoring/dashboards/index.ts';
import {
  type Panel,
  type Query,
  queriesOf,
  type Variable,
} from '../../monitoring/dashboards/model.ts';
import { Prometheus } from '../../tools/prometheus/start.ts';
import { until } from '../../tools/until.ts';
import { filledIn } from '../monitoring/filled.ts';
import { startDemo } from './demo.ts';
import { get } from './get.ts';
import { type Kubelets, seriesOf, startKubelets } from './kubeletMetrics.ts';
import { type PackMetrics, startPackMetrics } from './packMetrics.ts';
import { Program } from './program.ts';
import { JOBS, METRICS } from './target.ts';

const NODE_EXPORTER = '127.0.0.1:9100';
/** How long a query may wait for what it has to tell of: bookmarks come once a minute. */
const ANSWER_TIMEOUT_MS = 80_000;
const RANGE_SECONDS = 60;

interface Result {
  readonly metric: Readonly<Record<string, string>>;
}

/** Each node's address leads to the one node_exporter that there is, of this machine. */
function jobsOfNodes(addresses: readonly string[], kubeletsPort: number): object[] {
  const kubelets = [{ targets: [`127.0.0.1:${kubeletsPort}`] }];
  return [
    {
      job_name: 'node-exporter',
      static_configs: [{ targets: addresses.map((one) => `${one}:9100`) }],
      relabel_configs: [
        { source_labels: ['__address__'], target_label: 'instance' },
        { target_label: '__address__', replacement: NODE_EXPORTER },
      ],
    },
    {
      job_name: 'cadvisor',
      honor_labels: true,
      metrics_path: '/metrics/cadvisor',
      static_configs: kubelets,
    },
    { job_name: 'kubelet', honor_labels: true, static_configs: kubelets },
  ];
}

const jobOfPacks = ({ port }: PackMetrics): object => ({
  job_name: 'packs',
  honor_labels: true,
  static_configs: [{ targets: [`127.0.0.1:${port}`] }],
});

/** One demo as two clusters: each job twice, with the label that tells them apart. */
const CLUSTERS = ['east', 'west'];

interface Job {
  readonly job_name: string;
  readonly static_configs: readonly { readonly targets: readonly string[] }[];
}

const inClusters = (jobs: readonly object[]): object[] =>
  CLUSTERS.flatMap((cluster) =>
    (jobs as readonly Job[]).map((job) => ({
      ...job,
      job_name: `${job.job_name}-${cluster}`,
      static_configs: job.static_configs.map((one) => ({ ...one, labels: { cluster } })),
    })),
  );

const configOf = (jobs: readonly object[]): object => ({
  global: { scrape_interval: '1s' },
  scrape_configs: jobs,
});

/** With times that fit a scrape each second. */
const filled = (query: string): string =>
  filledIn(query, { rateInterval: '10s', range: `${RANGE_SECONDS}s` });

/** The series that a query gives: over the last minute for lines and bands, else now. */
async function answers(prometheus: Prometheus, panel: Panel, { query }: Query): Promise<Result[]> {
  const over = panel.kind === 'lines' || panel.kind === 'states';
  const now = Date.now() / 1_000;
  const times = over ? `&start=${now - RANGE_SECONDS}&end=${now}&step=1` : '';
  const path = over ? 'query_range' : 'query';
  const expression = encodeURIComponent(filled(query));
  const asked = `${path}?query=${expression}${times}`;
  return (await prometheus.ask<{ result: Result[] }>(asked)).result;
}

/** What a person could choose from. */
async function valuesOf(prometheus: Prometheus, { query, regex }: Variable): Promise<string[]> {
  const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(query) ?? [];
  if (selector !== undefined) {
    const match = encodeURIComponent(filled(selector));
    return prometheus.ask<string[]>(`label/${label}/values?match[]=${match}`);
  }
  const [, expression = ''] = /^query_result\((.+)\)$/.exec(query) ?? [];
  const found = await prometheus.query(filled(expression));
  const [, pattern = ''] = /^\/(.+)\/$/.exec(regex ?? '') ?? [];
  return found.flatMap(({ labels }) => {
    const series = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
    return new RegExp(pattern).exec(`{${series.join()}}`)?.[1] ?? [];
  });
}

/** Whether a result is there, and of a table one of each cluster. */
const isOfAll = ({ kind }: Panel, results: readonly Result[]): boolean =>
  kind === 'table'
    ? new Set(results.map(({ metric }) => metric.cluster)).size === CLUSTERS.length
    : results.length > 0;

describe('the dashboards, of a living cluster', function () {
  this.timeout(2 * ANSWER_TIMEOUT_MS);
  let demo: Program;
  let nodeExporter: Program;
  let kubelets: Kubelets;
  let packs: PackMetrics;
  /** Knows kubestate alone. */
  let alone: Prometheus;
  /** Knows two clusters, and what runs on their nodes and what packs serve, too. */
  let fleet: Prometheus;

  before(async () => {
    demo = await startDemo('--speed=100');
    const listen = `--web.listen-address=${NODE_EXPORTER}`;
    nodeExporter = new Program('prometheus-node-exporter', [listen]);
    await nodeExporter.answers(`http://${NODE_EXPORTER}/`);
    kubelets = await startKubelets(METRICS);
    packs = await startPackMetrics();
    const shown = (await get(METRICS)).body.toString();
    const addresses = seriesOf(shown, 'kube_node_info').map(({ internal_ip = '' }) => internal_ip);
    expect(addresses).to.have.length(6);
    alone = await Prometheus.start(configOf(JOBS));
    const ofNodes = jobsOfNodes(addresses, kubelets.port);
    const jobs = [...JOBS, ...ofNodes, jobOfPacks(packs)];
    fleet = await Prometheus.start(configOf(inClusters(jobs)));
  });

  after(async () => {
    for (const one of [fleet, alone, packs, kubelets, nodeExporter, demo]) await one?.stop();
  });

  const answered = (panel: Panel, query: Query): Promise<Result[]> =>
    until(
      `data for ${query.query}`,
      async () => {
        const results = await answers(query.joins ? fleet : alone, panel, query);
        return results.length > 0 ? results : undefined;
      },
      ANSWER_TIMEOUT_MS,
    );

  for (const { title, rows, variables, joins } of dashboards) {
    describe(title, () => {
      for (const variable of variables) {
        it(`has something to choose from: ${variable.label}`, async () => {
          const values = await until(
            `values of ${variable.name}`,
            async () => {
              const found = await valuesOf(variable.name === 'cluster' ? fleet : alone, variable);
              return found.length > 0 ? found : undefined;
            },
            ANSWER_TIMEOUT_MS,
          );
          expect(new Set(values)).to.have.property('size', values.length);
        });
      }

      for (const panel of rows.flatMap(({ panels }) => panels)) {
        it(`has data: ${panel.title}`, async () => {
          for (const query of queriesOf(panel, joins)) {
            const results = await answered(panel, query);
            if (panel.kind === 'stat') expect(results, query.query).to.have.length(1);
            for (const { metric } of query.grouping ? results : []) {
              expect(query.grouping, query.query).to.include.members(Object.keys(metric));
            }
          }
        });
      }

      for (const panel of rows.flatMap(({ panels }) => panels)) {
        it(`tells clusters apart: ${panel.title}`, async () => {
          for (const query of queriesOf(panel, joins)) {
            const results = await until(
              `data of both clusters for ${query.query}`,
              async () => {
                const found = await answers(fleet, panel, query);
                return isOfAll(panel, found) ? found : undefined;
              },
              ANSWER_TIMEOUT_MS,
            );
            if (panel.kind === 'stat') expect(results, query.query).to.have.length(1);
          }
        });
      }

      for (const panel of rows.flatMap(({ panels }) => panels)) {
        const joining = queriesOf(panel, joins).filter((query) => query.joins);
        if (joining.length === 0) continue;
        it(`rightly says whose series it joins: ${panel.title}`, async () => {
          for (const query of joining) {
            expect(await answers(alone, panel, query), query.query).to.deep.equal([]);
          }
        });
      }
    });
  }
});
