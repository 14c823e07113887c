// Every query of the dashboards, asked of a real Prometheus that scrapes the demo.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { dashboards } from '../../monitoring/dashboards/index.ts';
import { type Panel, queriesOf, type Variable } from '../../monitoring/dashboards/model.ts';
import { filledIn } from '../monitoring/filled.ts';
import { get } from './get.ts';
import { type Kubelets, seriesOf, startKubelets } from './kubelets.ts';
import { Program, until } from './program.ts';

const kubestate = join(import.meta.dirname, '../../dist/kubestate.cjs');

const METRICS = 'http://127.0.0.1:8080/metrics';
const READYZ = 'http://127.0.0.1:8081/readyz';
const NODE_EXPORTER = '127.0.0.1:9100';
/** Knows kubestate alone. */
const ALONE = 'http://127.0.0.1:9090';
/** Knows what runs on the nodes too. */
const JOINED = 'http://127.0.0.1:9091';

const READY_TIMEOUT_MS = 30_000;
/** How long a query may wait for what it has to tell of: bookmarks come once a minute. */
const ANSWER_TIMEOUT_MS = 80_000;
const RANGE_SECONDS = 60;

type Query = ReturnType<typeof queriesOf>[number];

interface Result {
  readonly metric: Readonly<Record<string, string>>;
}

const ofKubestate = `
  - job_name: state
    honor_labels: true
    static_configs: [{ targets: ['127.0.0.1:8080'] }]
  - job_name: telemetry
    static_configs: [{ targets: ['127.0.0.1:8081'] }]
`;

/** Each node's address leads to the one node_exporter that there is, of this machine. */
const ofNodes = (addresses: readonly string[], kubeletsPort: number): string => `
  - job_name: node-exporter
    static_configs: [{ targets: ${JSON.stringify(addresses.map((one) => `${one}:9100`))} }]
    relabel_configs:
      - { source_labels: [__address__], target_label: instance }
      - { target_label: __address__, replacement: '${NODE_EXPORTER}' }
  - job_name: cadvisor
    honor_labels: true
    metrics_path: /metrics/cadvisor
    static_configs: [{ targets: ['127.0.0.1:${kubeletsPort}'] }]
  - job_name: kubelet
    honor_labels: true
    static_configs: [{ targets: ['127.0.0.1:${kubeletsPort}'] }]
`;

async function startPrometheus(folder: string, url: string, jobs: string): Promise<Program> {
  const { port } = new URL(url);
  const config = join(folder, `prometheus-${port}.yml`);
  writeFileSync(config, `global: { scrape_interval: 1s }\nscrape_configs:\n${jobs}`);
  const prometheus = new Program('prometheus', [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, `data-${port}`)}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  await listening(prometheus, `${url}/-/ready`);
  return prometheus;
}

const listening = (program: Program, url: string): Promise<boolean> =>
  program.until(
    `${url} answers`,
    async () => {
      try {
        return (await get(url)).status === 200 || undefined;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return undefined;
        throw error;
      }
    },
    READY_TIMEOUT_MS,
  );

/** With times that fit a scrape each second. */
const filled = (query: string): string =>
  filledIn(query, { rateInterval: '10s', range: `${RANGE_SECONDS}s` });

async function asked(url: string): Promise<unknown> {
  const { status, body } = await get(url);
  if (status !== 200) throw new Error(`${decodeURIComponent(url)}\n${status}: ${body}`);
  return (JSON.parse(body.toString()) as { data: unknown }).data;
}

/** The series that a query gives: over the last minute for lines and bands, else now. */
async function answers(prometheus: string, panel: Panel, { query }: Query): Promise<Result[]> {
  const over = panel.kind === 'lines' || panel.kind === 'states';
  const now = Date.now() / 1_000;
  const times = over ? `&start=${now - RANGE_SECONDS}&end=${now}&step=1` : '';
  const path = over ? 'query_range' : 'query';
  const expression = encodeURIComponent(filled(query));
  const url = `${prometheus}/api/v1/${path}?query=${expression}${times}`;
  return ((await asked(url)) as { result: Result[] }).result;
}

