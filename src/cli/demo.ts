// `kubestate demo`: a simulated cluster and the exporter that watches it, in one process.
import { type CommandLine, decimal, type Flag, file, integer } from '../config/flags.ts';
import { flags } from '../config/options.ts';
import { ConfigError } from '../lib/errors.ts';
import { command } from './command.ts';

const PODS_MAX = 200_000;
const SPEED_MAX = 1_000;
const LOOPBACK = '127.0.0.1';

const simulated = 'The simulated cluster';

const {
  kubeconfig,
  apiserver,
  // The simulated API server reviews no tokens.
  'auth-filter': authFilter,
  // A config file could name another cluster, or other ports than the command line.
  config,
  'continue-without-config': withoutConfig,
  ...serving
} = flags;

// biome-ignore format: one row per flag
export const demoFlags = {
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

/** The command line of the demo. */
export type DemoLine = CommandLine<typeof demoFlags>;

export const demo = command({
  summary: 'Look at it all on a simulated cluster, in one process.',
  about:
    'kubestate demo simulates a small, living cluster: an API server with nodes and workloads ' +
    'that roll out, crash, wait and end. The exporter watches it over HTTP as it would a real ' +
    'one. Everything listens on 127.0.0.1 unless --host says otherwise; Ctrl-C ends it.',
  flags: demoFlags,
  lasts: true,
  async run(context, line) {
    refuseContradictions(line.given);
    const { simulate } = await import('./simulate.ts');
    return simulate(context, line);
  },
});

function refuseContradictions(given: readonly string[]): void {
  const useless = ['pods', 'speed', 'seed'].find((name) => given.includes(name));
  if (!given.includes('file') || useless === undefined) return;
  throw new ConfigError({
    flag: [`--${useless}`, '--file'],
    expected: 'one of them',
    got: 'both',
    hint: 'the objects of a file are served as they are: leave one out',
  });
}
