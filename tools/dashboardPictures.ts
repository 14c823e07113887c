// Takes the pictures of docs/dashboards.md: each dashboard over a demo that ran for some minutes.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { get } from '../test/e2e/get.ts';
import { seriesOf, startKubelets } from '../test/e2e/kubeletMetrics.ts';
import { startPackMetrics } from '../test/e2e/packMetrics.ts';
import { filledIn } from '../test/monitoring/filled.ts';
import { picture } from './chromium.ts';
import type { Board, BoardPanel, Target } from './dashboards/grafana.ts';
import { startNodes } from './dashboards/nodes.ts';
import { heightOf, pageOf, type Results, WIDTH } from './dashboards/page.ts';
import { execute } from './execute.ts';
import { Prometheus } from './prometheus/start.ts';
import { freePorts, ServerProcess } from './serverProcess.ts';

const root = join(import.meta.dirname, '..');
const boards = join(root, 'helm/kube-state-metrics/files/dashboards');
const pictures = join(root, 'docs/images/dashboards');
const SCRAPE_SECONDS = 5;
const POINTS = 120;
/** Pods with something to see: one crash loops, others have volumes. */
const PODS = ['ads', 'postgres'];

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    speed: { type: 'string', default: '10' },
    /** Only the dashboard of this name. */
    only: { type: 'string' },
  },
});

/** What stops at the end, the last one first. */
const stops: (() => Promise<void>)[] = [];
try {
  const prometheus = await startAll();
  const began = Date.now() / 1_000;
  await sleep(Number(values.minutes) * 60_000);
  mkdirSync(pictures, { recursive: true });
  for (const file of readdirSync(boards)) {
    const name = file.replace(/\.json$/, '');
    if (values.only !== undefined && values.only !== name) continue;
    await takePicture(prometheus, name, began);
  }
} finally {
  for (const stop of stops.toReversed()) await stop();
}

/** The demo, what other exporters would tell of it, and a Prometheus that scrapes them all. */
async function startAll(): Promise<Prometheus> {
  const [port = 0, telemetry = 0] = await freePorts(2);
  const logs = mkdtempSync(join(tmpdir(), 'kubestate-pictures-'));
  stops.push(async () => rmSync(logs, { recursive: true }));
  const start = async (name: string, probe: string, args: readonly string[]) => {
    const isReady = () =>
      fetch(probe).then(
        ({ ok }) => ok,
        () => false,
      );
    const server = new ServerProcess(name, join(logs, `${name}.log`), () => args, isReady);
    stops.push(() => server.stop());
    await server.start();
  };
  const demo = [process.execPath, join(root, 'dist/kubestate.cjs'), 'demo'];
  const flags = [`--port=${port}`, `--telemetry-port=${telemetry}`, `--speed=${values.speed}`];
  await start('demo', `http://127.0.0.1:${telemetry}/readyz`, [...demo, ...flags]);
  const exposition = `http://127.0.0.1:${port}/metrics`;
  const kubelets = await startKubelets(exposition);
  stops.push(() => kubelets.stop());
  const nodes = await startNodes();
  stops.push(() => nodes.stop());
  const packs = await startPackMetrics();
  stops.push(() => packs.stop());
  const shown = (await get(exposition)).body.toString();
  const targets = seriesOf(shown, 'kube_node_info').map(({ internal_ip }) => `${internal_ip}:9100`);
  const prometheus = await Prometheus.start({
    global: { scrape_interval: `${SCRAPE_SECONDS}s` },
    scrape_configs: [
      job('kube-state-metrics', port, { honor_labels: true }),
      job('kube-state-metrics-telemetry', telemetry),
      job('cadvisor', kubelets.port, { honor_labels: true, metrics_path: '/metrics/cadvisor' }),
      job('kubelet', kubelets.port, { honor_labels: true }),
      job('packs', packs.port, { honor_labels: true }),
      {
        job_name: 'node-exporter',
        static_configs: [{ targets }],
        // Each node's address leads to what is made up for it.
        relabel_configs: [
          { source_labels: ['__address__'], target_label: 'instance' },
          {
            source_labels: ['__address__'],
            regex: '.*\\.(\\d+):9100',
            target_label: '__metrics_path__',
            replacement: '/$1',
          },
          { target_label: '__address__', replacement: `127.0.0.1:${nodes.port}` },
        ],
      },
    ],
  });
  stops.push(() => prometheus.stop());
  return prometheus;
}

