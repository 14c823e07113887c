// What real Helm says to values of the wrong type, and that it lets pass what installs upstream.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { mapsOf } from '../chart/keys.ts';
import { type Outcome, outcomeOf } from '../support/outcome.ts';
import { chart, runHelm, template } from './helm.ts';

const upstreamSets = join(import.meta.dirname, '../chart/values');

const given = (values: string, to = chart, ...flags: string[]): Outcome =>
  template(to, ['--values', '-', ...flags], values);

/** Values by what Helm must say about them. */
const wrong: Readonly<Record<string, string>> = {
  "at '/replicas': got string, want null or integer": 'replicas: two',
  "at '/replicas': minimum: got -1, want 0": 'replicas: -1',
  "at '/revisionHistoryLimit': got number, want null or integer": 'revisionHistoryLimit: 1.5',
  "at '/image': got string, want null or object": 'image: mirror.local/x:v1',
  "at '/image/tag': got number, want null or string": 'image: { tag: 2.20 }',
  "at '/image/pullPolicy': value must be one of 'Always', ": 'image: { pullPolicy: always }',
  "at '/imagePullSecrets/0': got number, want ": 'imagePullSecrets: [1]',
  "at '/global/imageRegistry': got array, want ": 'global: { imageRegistry: [a] }',
  "at '/service/port': got string, want null or integer": 'service: { port: http }',
  "at '/service/port': maximum: got 80,800, want 65,535": 'service: { port: 80800 }',
  "at '/service/type': value must be one of 'ClusterIP', ": 'service: { type: Nodeport }',
  "at '/service/ipDualStack/ipFamilies/0': value must be one of 'IPv4', 'IPv6'":
    'service: { ipDualStack: { ipFamilies: [ipv6] } }',
  "at '/autosharding': got boolean, want null or object": 'autosharding: true',
  "at '/autosharding/enabled': got string, want ": 'autosharding: { enabled: "false" }',
  "at '/hostUsers': got string, want null or boolean": 'hostUsers: "no"',
  "at '/collectors': got object, want null or string or array": 'collectors: { pods: true }',
  "at '/collectorsExtra/0': got number, want string": 'collectorsExtra: [1]',
  "at '/namespaces': got object, want ": 'namespaces: { a: b }',
  "at '/podAnnotations/a': got array, want ": 'podAnnotations: { a: [b] }',
  "at '/affinity': got array, want ": 'affinity: [a]',
  "at '/tolerations': got object, want ": 'tolerations: { operator: Exists }',
  "at '/env/0': got string, want object": 'env: [A=b]',
  "at '/resources/limits/memory': got array, want ": 'resources: { limits: { memory: [1] } }',
  "at '/updateStrategy': value must be one of 'RollingUpdate', ":
    'updateStrategy: { type: Recreate }',
  "at '/livenessProbe/httpGet/scheme': value must be one of 'http', ":
    'livenessProbe: { httpGet: { scheme: ftp } }',
  "at '/prometheus/monitor/http/interval': got number, want null or string":
    'prometheus: { monitor: { http: { interval: 30 } } }',
  "at '/prometheus/monitor/interval': got number, want ":
    'prometheus: { monitor: { interval: 30 } }',
  "at '/verticalPodAutoscaler/maxAllowed/cpu': got object, want ":
    'verticalPodAutoscaler: { maxAllowed: { cpu: { a: 1 } } }',
  "at '/highAvailability': additional properties 'enable' not allowed":
    'highAvailability: { enable: true }',
  "at '/prometheusRule': additional properties 'labels' not allowed":
    'prometheusRule: { labels: { a: b } }',
};

/** Values that mean something to upstream, or to nobody, and have always been let pass. */
const right: Readonly<Record<string, string>> = {
  'lists given as text': stringify({
    collectors: 'pods,nodes',
    collectorsExclude: 'nodes',
    collectorsExtra: 'roles',
    namespaces: 'default,team-a',
    namespacesDenylist: 'kube-public',
    metricAllowlist: 'kube_pod_.*',
    metricLabelsAllowlist: 'pods=[*]',
  }),
  'lists given as lists': stringify({ namespaces: ['default'], namespacesDenylist: ['a'] }),
  'an affinity that is a template': stringify({ affinity: 'nodeAffinity: {}' }),
  'secrets by name and as objects': stringify({
    imagePullSecrets: ['a', { name: 'b' }],
    global: { imagePullSecrets: ['c'] },
  }),
  'quantities that YAML reads as numbers': stringify({ resources: { limits: { cpu: 1 } } }),
  'labels that YAML reads as numbers or booleans': stringify({
    customLabels: { tier: 1 },
    podAnnotations: { scrape: true },
    nodeSelector: { gpu: true },
  }),
  'objects as maps and as text': stringify({
    extraManifests: [{ apiVersion: 'v1', kind: 'List' }, 'apiVersion: v1\nkind: List'],
  }),
  'a budget in percent': stringify({ podDisruptionBudget: { maxUnavailable: '50%' } }),
  'keys that only templates know': stringify({
    updateStrategy: 'Recreate',
    priorityClassName: 'system-cluster-critical',
    selfMonitor: { telemetryHost: '::', telemetryPort: 8082 },
    rbac: { useExistingRole: false },
    networkPolicy: { egress: [{}], ingress: [], podSelector: {} },
    prometheus: { monitor: { interval: '30s', honorLabels: true, tlsConfig: {} } },
    verticalPodAutoscaler: { recommenders: [], controlledValues: 'RequestsOnly' },
  }),
  'keys that nothing reads any more': stringify({
    enabled: true,
    podSecurityPolicy: { enabled: false },
    service: { annotatons: {} },
    prometheus: { monitor: { typo: true } },
    kubeTargetVersionOverride: 1.18,
  }),
  'null in the place of defaults': stringify({
    securityContext: { runAsUser: null, seccompProfile: null },
    containerSecurityContext: null,
    image: { tag: null },
    resources: null,
    affinity: null,
    priorityClassName: null,
    hostUsers: null,
    service: { annotations: null },
    serviceAccount: { name: null },
    livenessProbe: { httpGet: { scheme: null } },
    readinessProbe: { httpGet: null },
    customResourceState: { enabled: true },
    rbac: { customResourceState: null },
    prometheus: { monitor: { enabled: true, http: null, metrics: null } },
  }),
};