/** What a person could choose from. */
async function valuesOf({ query, regex }: Variable): Promise<string[]> {
  const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(query) ?? [];
  if (selector !== undefined) {
    const match = encodeURIComponent(filled(selector));
    return (await asked(`${ALONE}/api/v1/label/${label}/values?match[]=${match}`)) as string[];
  }
  const [, expression = ''] = /^query_result\((.+)\)$/.exec(query) ?? [];
  const url = `${ALONE}/api/v1/query?query=${encodeURIComponent(filled(expression))}`;
  const { result } = (await asked(url)) as { result: Result[] };
  const [, pattern = ''] = /^\/(.+)\/$/.exec(regex ?? '') ?? [];
  return result.flatMap(({ metric }) => {
    const labels = Object.entries(metric).map(([name, value]) => `${name}="${value}"`);
    return new RegExp(pattern).exec(`{${labels.join()}}`)?.[1] ?? [];
  });
}

describe('the dashboards, of a living cluster', function () {
  this.timeout(2 * ANSWER_TIMEOUT_MS);
  let folder: string;
  let kubelets: Kubelets;
  const programs: Program[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-e2e-'));
    const demo = new Program(kubestate, ['demo', '--speed=100']);
    programs.push(demo);
    await listening(demo, READYZ);
    const nodeExporter = new Program('prometheus-node-exporter', [
      `--web.listen-address=${NODE_EXPORTER}`,
    ]);
    programs.push(nodeExporter);
    await listening(nodeExporter, `http://${NODE_EXPORTER}/`);
    kubelets = await startKubelets(METRICS);
    const shown = (await get(METRICS)).body.toString();
    const addresses = seriesOf(shown, 'kube_node_info').map(({ internal_ip = '' }) => internal_ip);
    expect(addresses).to.have.length(6);
    programs.push(await startPrometheus(folder, ALONE, ofKubestate));
    const all = ofKubestate + ofNodes(addresses, kubelets.port);
    programs.push(await startPrometheus(folder, JOINED, all));
  });

  after(async () => {
    await Promise.all(programs.map((program) => program.stop()));
    await kubelets?.stop();
    rmSync(folder, { recursive: true });
  });

  const answered = async (prometheus: string, panel: Panel, query: Query): Promise<Result[]> =>
    until(
      `data of ${prometheus} for ${query.query}`,
      async () => {
        const results = await answers(prometheus, panel, query);
        return results.length > 0 ? results : undefined;
      },
      ANSWER_TIMEOUT_MS,
    );

  for (const { title, rows, variables } of dashboards) {
    describe(title, () => {
      for (const variable of variables) {
        it(`has something to choose from: ${variable.label}`, async () => {
          const values = await until(
            `values of ${variable.name}`,
            async () => {
              const found = await valuesOf(variable);
              return found.length > 0 ? found : undefined;
            },
            ANSWER_TIMEOUT_MS,
          );
          expect(new Set(values)).to.have.property('size', values.length);
        });
      }

      for (const panel of rows.flatMap(({ panels }) => panels)) {
        it(`has data: ${panel.title}`, async () => {
          for (const query of queriesOf(panel)) {
            const results = await answered(query.joins ? JOINED : ALONE, panel, query);
            if (panel.kind === 'stat') expect(results, query.query).to.have.length(1);
            for (const { metric } of query.grouping ? results : []) {
              expect(query.grouping, query.query).to.include.members(Object.keys(metric));
            }
          }
        });
      }

      for (const panel of rows.flatMap(({ panels }) => panels)) {
        const joining = queriesOf(panel).filter(({ joins }) => joins);
        if (joining.length === 0) continue;
        it(`rightly says whose series it joins: ${panel.title}`, async () => {
          for (const query of joining) {
            expect(await answers(ALONE, panel, query), query.query).to.deep.equal([]);
          }
        });
      }
    });
  }
});
