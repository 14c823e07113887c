// Every flag with a wrong value, and what is refused of it.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Flags, parseCommandLine } from '../../src/config/flags.ts';
import { flags, type Options } from '../../src/config/options.ts';
import { expectRefused } from '../support/refusal.ts';

const port = 'a whole number from 0 to 65535';
const toggle = 'true or false';
const duration = 'a duration such as 30s, 1m30s or 0';
const text = 'a text behind it';
const items = 'items between commas behind it';
const keysBy = 'keys by resource such as pods=[app,tier],nodes=[*] behind it';
const promotions = 'label keys by resource such as pods=[team],namespaces=[team]->pods behind it';

type Wrong = readonly [given: string, expected: string, got: string];

// Of what takes any text only its absence is wrong here; the readers of the text refuse the rest.
// What may stand alone and takes any text has nothing that is wrong: null.
// biome-ignore format: one row per flag
const wrong: Readonly<Record<keyof Options, Wrong | null>> = {
  kubeconfig: ['', text, 'nothing'],
  apiserver: ['', text, 'nothing'],
  context: ['', text, 'nothing'],
  config: ['', text, 'nothing'],
  'use-apiserver-cache': ['=x', toggle, '"x"'],
  'kube-api-protobuf': ['=pods', toggle, '"pods"'],
  'continue-without-config': ['=perhaps', toggle, '"perhaps"'],
  'consistency-check-interval': ['=often', duration, '"often"'],
  resources: ['', items, 'nothing'],
  namespaces: ['', items, 'nothing'],
  'namespaces-denylist': ['', items, 'nothing'],
  'namespace-selector': ['', text, 'nothing'],
  'object-selector': ['', 'a resource and its label selector such as pods:team=a behind it', 'nothing'],
  node: ['', items, 'nothing'],
  'track-unscheduled-pods': ['=all', toggle, '"all"'],
  'object-limit': ['=-1', 'a whole number from 0 to 100000000', '"-1"'],
  'deleted-grace': ['=soon', duration, '"soon"'],
  'series-budget-per-family': ['=-1', 'a whole number from 0 to 1000000000', '"-1"'],
  'series-budget-per-namespace': ['=many', 'a whole number from 0 to 1000000000', '"many"'],
  'metric-allowlist': ['', items, 'nothing'],
  'metric-denylist': ['', items, 'nothing'],
  'metric-opt-in-list': ['', items, 'nothing'],
  profile: ['=mixn', 'one of minimal, mixin, full', '"mixn"'],
  'sparse-statesets': null,
  'promote-labels': ['', promotions, 'nothing'],
  'pod-owner-api-version': ['=v1', toggle, '"v1"'],
  'metric-labels-allowlist': ['', keysBy, 'nothing'],
  'metric-annotations-allowlist': ['', keysBy, 'nothing'],
  'custom-resource-state-config': ['', text, 'nothing'],
  'custom-resource-state-config-file': ['', text, 'nothing'],
  'custom-resource-state-only': ['=only', toggle, '"only"'],
  'continue-without-custom-resource-state-config-file': ['=2', toggle, '"2"'],
  'custom-resource-pack': ['', items, 'nothing'],
  host: ['', text, 'nothing'],
  port: ['=http', port, '"http"'],
  'telemetry-host': ['', text, 'nothing'],
  'telemetry-port': ['=65536', port, '"65536"'],
  'enable-gzip-encoding': ['=br', toggle, '"br"'],
  'hot-text-limit': ['=64MB', 'a size in bytes such as 64Mi, 100M or 0', '"64MB"'],
  'serve-before-sync': ['=maybe', toggle, '"maybe"'],
  explorer: ['=x', toggle, '"x"'],
  'tls-config': ['', text, 'nothing'],
  'auth-filter': ['=x', toggle, '"x"'],
  'enable-profiling': ['=on', toggle, '"on"'],
  'server-read-timeout': ['=5', duration, '"5"'],
  'server-read-header-timeout': ['=5x', duration, '"5x"'],
  'server-write-timeout': ['=', duration, '""'],
  'server-idle-timeout': ['=-1s', duration, '"-1s"'],
  shard: ['=1.5', 'a whole number from 0 to 1000000', '"1.5"'],
  'total-shards': ['=0', 'a whole number from 1 to 1000000', '"0"'],
  pod: ['', text, 'nothing'],
  'pod-namespace': ['', text, 'nothing'],
  'server-side-sharding': ['=yes', 'one of auto, true, false', '"yes"'],
  'leader-elect': ['=yes', toggle, '"yes"'],
  'leader-elect-resource-name': ['', text, 'nothing'],
  'leader-elect-lease-duration': ['=6', duration, '"6"'],
  'auto-gomemlimit': ['=90%', toggle, '"90%"'],
  'auto-gomemlimit-ratio': ['=1.1', 'a number from 0 to 1', '"1.1"'],
  v: ['=21', 'a whole number from 0 to 20', '"21"'],
  add_dir_header: ['=x', toggle, '"x"'],
  alsologtostderr: ['=x', toggle, '"x"'],
  alsologtostderrthreshold: ['', text, 'nothing'],
  legacy_stderr_threshold_behavior: ['=x', toggle, '"x"'],
  log_backtrace_at: ['', text, 'nothing'],
  log_dir: ['', text, 'nothing'],
  log_file: ['', text, 'nothing'],
  log_file_max_size: ['', text, 'nothing'],
  logtostderr: ['=x', toggle, '"x"'],
  one_output: ['=x', toggle, '"x"'],
  skip_headers: ['=x', toggle, '"x"'],
  skip_log_headers: ['=x', toggle, '"x"'],
  stderrthreshold: ['', text, 'nothing'],
  vmodule: ['', text, 'nothing'],
  help: ['=x', toggle, '"x"'],
  version: ['=x', toggle, '"x"'],
};

describe('The flags', () => {
  for (const [name, row] of Object.entries(wrong)) {
    if (row === null) continue;
    const [given, expected, got] = row;
    it(`refuse --${name}${given}`, () => {
      const act = () => parseCommandLine(flags, [`--${name}${given}`]);
      expectRefused(act, { flag: `--${name}`, expected, got });
    });
  }
});

describe('each flag that has an effect', () => {
  const root = join(import.meta.dirname, '../..');
  const code = globSync('src/**/*.ts', { cwd: root, exclude: ['src/config/options.ts'] })
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');

  for (const [name, row] of Object.entries<Flags[string]>(flags)) {
    if (row.ignored) continue;
    it(`is read by code: --${name}`, () => {
      const read = new RegExp(/^\w+$/.test(name) ? `[.{,] ?${name}\\b` : `'${name}'`);
      expect(read.test(code), `src/**: nothing reads --${name}; use it`).to.equal(true);
    });
  }
});
