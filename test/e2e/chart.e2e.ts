// What the chart renders by real Helm, against the plain manifests and against what users set.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseCommandLine } from '../../src/config/flags.ts';
import { flags } from '../../src/config/options.ts';
import { chart, installed, type Objects, objectsIn, rendered, runHelm, set } from './helm.ts';

const root = join(import.meta.dirname, '../..');
const valueSets = join(root, 'test/chart/values');

const deployment = 'Deployment kube-system/kube-state-metrics';
const service = 'Service kube-system/kube-state-metrics';

/** The objects of the plain manifests. */
function plain(): Objects {
  const folder = join(root, 'rbac');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return objectsIn(files.map((name) => readFileSync(join(folder, name), 'utf8')).join('---\n'));
}

const containerOf = (objects: Objects) => objects[deployment].spec.template.spec.containers[0];

/** Each thing that the cluster's role allows, as one sorted list of `group/resource verb`. */
function grantsOf(objects: Objects): string[] {
  const { rules }: { rules: Record<string, string[]>[] } =
    objects['ClusterRole kube-state-metrics'];
  return rules
    .flatMap(({ apiGroups = [], resources = [], verbs = [] }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((plural) => verbs.map((verb) => `${group}/${plural} ${verb}`)),
      ),
    )
    .sort();
}

interface Port {
  readonly name: string;
  readonly containerPort: number;
}

/** Where each port of the Service and each probe ends up, whatever the ports are called. */
function wiringOf(objects: Objects): unknown {
  const { ports, livenessProbe, readinessProbe } = containerOf(objects);
  const numberOf = (name: string) =>
    (ports as Port[]).find((port) => port.name === name)?.containerPort;
  const served: { port: number; targetPort: string }[] = objects[service].spec.ports;
  return {
    service: served.map(({ port, targetPort }) => [port, numberOf(targetPort)]),
    probes: [livenessProbe, readinessProbe].map(({ httpGet: { path, port } }) => [
      path,
      numberOf(port),
    ]),
  };
}

