// `kubestate demo`: a simulated cluster and the exporter that watches it, in one process.
import { readFileSync } from 'node:fs';
import { ApiServer } from '../demo/apiserver.ts';
import { buildCluster } from '../demo/cluster.ts';
import { loadObjects } from '../demo/file.ts';
import { type Life, startLife } from '../demo/life.ts';
import { ConfigError } from '../errors.ts';
import { decimal, type Flag, file, integer, type ValuesOf } from '../flags.ts';
import { isReady } from '../http/readiness.ts';
import { type Logger, openLog } from '../log.ts';
import { flags } from '../options.ts';
import { type Running, run } from '../run.ts';
import { command, type Edge } from './command.ts';
import { aborted, logLevel, sayIgnored } from './process.ts';

const PODS_MAX = 200_000;
const SPEED_MAX = 1_000;
const LOOPBACK = '127.0.0.1';
const progressMs = 250;

const simulated = 'The simulated cluster';

const {
  kubeconfig,
  apiserver,
  // The simulated API server reviews no tokens.
  'auth-filter': authFilter,
  // A file could name another cluster, or ports that are not those of the line it is started by.
  config,
  'continue-without-config': withoutConfig,
  ...serving
} = flags;

// biome-ignore format: one row per flag
const demoFlags = {
  pods: { group: simulated, kind: integer(1, PODS_MAX), default: 0, defaultText: 'a few dozen workloads',
    help: 'How many pods the cluster has, with nodes and workloads to match.' },
  speed: { group: simulated, kind: decimal(0, SPEED_MAX), default: 10,
    help: 'How many times faster than real time the cluster lives; 0 stops it.' },
  file: { group: simulated, kind: file, default: undefined,
    help: 'Serve the objects of this file instead, a JSON document a line; they stay as they are.' },
  seed: { group: simulated, kind: integer(0, 2 ** 31), default: 1,
    help: 'Another number gives another cluster, the same number the same.' },
  'apiserver-port': { group: simulated, kind: integer(0, 65_535), default: 0, defaultText: 'any that is free',
    help: 'Port of the simulated API server.' },
  ...serving,
  host: { ...serving.host, default: LOOPBACK },
  'telemetry-host': { ...serving['telemetry-host'], default: LOOPBACK },
} satisfies Record<string, Flag<unknown>>;

/** What the demo has no flags for, as it stands where it is not given. */
const notHere = {
  ...{ kubeconfig: undefined, config: undefined },
  ...{ 'continue-without-config': false, 'auth-filter': false },
};

type DemoOptions = ValuesOf<typeof demoFlags>;

export const demo = command({
  summary: 'Look at it all on a simulated cluster, in one process.',
  about:
    'kubestate demo simulates a small, living cluster: an API server with nodes and workloads ' +
    'that roll out, crash, wait and end. The exporter watches it over HTTP as it would a real ' +
    'one. Everything listens on 127.0.0.1 unless --host says otherwise; Ctrl-C ends it.',
  flags: demoFlags,
  async run(edge, { values, given }) {
    const { clock, print } = edge;
    refuseContradictions(given);
    const telemetryHost = given.includes('telemetry-host') ? values['telemetry-host'] : values.host;
    const server = new ApiServer({ clock, random: edge.random });
    const log = openLog(given.includes('v') ? logLevel(values.v) : 'warn');
    sayIgnored(demoFlags, given, log);
    print('kubestate demo\n\n');
    const life = populate(server, values, edge, log);
    try {
      const { url } = await server.listen(values['apiserver-port'], values.host);
      const running = await run(
        { ...values, ...notHere, 'telemetry-host': telemetryHost, apiserver: url },
        { ...edge, log },
      );
      await showProgress(running, edge);
      if (!edge.stop.aborted) print(whereToLook(url, running));
      await aborted(edge.stop);
      await running.stop();
      return 0;
    } finally {
      // What fails to start must not be kept alive by the cluster it was meant for.
      await life?.stop();
      await server.close();
    }
  },
});

function refuseContradictions(given: readonly string[]): void {
  const useless = ['pods', 'speed', 'seed'].find((name) => given.includes(name));
  if (!given.includes('file') || useless === undefined) return;
  throw new ConfigError(
    `--${useless}: expected without --file, whose objects are served as they are; leave one out.`,
  );
}

/** Fills the server from the file, or builds a cluster there and starts its life. */
function populate(
  server: ApiServer,
  values: DemoOptions,
  edge: Edge,
  log: Logger,
): Life | undefined {
  const { file: path, seed, speed } = values;
  if (path !== undefined) {
    const { objects, repeated } = loadObjects(server, textOf(path), path);
    edge.print(`  cluster     ${number(objects)} objects of ${path}\n`);
    for (const sentence of repeated) edge.print(`              ${sentence}\n`);
    return undefined;
  }
  const { clock } = edge;
  if (values.pods > 0) edge.print(`  building    ${number(values.pods)} pods\n`);
  buildCluster(server, { clock, seed, ...(values.pods > 0 && { pods: values.pods }) });
  const [nodes, pods] = ['nodes', 'pods'].map((resource) => number(server.storage(resource).size));
  edge.print(`  cluster     ${nodes} nodes and ${pods} pods, simulated in this process\n`);
  return startLife(server, { clock, speed, seed, log });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`--file: expected a file of JSON documents, a line each; got ${got}.`);
  }
}

/** Says how far the first lists are, until they are complete. */
async function showProgress({ readiness, sizes }: Running, { clock, print, stop }: Edge) {
  let said = '';
  while (!isReady(readiness()) && !stop.aborted) {
    const all = readiness();
    const synced = all.filter((status) => status.synced).length;
    const objects = [...sizes().values()].reduce((sum, size) => sum + size.objects, 0);
    const line = `  syncing     ${synced} of ${all.length} resources, ${number(objects)} objects\n`;
    if (line !== said) print(line);
    said = line;
    await clock.sleep(progressMs, stop);
  }
}

function whereToLook(apiServer: string, { metrics, telemetry, scheme }: Running): string {
  const at = ({ host, port }: { host: string; port: number }): string =>
    `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return `  API server  ${apiServer}
  metrics     ${at(metrics)}/metrics
  itself      ${at(telemetry)}/metrics
  readiness   ${at(telemetry)}/readyz

  Open ${at(metrics)} in a browser, point a Prometheus at it, or try

    curl -s ${at(metrics)}/metrics | grep restarts_total

  Ctrl-C ends it.
`;
}

const number = (count: number): string => count.toLocaleString('en');
