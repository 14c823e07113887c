// Every flag with a wrong value and its sentence; which flags exclude each other.
import { expect } from 'chai';
import { refuseLater } from '../src/config/settings.ts';
import { ConfigError } from '../src/errors.ts';
import { type Flags, parseCommandLine } from '../src/flags.ts';
import { flags, type Options } from '../src/options.ts';

const port = 'expected a whole number from 0 to 65535';
const toggle = 'expected true or false';
const duration = 'expected a duration such as 30s, 1m30s or 0';
const text = 'expected a text behind it, got nothing.';
const items = 'expected items between commas behind it, got nothing.';
const keysBy =
  'expected keys by resource such as pods=[app,tier],nodes=[*] behind it, got nothing.';

// Of what takes any text only its absence is wrong here; the readers of the text refuse the rest.
// biome-ignore format: one row per flag
const wrong: Readonly<Record<keyof Options, readonly [given: string, sentence: string]>> = {
  kubeconfig: ['', text],
  apiserver: ['', text],
  config: ['', text],
  'use-apiserver-cache': ['=x', `${toggle}, got "x".`],
  'continue-without-config': ['=perhaps', `${toggle}, got "perhaps".`],
  'consistency-check-interval': ['=often', `${duration}, got "often".`],
  resources: ['', items],
  namespaces: ['', items],
  'namespaces-denylist': ['', items],
  node: ['', items],
  'track-unscheduled-pods': ['=all', `${toggle}, got "all".`],
  'object-limit': ['=-1', 'expected a whole number from 0 to 100000000, got "-1".'],
  'metric-allowlist': ['', items],
  'metric-denylist': ['', items],
  'metric-opt-in-list': ['', items],
  'metric-labels-allowlist': ['', keysBy],
  'metric-annotations-allowlist': ['', keysBy],
  'custom-resource-state-config': ['', text],
  'custom-resource-state-config-file': ['', text],
  'custom-resource-state-only': ['=only', `${toggle}, got "only".`],
  'continue-without-custom-resource-state-config-file': ['=2', `${toggle}, got "2".`],
  host: ['', text],
  port: ['=http', `${port}, got "http".`],
  'telemetry-host': ['', text],
  'telemetry-port': ['=65536', `${port}, got "65536".`],
  'enable-gzip-encoding': ['=br', `${toggle}, got "br".`],
  'serve-before-sync': ['=maybe', `${toggle}, got "maybe".`],
  'tls-config': ['', text],
  'auth-filter': ['=x', `${toggle}, got "x".`],
  'server-read-timeout': ['=5', `${duration}, got "5".`],
  'server-read-header-timeout': ['=5x', `${duration}, got "5x".`],
  'server-write-timeout': ['=', `${duration}, got "".`],
  'server-idle-timeout': ['=-1s', `${duration}, got "-1s".`],
  shard: ['=1.5', 'expected a whole number from 0 to 1000000, got "1.5".'],
  'total-shards': ['=0', 'expected a whole number from 1 to 1000000, got "0".'],
  pod: ['', text],
  'pod-namespace': ['', text],
  'leader-elect': ['=yes', `${toggle}, got "yes".`],
  'leader-elect-resource-name': ['', text],
  'leader-elect-lease-duration': ['=6', `${duration}, got "6".`],
  'auto-gomemlimit': ['=90%', `${toggle}, got "90%".`],
  'auto-gomemlimit-ratio': ['=1.1', 'expected a number from 0 to 1, got "1.1".'],
  v: ['=21', 'expected a whole number from 0 to 20, got "21".'],
  add_dir_header: ['=x', `${toggle}, got "x".`],
  alsologtostderr: ['=x', `${toggle}, got "x".`],
  alsologtostderrthreshold: ['', text],
  legacy_stderr_threshold_behavior: ['=x', `${toggle}, got "x".`],
  log_backtrace_at: ['', text],
  log_dir: ['', text],
  log_file: ['', text],
  log_file_max_size: ['', text],
  logtostderr: ['=x', `${toggle}, got "x".`],
  one_output: ['=x', `${toggle}, got "x".`],
  skip_headers: ['=x', `${toggle}, got "x".`],
  skip_log_headers: ['=x', `${toggle}, got "x".`],
  stderrthreshold: ['', text],
  vmodule: ['', text],
  help: ['=x', `${toggle}, got "x".`],
};

describe('The flags', () => {
  for (const [name, [given, sentence]] of Object.entries(wrong)) {
    it(`refuse --${name}${given} in one sentence`, () => {
      expect(() => parseCommandLine(flags, [`--${name}${given}`])).to.throw(
        ConfigError,
        `--${name}: ${sentence}`,
      );
    });
  }

  for (const [name, { kind, later }] of Object.entries<Flags[string]>(flags)) {
    if (!later) continue;
    it(`stop the start where --${name} asks for what is to come`, () => {
      const { values } = parseCommandLine(flags, [
        kind.placeholder === undefined ? `--${name}` : `--${name}=a`,
      ]);
      expect(() => refuseLater(values)).to.throw(
        ConfigError,
        `--${name}: expected no custom resources, got a setting for them; they come with a later`,
      );
    });
  }

  it('start without custom resources', () => {
    refuseLater(parseCommandLine(flags, ['--custom-resource-state-only=false']).values);
  });
});