function job(job_name: string, port: number, more: object = {}): object {
  return { job_name, static_configs: [{ targets: [`127.0.0.1:${port}`] }], ...more };
}

async function takePicture(prometheus: Prometheus, name: string, from: number): Promise<void> {
  const board = JSON.parse(readFileSync(join(boards, `${name}.json`), 'utf8')) as Board;
  const to = Date.now() / 1_000;
  const results = new Map<BoardPanel, Results>();
  for (const panel of board.panels) {
    results.set(panel, await resultsOf(prometheus, panel, { from, to }));
  }
  const selected = { datasource: 'Prometheus', pod: PODS.map((one) => `${one}-…`).join(' + ') };
  const page = pageOf(board, selected, (panel) => {
    const found = results.get(panel);
    if (found === undefined) throw new Error(`expected results of "${panel.title}"`);
    return found;
  });
  const folder = mkdtempSync(join(tmpdir(), 'kubestate-picture-'));
  try {
    const file = join(folder, 'page.html');
    writeFileSync(file, page);
    const image = join(pictures, `${name}.png`);
    await picture(`file://${file}`, image, { width: WIDTH, height: heightOf(board) });
    // 64 colours are enough for flat ones, and a third of the size.
    await execute('pngquant', ['--force', '--ext=.png', '--strip', '64', image]);
    process.stdout.write(`${image} written.\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Range {
  readonly from: number;
  readonly to: number;
}

async function resultsOf(prometheus: Prometheus, panel: BoardPanel, range: Range) {
  const { from, to } = range;
  const targets = panel.targets ?? [];
  const rows: Results['rows'][number][] = [];
  const series: Results['series'][number][] = [];
  for (const target of targets) {
    const expression = filledIn(target.expr, {
      rateInterval: `${4 * SCRAPE_SECONDS}s`,
      range: `${Math.round(to - from)}s`,
      variables: { pod: PODS.map((name) => `${name}-[a-z0-9-]+`).join('|') },
    });
    if (target.instant) rows.push(await rowsFor(prometheus, expression, to));
    else series.push(...(await seriesFor(prometheus, target, expression, range)));
  }
  return { rows, series, from, to };
}

interface Vector {
  readonly result: readonly {
    readonly metric: Readonly<Record<string, string>>;
    readonly value: readonly [number, string];
  }[];
}

/** The result at the end of the range: all panels show the same moment. */
async function rowsFor(prometheus: Prometheus, expression: string, time: number) {
  const path = `query?query=${encodeURIComponent(expression)}&time=${time}`;
  const { result } = await prometheus.ask<Vector>(path);
  return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}

interface Matrix {
  readonly result: readonly {
    readonly metric: Readonly<Record<string, string>>;
    readonly values: readonly (readonly [number, string])[];
  }[];
}

async function seriesFor(
  prometheus: Prometheus,
  { legendFormat = '' }: Target,
  expression: string,
  { from, to }: Range,
) {
  const step = (to - from) / POINTS;
  const asked = `query_range?query=${encodeURIComponent(expression)}`;
  const path = `${asked}&start=${from}&end=${to}&step=${step}`;
  const { result } = await prometheus.ask<Matrix>(path);
  return result.map(({ metric, values: points }) => ({
    name: legendFormat
      .replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? '')
      .trim(),
    points: points.map(([time, value]) => [time, Number(value)] as const),
  }));
}