describe('the chart', () => {
  it('passes helm lint', () => {
    const { status, stdout } = runHelm(['lint', '--strict', chart]);
    expect(status, stdout).to.equal(0);
  });

  it('grants what the plain manifests grant', () => {
    expect(grantsOf(installed())).to.deep.equal(grantsOf(plain())).and.not.be.empty;
  });

  it('leads both ports and both probes where the plain manifests lead them', () => {
    const expected = {
      service: [
        [8080, 8080],
        [8081, 8081],
      ],
      probes: [
        ['/livez', 8080],
        ['/readyz', 8081],
      ],
    };
    expect(wiringOf(installed())).to.deep.equal(expected);
    expect(wiringOf(plain())).to.deep.equal(expected);
  });

  it('runs the same image, locked in as the plain manifests lock it in', () => {
    const [ours, theirs] = [containerOf(installed()), containerOf(plain())];
    expect(ours.image).to.equal(theirs.image);
    expect(ours.securityContext).to.deep.equal(theirs.securityContext);
  });

  it('pins the image by digest and takes it from another registry', () => {
    const settings = ['global.imageRegistry=mirror.local', 'image.sha=sha256:abc'];
    const { image } = containerOf(plain());
    expect(containerOf(installed(...settings)).image).to.equal(
      `${image.replace(/^[^/]+/, 'mirror.local')}@sha256:abc`,
    );
  });

  it('serves the resources it grants, named by lists or by strings', () => {
    for (const some of ['collectors={pods,nodes}', 'collectors=pods\\, nodes']) {
      const objects = installed(some, 'collectorsExtra=roles\\,pods', 'collectorsExclude=nodes');
      expect(containerOf(objects).args).to.deep.equal(['--port=8080', '--resources=pods,roles']);
      expect(grantsOf(objects)).to.deep.equal([
        '/pods list',
        '/pods watch',
        'rbac.authorization.k8s.io/roles list',
        'rbac.authorization.k8s.io/roles watch',
      ]);
    }
  });

  it('takes any name for a resource where custom resources are configured', () => {
    for (const setting of [
      'customResourceState.enabled=true',
      'extraArgs={--config,/etc/c.yaml}',
    ]) {
      const { args } = containerOf(installed('collectors={pods,widgets}', setting));
      expect(args).to.include('--resources=pods,widgets');
    }
  });

  it('puts extra flags before its own, which win', () => {
    const settings = ['extraArgs={--v=4}', 'collectors={pods}', 'metricLabelsAllowlist={pods=[*]}'];
    const { args } = containerOf(installed(...settings, 'namespaces={a,b}', 'service.port=9000'));
    expect(args).to.deep.equal([
      '--v=4',
      '--port=9000',
      '--resources=pods',
      '--metric-labels-allowlist=pods=[*]',
      '--namespaces=a,b',
    ]);
  });

  it('passes expressions to the program as they were written', () => {
    const expressions = ['^kube_(pod|node)_.*$', 'a: b # c', '"quoted"', 'back\\slash', '{{ x }}'];
    const text = rendered(chart, '--set-json', `metricDenylist=${JSON.stringify(expressions)}`);
    const { args } = containerOf(objectsIn(text));
    expect(args.at(-1)).to.equal(`--metric-denylist=${expressions.join(',')}`);
  });

  it('reads templates in namespaces, for the flag as for the Roles', () => {
    const objects = installed('namespaces=x-{{ .Release.Name }}\\,b', 'rbac.useClusterRole=false');
    expect(containerOf(objects).args).to.include('--namespaces=x-kube-state-metrics,b');
    expect(objects).to.include.keys(
      'Role x-kube-state-metrics/kube-state-metrics',
      'RoleBinding b/kube-state-metrics',
    );
  });

  it('has the named templates that values written for the other chart include', () => {
    const affinity = [
      'podAffinity:',
      '  matchLabels:',
      '    {{- include "kube-state-metrics.labels" . | indent 4 }}',
      'podAntiAffinity:',
      '  matchLabels:',
      '    {{- include "kube-state-metrics.selectorLabels" . | indent 4 }}',
    ].join('\n');
    const names = ['name', 'fullname', 'namespace', 'serviceAccountName', 'chart', 'image'];
    const data = names.map((name) => [name, `{{ include "kube-state-metrics.${name}" . }}`]);
    const map = { kind: 'ConfigMap', metadata: { name: 'x' }, data: Object.fromEntries(data) };
    const values = { affinity, extraManifests: [{ apiVersion: 'v1', ...map }] };
    const json = Object.entries(values).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    const objects = objectsIn(rendered(chart, ...json.flatMap((value) => ['--set-json', value])));
    const { podAffinity, podAntiAffinity } = objects[deployment].spec.template.spec.affinity;
    expect(podAffinity).to.deep.equal({ matchLabels: objects[service].metadata.labels });
    expect(podAntiAffinity).to.deep.equal(objects[deployment].spec.selector);
    expect(objects['ConfigMap x'].data).to.deep.equal({
      name: 'kube-state-metrics',
      fullname: 'kube-state-metrics',
      namespace: 'kube-system',
      serviceAccountName: 'kube-state-metrics',
      chart: objects[deployment].metadata.labels['helm.sh/chart'],
      image: containerOf(objects).image,
    });
  });

  it('lets labels and annotations that users give win over its own', () => {
    const partOf = 'app\\.kubernetes\\.io/part-of=shop';
    const scrape = 'service.annotations.prometheus\\.io/scrape=no';
    const objects = installed(`customLabels.${partOf}`, 'labels.a=b', scrape);
    expect(objects[service].metadata.labels).to.include({ 'app.kubernetes.io/part-of': 'shop' });
    expect(objects[service].metadata.annotations).to.deep.equal({ 'prometheus.io/scrape': 'no' });
    expect(objects[deployment].metadata.labels).to.include({ a: 'b' });
  });

  for (const file of readdirSync(valueSets)) {
    it(`gives the program flags that it knows for ${file}`, () => {
      const objects = objectsIn(rendered(chart, '--values', join(valueSets, file)));
      const [workload] = Object.entries(objects).flatMap(([name, object]) =>
        /^(Deployment|StatefulSet) /.test(name) ? [object] : [],
      );
      const { args } = workload.spec.template.spec.containers[0];
      expect(parseCommandLine(flags, args).given).to.include.members(['port']);
    });
  }

  it('renders where its own keys are absent, as after an upgrade that reuses values', () => {
    const gone = ['highAvailability', 'prometheusRule', 'dashboards'].map((key) => `${key}=null`);
    expect(rendered(chart, ...set(gone))).to.equal(rendered(chart));
  });

  it('prints notes with the URLs, and warnings for risky values', () => {
    // Helm shows notes of a real install only; an extra manifest may hold them like any template.
    const data = { text: '{{ include (print .Template.BasePath "/NOTES.txt") . | b64enc }}' };
    const holder = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'notes' }, data };
    const extra = ['--set-json', `extraManifests=[${JSON.stringify(holder)}]`];
    const notes = (...settings: string[]) => {
      const { text } = objectsIn(rendered(chart, ...extra, ...set(settings)))['Secret notes'].data;
      return Buffer.from(text, 'base64').toString();
    };
    expect(notes()).to.include(
      'http://kube-state-metrics.kube-system.svc.cluster.local:8080/metrics',
    );
    expect(notes('replicas=2')).to.match(/each of the 2 replicas serves all series/);
    expect(notes('replicas=2', 'highAvailability.enabled=true')).to.not.include('WARNING');
    expect(notes('rbac.useClusterRole=false')).to.match(/its Role allows kube-system only/);
    const few = ['rbac.useClusterRole=false', 'namespaces=a', 'authFilter.enabled=true'];
    expect(notes(...few)).to.match(/Bind the service\s+account kube-state-metrics to/);
  });
});
