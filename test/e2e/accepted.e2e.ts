// What the chart renders for each recorded set of values is taken by a real API server.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { manifestsOf } from '../chart/compare.ts';
import { definitionFiles } from './definitions.ts';
import { chart, rendered, set } from './helm.ts';

/** Services may ask for both. */
const BOTH_FAMILIES = '10.96.0.0/12,fd00:10:96::/112';

const folder = join(import.meta.dirname, '../chart/values');
const sets = readdirSync(folder).sort();

/** Values that no chart can make a valid object of, what the server says, and values that do. */
const CORRECTED: Readonly<Record<string, readonly [refusal: RegExp, ...settings: string[]]>> = {
  'host-network.yaml': [/hostNetwork: Forbidden: when `hostUsers` is false/, 'hostUsers=null'],
  // What is written `y` there means true to Helm, as it does in YAML 1.1.
  'probes.yaml': [/httpHeaders/, 'livenessProbe.httpGet.httpHeaders[0].value=why'],
  'role-aggregation.yaml': [/matchLabels/, 'rbac.clusterRoleSelectors[0].matchLabels.x=why'],
};

/** What the chart can do beyond that of kube-state-metrics: by its switch, what that adds. */
const SWITCHES: readonly (readonly [settings: readonly string[], kinds: readonly string[]])[] = [
  [['highAvailability.enabled=true'], ['Role', 'RoleBinding']],
  [
    ['highAvailability.enabled=true', 'replicas=3'],
    ['Role', 'RoleBinding'],
  ],
  [['prometheusRule.enabled=true'], ['PrometheusRule']],
  [['prometheusRule.enabled=true', 'prometheusRule.namespace=monitoring'], ['PrometheusRule']],
  [['dashboards.enabled=true'], ['ConfigMap']],
  [['dashboards.enabled=true', 'dashboards.namespace=monitoring'], ['ConfigMap']],
];

describe('what the chart renders', function () {
  this.timeout(120_000);

  let cluster: RealCluster;
  /** Namespaces that objects are rendered into; the server wants them to be there. */
  const namespaces = new Set(['default', 'kube-system']);

  before(async () => {
    cluster = await startApiServer({ flags: [`--service-cluster-ip-range=${BOTH_FAMILIES}`] });
    for (const file of definitionFiles) {
      await cluster.kubectl(['create', '-f', file]);
    }
    const defined = ['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all'];
    await cluster.kubectl(defined);
  });

  after(() => cluster?.stop());

  for (const file of sets) {
    const values = ['--values', join(folder, file)];
    const [refusal, ...settings] = CORRECTED[file] ?? [];
    if (refusal) {
      it(`is refused with ${file}, which asks for what there is not`, async () => {
        expect(await refusalOf(rendered(chart, ...values))).to.match(refusal);
      });
    }
    it(`is accepted with ${[file, ...settings].join(' and ')}`, async () => {
      await accept(rendered(chart, ...values, ...set(settings)));
    });
  }

  for (const [settings, kinds] of SWITCHES) {
    it(`is accepted with ${settings.join(' and ')}, which adds ${kinds.join(', ')}`, async () => {
      const text = rendered(chart, ...set(settings));
      const usual = kindsIn(rendered(chart));
      const added = kindsIn(text).filter((kind) => !usual.includes(kind));
      expect([...new Set(added)].sort()).to.deep.equal(kinds);
      await accept(text);
    });
  }

  it('is refused where it has a field that there is none of', async () => {
    const text = rendered(chart).replace('readOnlyRootFilesystem', 'readOnlyRootFilesytem');
    expect(await refusalOf(text)).to.match(/unknown field .*readOnlyRootFilesytem/);
  });

  /** Has the server take all of it as it would, and keep nothing. */
  async function accept(text: string): Promise<void> {
    const objects = manifestsOf(text);
    for (const { metadata } of objects) await createNamespace(metadata.namespace ?? 'default');
    const options = ['--dry-run=server', '--validate=strict', '--output=name'];
    const said = await cluster.kubectl(['apply', ...options, '-f', '-'], text);
    expect(said.trim().split('\n')).to.have.length(objects.length);
  }

  /** What the server says to what it does not take, or undefined. */
  const refusalOf = (text: string): Promise<string | undefined> =>
    accept(text).then(
      () => undefined,
      (error: Error) => error.message,
    );

  async function createNamespace(name: string): Promise<void> {
    if (namespaces.has(name)) return;
    await cluster.must('POST', '/api/v1/namespaces', { metadata: { name } });
    namespaces.add(name);
  }
});

const kindsIn = (text: string): string[] => manifestsOf(text).map(({ kind }) => kind);
