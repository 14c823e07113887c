// What the chart renders by real Helm, against the plain manifests and against what users set.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse, parseAllDocuments } from 'yaml';
import { helm } from './tools.ts';

const root = join(import.meta.dirname, '../..');
const chart = join(root, 'helm/kube-state-metrics');

interface Manifest {
  readonly kind: string;
  readonly metadata: { name: string; namespace?: string; labels: Record<string, string> };
}

interface Probe {
  readonly httpGet: { path: string; port: string };
}

interface Container {
  readonly image: string;
  readonly args?: string[];
  readonly ports: { name: string; containerPort: number }[];
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly securityContext: Record<string, unknown>;
}

interface Deployment extends Manifest {
  readonly spec: {
    replicas: number;
    template: {
      metadata: { labels: Record<string, string> };
      spec: { containers: Container[]; securityContext?: Record<string, unknown> };
    };
  };
}

interface Service extends Manifest {
  readonly spec: {
    ports: { name: string; port: number; targetPort: string }[];
    selector: Record<string, string>;
  };
}

interface ClusterRole extends Manifest {
  readonly rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

/** The objects of one way to install, by kind. */
interface Install {
  readonly ClusterRole: ClusterRole;
  readonly Deployment: Deployment;
  readonly Service: Service;
}

const byKind = (manifests: Manifest[]): Install =>
  Object.fromEntries(manifests.map((manifest) => [manifest.kind, manifest])) as unknown as Install;

function runHelm(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(helm, args, { encoding: 'utf8' });
}

function rendered(...settings: string[]): Install {
  const values = settings.flatMap((setting) => ['--set', setting]);
  const release = ['template', 'kube-state-metrics', chart, '-n', 'kube-system'];
  const { status, stdout, stderr } = runHelm(...release, ...values);
  expect(status, stderr).to.equal(0);
  return byKind(parseAllDocuments(stdout).map((document) => document.toJS() as Manifest));
}

function plain(): Install {
  const folder = join(root, 'rbac');
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const texts = names.map((name) => readFileSync(join(folder, name), 'utf8'));
  return byKind(texts.map((text) => parse(text) as Manifest));
}

const containerOf = ({ Deployment }: Install): Container =>
  Deployment.spec.template.spec.containers[0] as Container;

/** Each thing that a role allows, as one sorted list of `group/resource verb`. */
const grantsOf = ({ ClusterRole: { rules } }: Install): string[] =>
  rules
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((plural) => verbs.map((verb) => `${group}/${plural} ${verb}`)),
      ),
    )
    .sort();

/** Where each port of the Service and each probe ends up, whatever the ports are called. */
function wiringOf(install: Install): unknown {
  const { ports, livenessProbe, readinessProbe } = containerOf(install);
  const numberOf = (name: string) => ports.find((port) => port.name === name)?.containerPort;
  return {
    service: install.Service.spec.ports.map(({ port, targetPort }) => [port, numberOf(targetPort)]),
    probes: [livenessProbe, readinessProbe].map(({ httpGet: { path, port } }) => [
      path,
      numberOf(port),
    ]),
  };
}

describe('the chart', () => {
  it('passes helm lint', () => {
    const { status, stdout } = runHelm('lint', '--strict', chart);
    expect(status, stdout).to.equal(0);
  });

  it('grants what the plain manifests grant', () => {
    expect(grantsOf(rendered())).to.deep.equal(grantsOf(plain())).and.not.be.empty;
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
    expect(wiringOf(rendered())).to.deep.equal(expected);
    expect(wiringOf(plain())).to.deep.equal(expected);
  });

  it('runs the same image, locked in as the plain manifests lock it in', () => {
    const [ours, theirs] = [containerOf(rendered()), containerOf(plain())];
    expect(ours.image).to.equal(theirs.image);
    expect(ours.securityContext).to.deep.equal(theirs.securityContext);
  });

  it('makes one replica whose name and selector are those of kube-state-metrics', () => {
    const { Deployment, Service } = rendered();
    expect(Deployment.metadata).to.include({
      name: 'kube-state-metrics',
      namespace: 'kube-system',
    });
    expect(Deployment.spec.replicas).to.equal(1);
    expect(Service.metadata.name).to.equal('kube-state-metrics');
    expect(Service.spec.selector).to.deep.equal({
      'app.kubernetes.io/name': 'kube-state-metrics',
      'app.kubernetes.io/instance': 'kube-state-metrics',
    });
  });

  it('labels pods without its own version, so that a new chart alone rolls none', () => {
    const { labels } = rendered().Deployment.spec.template.metadata;
    expect(labels).to.include(rendered().Service.spec.selector);
    expect(labels).to.not.have.property('helm.sh/chart');
  });

  it('serves the resources it grants', () => {
    const install = rendered('collectors={pods,nodes}');
    expect(containerOf(install).args).to.deep.equal(['--port=8080', '--resources=pods,nodes']);
    expect(grantsOf(install)).to.deep.equal(
      ['/nodes list', '/nodes watch', '/pods list', '/pods watch'].sort(),
    );
  });

  it('puts extra flags before its own, which win', () => {
    const settings = ['extraArgs={--v=4}', 'collectors={pods}', 'metricLabelsAllowlist={pods=[*]}'];
    const { args } = containerOf(rendered(...settings, 'namespaces={a,b}', 'service.port=9000'));
    expect(args).to.deep.equal([
      '--v=4',
      '--port=9000',
      '--resources=pods',
      '--metric-labels-allowlist=pods=[*]',
      '--namespaces=a,b',
    ]);
  });

  it('pins the image by digest and takes it from another registry', () => {
    const { image } = containerOf(rendered('global.imageRegistry=mirror.local', 'image.sha=abc'));
    const plainImage = containerOf(plain()).image;
    expect(image).to.equal(`${plainImage.replace(/^[^/]+/, 'mirror.local')}@sha256:abc`);
  });

  for (const [setting, complaint] of [
    ['autosharding.enabled=true', /values\.autosharding: nothing in this chart acts on it/],
    ['collectors={pods,widgets}', /values\.collectors: expected some of .*pods.*got "widgets"/],
  ] as const) {
    it(`refuses ${setting} in one sentence`, () => {
      const { status, stderr } = runHelm('template', 'ksm', chart, '--set', setting);
      expect(status).to.equal(1);
      expect(stderr).to.match(complaint);
    });
  }
});
