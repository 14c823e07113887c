// The demo at work: builds the cluster, lets it live, and watches it as a real one is watched.
import { readFileSync } from 'node:fs';
import { ApiServer } from '../demo/apiserver.ts';
import { buildCluster } from '../demo/cluster.ts';
import { loadObjects } from '../demo/file.ts';
import { type Life, startLife } from '../demo/life.ts';
import { ConfigError } from '../errors.ts';
import { isReady } from '../http/readiness.ts';
import { type Logger, openLog } from '../log.ts';
import { type Running, run } from '../run.ts';
import type { Edge } from './command.ts';
import { type DemoLine, demoFlags } from './demo.ts';
import { aborted, logLevel, sayIgnored } from './process.ts';

const progressMs = 250;

/** What the demo has no flags for, as it stands where it is not given. */
const notHere = {
  ...{ kubeconfig: undefined, config: undefined },
  ...{ 'continue-without-config': false, 'auth-filter': false },
};

/** Runs until told to stop, and resolves to the exit code. */
export async function simulate(edge: Edge, { values, given }: DemoLine): Promise<number> {
  const { clock, print } = edge;
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
}

/** Fills the server from the file, or builds a cluster there and starts its life. */
function populate(
  server: ApiServer,
  values: DemoLine['values'],
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

    curl -s ${at(metrics)}/metrics | grep 'restarts_total.* [1-9]'

  Ctrl-C ends it.
`;
}

const number = (count: number): string => count.toLocaleString('en');
