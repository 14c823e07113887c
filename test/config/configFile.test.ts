// The file behind --config: every key with a value, and with a wrong one.
import { expect } from 'chai';
import { configKeysOf, locate, readConfigFile } from '../../src/config/configFile.ts';
import type { Flags } from '../../src/config/flags.ts';
import { flags, type Options } from '../../src/config/options.ts';
import { ConfigError } from '../../src/lib/errors.ts';
import { expectRefusal, expectRefused, type Facts } from '../support/refusal.ts';

const read = (text: string) => readConfigFile(flags, text, '/etc/ksm.yaml');

const port = 'a whole number from 0 to 65535';
const toggle = 'true or false';
const duration = 'a duration such as 30s, 1m30s or 0';
const size = 'a size in bytes such as 64Mi, 100M or 0';
const items = 'a list, or a map whose keys are the items';
const keysBy = 'a map of resource to a list of keys';
const text = 'a text';

interface Row {
  readonly flag: keyof Options;
  readonly right: string;
  readonly value: unknown;
  readonly wrong: string;
  readonly expected: string;
  readonly got: string;
}

// biome-ignore format: one row per key
const rows: Readonly<Record<string, Row>> = {
  kubeconfig: { flag: 'kubeconfig', right: '/a', value: '/a', wrong: '[/a]', expected: text, got: 'a list' },
  context: { flag: 'context', right: 'prod', value: 'prod', wrong: '[a]', expected: text, got: 'a list' },
  apiserver: { flag: 'apiserver', right: 'http://a:1', value: 'http://a:1', wrong: '{a: 1}', expected: text, got: 'a map' },
  continue_without_config: { flag: 'continue-without-config', right: 'true', value: true, wrong: 'yes', expected: toggle, got: '"yes"' },
  resources: { flag: 'resources', right: '{pods: {}, nodes: {}}', value: ['pods', 'nodes'], wrong: '[{a: 1}]', expected: items, got: 'a list: [{"a":1}]' },
  namespaces: { flag: 'namespaces', right: '[a, b]', value: ['a', 'b'], wrong: '[[a]]', expected: items, got: 'a list: [["a"]]' },
  namespaces_denylist: { flag: 'namespaces-denylist', right: '[a]', value: ['a'], wrong: '[true]', expected: items, got: 'a list: [true]' },
  namespace_selector: { flag: 'namespace-selector', right: 'team=a', value: 'team=a', wrong: '{team: a}', expected: text, got: 'a map' },
  object_selector: { flag: 'object-selector', right: '{pods: "team=a,tier!=db", jobs: x}', value: ['pods:team=a,tier!=db', 'jobs:x'], wrong: '{pods: [a]}', expected: 'a map of resource to its label selector, or a list of pods:team=a', got: 'a map: {"pods":["a"]}' },
  metric_allowlist: { flag: 'metric-allowlist', right: '{"kube_{1,2}": {}}', value: ['kube_{1,2}'], wrong: '[null]', expected: items, got: 'a list: [null]' },
  metric_denylist: { flag: 'metric-denylist', right: 'a,b', value: ['a', 'b'], wrong: '[{}]', expected: items, got: 'a list: [{}]' },
  metric_opt_in_list: { flag: 'metric-opt-in-list', right: '[1]', value: ['1'], wrong: '[[]]', expected: items, got: 'a list: [[]]' },
  profile: { flag: 'profile', right: 'mixin', value: 'mixin', wrong: 'all', expected: 'one of minimal, mixin, full', got: '"all"' },
  promote_labels: { flag: 'promote-labels', right: '{pods: [team], "namespaces -> pods": [team, tier]}', value: ['pods=[team]', 'namespaces=[team,tier]->pods'], wrong: '{pods: team}', expected: 'a map such as "namespaces->pods" to a list of label keys', got: 'a map: {"pods":"team"}' },
  sparse_statesets: { flag: 'sparse-statesets', right: '[a, b]', value: ['a', 'b'], wrong: '{a: {}}', expected: 'true, false or a list', got: 'a map: {"a":{}}' },
  pod_owner_api_version: { flag: 'pod-owner-api-version', right: 'true', value: true, wrong: 'v1', expected: toggle, got: '"v1"' },
  labels_allow_list: { flag: 'metric-labels-allowlist', right: '{pods: [app, "team/*"], nodes: ["*"]}', value: 'pods=[app,team/*],nodes=[*]', wrong: '{pods: app}', expected: keysBy, got: 'a map: {"pods":"app"}' },
  annotations_allow_list: { flag: 'metric-annotations-allowlist', right: '{"*": []}', value: '*=[]', wrong: '{pods: ["a,b"]}', expected: keysBy, got: 'a map: {"pods":["a,b"]}' },
  custom_resource_config: { flag: 'custom-resource-state-config', right: 'a', value: 'a', wrong: '{spec: {}}', expected: text, got: 'a map' },
  custom_resource_state_config_file: { flag: 'custom-resource-state-config-file', right: '/a', value: '/a', wrong: '[1]', expected: text, got: 'a list' },
  custom_resource_config_file: { flag: 'custom-resource-state-config-file', right: '/a', value: '/a', wrong: '[1]', expected: text, got: 'a list' },
  custom_resources_only: { flag: 'custom-resource-state-only', right: 'true', value: true, wrong: 'on', expected: toggle, got: '"on"' },
  continue_without_custom_resource_state_config_file: { flag: 'continue-without-custom-resource-state-config-file', right: 'true', value: true, wrong: '2', expected: toggle, got: '2' },
  custom_resource_pack: { flag: 'custom-resource-pack', right: '[flux, gateway-api]', value: ['flux', 'gateway-api'], wrong: '[{flux: 1}]', expected: items, got: 'a list: [{"flux":1}]' },
  host: { flag: 'host', right: '"::1"', value: '::1', wrong: '[a]', expected: text, got: 'a list' },
  port: { flag: 'port', right: '9', value: 9, wrong: 'http', expected: port, got: '"http"' },
  telemetry_host: { flag: 'telemetry-host', right: 'a', value: 'a', wrong: '{}', expected: text, got: 'a map' },
  telemetry_port: { flag: 'telemetry-port', right: '9', value: 9, wrong: '65536', expected: port, got: '65536' },
  enable_gzip_encoding: { flag: 'enable-gzip-encoding', right: 'false', value: false, wrong: 'gzip', expected: toggle, got: '"gzip"' },
  hot_text_limit: { flag: 'hot-text-limit', right: '64Mi', value: 64 * 2 ** 20, wrong: '64MB', expected: size, got: '"64MB"' },
  serve_before_sync: { flag: 'serve-before-sync', right: 'true', value: true, wrong: '[true]', expected: toggle, got: 'a list' },
  explorer: { flag: 'explorer', right: 'false', value: false, wrong: 'page', expected: toggle, got: '"page"' },
  server_read_timeout: { flag: 'server-read-timeout', right: '1m30s', value: 90_000, wrong: '60', expected: duration, got: '60' },
  server_read_header_timeout: { flag: 'server-read-header-timeout', right: '5s', value: 5_000, wrong: 'soon', expected: duration, got: '"soon"' },
  server_write_timeout: { flag: 'server-write-timeout', right: '0', value: 0, wrong: '-1s', expected: duration, got: '"-1s"' },
  server_idle_timeout: { flag: 'server-idle-timeout', right: '1h', value: 3_600_000, wrong: '{h: 1}', expected: duration, got: 'a map' },
  shard: { flag: 'shard', right: '1', value: 1, wrong: '-1', expected: 'a whole number from 0 to 1000000', got: '-1' },
  total_shards: { flag: 'total-shards', right: '2', value: 2, wrong: '0', expected: 'a whole number from 1 to 1000000', got: '0' },
  pod: { flag: 'pod', right: 'ksm-0', value: 'ksm-0', wrong: '[a]', expected: text, got: 'a list' },
  namespace: { flag: 'pod-namespace', right: 'kube-system', value: 'kube-system', wrong: '{a: 1}', expected: text, got: 'a map' },
  'auto-gomemlimit': { flag: 'auto-gomemlimit', right: 'true', value: true, wrong: '0.9', expected: toggle, got: '0.9' },
  node: { flag: 'node', right: '[a, b]', value: ['a', 'b'], wrong: '[[a]]', expected: items, got: 'a list: [["a"]]' },
  track_unscheduled_pods: { flag: 'track-unscheduled-pods', right: 'true', value: true, wrong: 'all', expected: toggle, got: '"all"' },
  deleted_grace: { flag: 'deleted-grace', right: '1m', value: 60_000, wrong: '{h: 1}', expected: duration, got: 'a map' },
  series_budget_per_family: { flag: 'series-budget-per-family', right: '7', value: 7, wrong: '-1', expected: 'a whole number from 0 to 1000000000', got: '-1' },
  series_budget_per_namespace: { flag: 'series-budget-per-namespace', right: '7', value: 7, wrong: '-1', expected: 'a whole number from 0 to 1000000000', got: '-1' },
  object_limit: { flag: 'object-limit', right: '5', value: 5, wrong: '-1', expected: 'a whole number from 0 to 100000000', got: '-1' },
  consistency_check_interval: { flag: 'consistency-check-interval', right: '5m', value: 300_000, wrong: 'often', expected: duration, got: '"often"' },
  use_api_server_cache: { flag: 'use-apiserver-cache', right: 'true', value: true, wrong: '1x', expected: toggle, got: '"1x"' },
  kube_api_protobuf: { flag: 'kube-api-protobuf', right: 'false', value: false, wrong: '1x', expected: toggle, got: '"1x"' },
  tls_config: { flag: 'tls-config', right: '/a', value: '/a', wrong: '[a]', expected: text, got: 'a list' },
  leader_elect: { flag: 'leader-elect', right: 'true', value: true, wrong: 'both', expected: toggle, got: '"both"' },
  leader_elect_resource_name: { flag: 'leader-elect-resource-name', right: 'a', value: 'a', wrong: '[a]', expected: text, got: 'a list' },
  leader_elect_lease_duration: { flag: 'leader-elect-lease-duration', right: '9s', value: 9_000, wrong: '[9s]', expected: duration, got: 'a list' },
  enable_profiling: { flag: 'enable-profiling', right: 'true', value: true, wrong: '1 2', expected: toggle, got: '"1 2"' },
  auth_filter: { flag: 'auth-filter', right: 'true', value: true, wrong: 'on', expected: toggle, got: '"on"' },
  'auto-gomemlimit-ratio': { flag: 'auto-gomemlimit-ratio', right: '0.8', value: 0.8, wrong: '1.5', expected: 'a number from 0 to 1', got: '1.5' },
};

