// simulate runs the demo: it builds a cluster, starts its life, and runs kubestate against it.
import { readFileSync } from 'node:fs';
import { type Running, run } from '../app/run.ts';
import { ApiServer } from '../demo/apiserver/apiserver.ts';
import { loadObjects } from '../demo/apiserver/file.ts';
import { buildCluster } from '../demo/cluster/cluster.ts';
import { type Life, startLife } from '../demo/cluster/life.ts';
import { isReady } from '../http/readiness.ts';
import { aborted } from '../lib/deadline.ts';
import { ConfigError, errorMessage } from '../lib/errors.ts';
import { type Logger, openLog } from '../lib/log.ts';
import { LogRing } from '../lib/logRing.ts';
import type { ProcessContext } from '../lib/processContext.ts';
import { type DemoLine, demoFlags } from './demo.ts';
import { logLevel, sayIgnored, startWithSignals } from './process.ts';
import { routeStrays } from './strays.ts';

const progressMs = 250;

/** Options that the demo has no flags for. */
const fixedOptions = {
  kubeconfig: undefined,
  context: undefined,
  config: undefined,
  'continue-without-config': false,
  'auth-filter': false,
};

/** Runs until a signal stops it; resolves to the exit code. */
export async function simulate(
  context: ProcessContext,
  { values, given }: DemoLine,
): Promise<number> {
  const { clock, print } = context;
  const telemetryHost = given.includes('telemetry-host') ? values['telemetry-host'] : values.host;
  const server = new ApiServer({ clock, random: context.random });
  const logRing = new LogRing();
  const log = openLog(given.includes('v') ? logLevel(values.v) : 'warn', undefined, logRing);
  routeStrays(log);
  sayIgnored(demoFlags, given, log);
  print('kubestate demo\n\n');
  const life = populate(server, values, context, log);
  try {
    const { url } = await server.listen(values['apiserver-port'], values.host);
    const options = { ...values, ...fixedOptions, 'telemetry-host': telemetryHost, apiserver: url };
    const running = await startWithSignals(context, log, () =>
      run(options, { ...context, log, logRing }),
    );
    await showProgress(running, context);
    if (!context.stop.aborted) print(whereToLook(url, running));
    await aborted(context.stop);
    await running.stop();
    return 0;
  } finally {
    // A simulated cluster that runs on would keep the process of a failed start alive.
    await life?.stop();
    await server.close();
  }
}

/** Fills the server from the file, or builds a cluster there and starts its life. */
function populate(
  server: ApiServer,
  values: DemoLine['values'],
  context: ProcessContext,
  log: Logger,
): Life | undefined {
  const { file: path, seed, speed } = values;
  if (path !== undefined) {
    const { objects, repeated } = loadObjects(server, textOf(path), path);
    context.print(`  cluster     ${number(objects)} objects of ${path}\n`);
    for (const sentence of repeated) context.print(`              ${sentence}\n`);
    return undefined;
  }
  const { clock } = context;
  if (values.pods > 0) context.print(`  building    ${number(values.pods)} pods\n`);
  buildCluster(server, { clock, seed, ...(values.pods > 0 && { pods: values.pods }) });
  const [nodes, pods] = ['nodes', 'pods'].map((resource) => number(server.storage(resource).size));
  context.print(`  cluster     ${nodes} nodes and ${pods} pods, simulated in this process\n`);
  return startLife(server, { clock, speed, seed, log });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError({
      flag: '--file',
      expected: 'a file of JSON documents, a line each',
      got: errorMessage(error),
    });
  }
}

/** Prints the progress of the first lists until they are complete. */
async function showProgress({ readiness, sizes }: Running, { clock, print, stop }: ProcessContext) {
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