/** Our own switches, which upstream's values do not have. */
const own = ['highAvailability', 'prometheusRule', 'dashboards'];

/** What a parent chart may say: of this one, of all, of another. */
const inParent = stringify({
  global: { imageRegistry: 'mirror.local', storageClass: 'fast', rbac: { create: true } },
  grafana: { replicas: 'two' },
  'kube-state-metrics': { enabled: true, tags: ['monitoring'], releaseLabel: true },
});

/** A chart with ours in it, in a folder of its own, which the caller removes. */
function parentChart(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubestate-parent-'));
  const dependency = { name: 'kube-state-metrics', version: '*' };
  const about = { apiVersion: 'v2', name: 'stack', version: '1.0.0', dependencies: [dependency] };
  writeFileSync(join(folder, 'Chart.yaml'), stringify(about));
  cpSync(chart, join(folder, 'charts/kube-state-metrics'), { recursive: true });
  return folder;
}

describe('the schema of the chart, read by Helm', () => {
  for (const [complaint, values] of Object.entries(wrong)) {
    it(`refuses ${values} and names the key`, () => {
      const { status, stderr } = given(values);
      expect(status).to.equal(1);
      expect(stderr.split('\n').filter((line) => line.startsWith('- '))).to.have.length(1);
      expect(stderr).to.include(`\n- ${complaint}`);
    });
  }

  for (const [name, values] of Object.entries(right)) {
    it(`lets pass ${name}`, () => {
      const { status, stderr } = given(values);
      expect(status, stderr).to.equal(0);
    });
  }

  it('lets pass every set of values of upstream', () => {
    const sets = readdirSync(upstreamSets);
    expect(sets).to.have.length(36);
    for (const set of sets) {
      const { status, stderr } = given(readFileSync(join(upstreamSets, set), 'utf8'));
      expect(status, `${set}: ${stderr}`).to.equal(0);
    }
  });

  it('lets pass what a parent chart and its other charts say', () => {
    const parent = parentChart();
    try {
      const { status, stdout, stderr } = given(inParent, parent);
      expect(status, stderr).to.equal(0);
      expect(stdout).to.include('image: mirror.local/');
      const refused = given('kube-state-metrics: { replicas: two }', parent);
      expect(refused.stderr).to.include("kube-state-metrics:\n- at '/replicas': got string");
    } finally {
      rmSync(parent, { recursive: true });
    }
  });

  it('lets an upgrade reuse the values of upstream, which have nothing of our own switches', () => {
    const { status, stderr } = given(stringify(Object.fromEntries(own.map((key) => [key, null]))));
    expect(status, stderr).to.equal(0);
  });

  it('says which map is missing where templates cannot do without, and no more', () => {
    const maps = mapsOf(parse(readFileSync(join(chart, 'values.yaml'), 'utf8')));
    expect(maps).to.have.length.greaterThan(30);
    for (const { path } of maps) {
      const values = stringify(path.reduceRight<unknown>((under, key) => ({ [key]: under }), null));
      const needed = given(values, chart, '--skip-schema-validation').status !== 0;
      const { status, stderr } = given(values);
      expect(status !== 0, `${path.join('.')} is needed: ${needed}; ${stderr}`).to.equal(needed);
      if (needed) expect(stderr).to.include(`missing property '${path.at(-1)}'`);
    }
  });

  it('goes into the package, and the suites do not', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubestate-package-'));
    try {
      const packed = runHelm(['package', chart, '-d', folder]);
      expect(packed.status, packed.stderr).to.equal(0);
      const [archive = ''] = readdirSync(folder);
      const list = outcomeOf('tar', ['-tzf', join(folder, archive)]);
      const files = list.stdout.split('\n');
      expect(files).to.include('kube-state-metrics/values.schema.json');
      expect(files.filter((file) => file.includes('unittests'))).to.deep.equal([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