describe('A config file', () => {
  it('has a row here for each key that a flag has', () => {
    const keys = Object.entries<Flags[string]>(flags).flatMap(([name, flag]) =>
      configKeysOf(name, flag),
    );
    expect(Object.keys(rows)).to.have.members(keys);
  });

  for (const [key, { flag, right, value, wrong, expected, got }] of Object.entries(rows)) {
    it(`sets --${flag} by ${key}`, () => {
      expect(read(`${key}: ${right}`).values).to.deep.equal({ [flag]: value });
    });

    it(`is refused with a wrong ${key}, with file and line`, () => {
      const act = () => read(`# one\n${key}: ${wrong}\n`);
      expectRefused(act, { flag: undefined, place: `/etc/ksm.yaml:2: ${key}`, expected, got });
    });
  }

  it('takes sets written over several lines, as maps and as lists', () => {
    const { values } = read('resources:\n  pods: {}\n  nodes:\nnamespaces:\n- a\n- b\n');
    expect(values).to.deep.equal({ resources: ['pods', 'nodes'], namespaces: ['a', 'b'] });
  });

  it('takes a list, all or none of what may be all', () => {
    const sparse = (text: string) => read(`sparse_statesets: ${text}`).values['sparse-statesets'];
    expect(['true', 'false', 'a', 'a,b', '[]'].map(sparse)).to.deep.equal([
      true,
      false,
      ['a'],
      ['a', 'b'],
      [],
    ]);
  });

  for (const nothing of ['', '# only words\n', 'null\n', 'resources:\nport: null\n']) {
    it(`sets nothing where nothing is said: ${JSON.stringify(nothing)}`, () => {
      expect(read(nothing).values).to.deep.equal({});
    });
  }

  it('names unknown keys with their line and the nearest right one', () => {
    const { values, unknown } = read('port: 1\nresorces: {}\ncolour: red\n');
    expect(values).to.deep.equal({ port: 1 });
    expect(unknown).to.deep.equal([
      '/etc/ksm.yaml:2: there is no setting "resorces"; did you mean resources?',
      '/etc/ksm.yaml:3: there is no setting "colour"; docs/cli.md lists them',
    ]);
  });

  const refused: readonly [text: string, facts: Facts][] = [
    [
      `resources: [{a: ${'x'.repeat(100)}}]\n`,
      { place: '/etc/ksm.yaml:1: resources', got: `a list: [{"a":"${'x'.repeat(73)}…` },
    ],
    [
      '- a\n',
      {
        place: '/etc/ksm.yaml:1',
        expected: 'a map of settings',
        got: 'a list',
        hint: 'write it as port: 8080',
      },
    ],
    ['words\n', { place: '/etc/ksm.yaml:1', expected: 'a map of settings', got: '"words"' }],
    [
      'port: 1\n a: [\n',
      { place: /^\/etc\/ksm\.yaml:\d$/, expected: 'YAML', got: /./, hint: 'correct the file' },
    ],
    [
      'port: 1\nhost: a\nport: 2\n',
      { place: '/etc/ksm.yaml:3', expected: 'YAML', got: /^Map keys must be unique/ },
    ],
    [
      'port: 1\nresources: *pods\n',
      {
        place: '/etc/ksm.yaml:2',
        expected: 'YAML',
        got: /^Unresolved alias \(the anchor must be set before/,
      },
    ],
    [
      `# ${'x'.repeat(1024 * 1024)}\n`,
      { place: '/etc/ksm.yaml', expected: 'at most 1048576 bytes of settings', got: '1048579' },
    ],
  ];
  for (const [content, facts] of refused) {
    it(`is refused: ${JSON.stringify(content.slice(0, 20))}`, () => {
      expectRefused(() => read(content), facts);
    });
  }

  it('has the flags that it set named by key, file and line in errors, and no others', () => {
    const { places } = read('total_shards: 2\nlabels_allow_list: {pods: [app]}\n');
    const facts = { place: 'p', expected: 'a number', got: '--total-shards', hint: 'h' };
    const flagsOf = (flag?: string | string[]) => {
      const located = locate(new ConfigError({ ...facts, flag }), '/etc/ksm.yaml', places);
      expectRefusal(located, facts);
      return located.flag;
    };
    expect(flagsOf(['--shard', '--total-shards'])).to.deep.equal([
      '--shard',
      'total_shards (/etc/ksm.yaml:1)',
    ]);
    expect(flagsOf('--metric-labels-allowlist')).to.equal('labels_allow_list (/etc/ksm.yaml:2)');
    expect(flagsOf('--shard')).to.equal('--shard');
    expect(flagsOf()).to.equal(undefined);
  });
});
