// The switches that are the chart's own: several replicas, rules, dashboards.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { leaderElectionRules } from '../../src/app/rules.ts';
import { parseCommandLine } from '../../src/config/flags.ts';
import { flags } from '../../src/config/options.ts';
import { placesBetween } from '../chart/compare.ts';
import { chart, installed, type Objects, objectsIn, rendered, set, template } from './helm.ts';

const name = 'kube-system/kube-state-metrics';

describe('the chart with high availability', () => {
  const elected = (...settings: string[]): Objects =>
    installed('highAvailability.enabled=true', ...settings);
  const podOf = (objects: Objects) => objects[`Deployment ${name}`].spec.template.spec;

  it('changes what an election needs, and no more', () => {
    // The pod of helm test has the arguments of the others.
    const [before, after] = [installed(), elected()].map((objects) =>
      Object.values(objects).filter(({ kind }) => kind !== 'Pod'),
    );
    const places = placesBetween(before as never, after as never);
    const pod = 'spec.template.spec';
    expect(places.map(({ object, path }) => `${object} ${path}`)).to.have.members([
      `Service ${name} spec.selector.kubestate.io/leader`,
      `Deployment ${name} spec.replicas`,
      `Deployment ${name} spec.strategy.rollingUpdate`,
      `Deployment ${name} ${pod}.containers[kube-state-metrics].args[--leader-elect]`,
      `Deployment ${name} ${pod}.containers[kube-state-metrics].args[--leader-elect-resource-name]`,
      `Deployment ${name} ${pod}.containers[kube-state-metrics].env`,
      `Deployment ${name} ${pod}.affinity`,
      `Role ${name}-leader-election `,
      `RoleBinding ${name}-leader-election `,
    ]);
  });

  it('has two replicas, or more where more are asked for', () => {
    const replicasOf = (...settings: string[]) =>
      elected(...settings)[`Deployment ${name}`].spec.replicas;
    expect([replicasOf(), replicasOf('replicas=1'), replicasOf('replicas=3')]).to.deep.equal([
      2, 2, 3,
    ]);
  });

  it('elects by a lease of its own name, which the Service selects and the Role allows', () => {
    const objects = elected('fullnameOverride=ours');
    const { args, env } = objects['Deployment kube-system/ours'].spec.template.spec.containers[0];
    const { values } = parseCommandLine(flags, args);
    expect(values['leader-elect']).to.equal(true);
    const lease = values['leader-elect-resource-name'];
    expect(lease).to.equal('ours');
    expect(env.map(({ name }: { name: string }) => name)).to.deep.equal([
      'POD_NAME',
      'POD_NAMESPACE',
    ]);
    expect(objects['Service kube-system/ours'].spec.selector).to.include({
      'kubestate.io/leader': lease,
    });
    expect(objects['Role kube-system/ours-leader-election'].rules).to.deep.equal(
      leaderElectionRules('ours'),
    );
  });

  it('keeps a warm follower during a roll-out', () => {
    expect(elected()[`Deployment ${name}`].spec.strategy).to.deep.equal({
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: 0 },
    });
  });

  it('prefers a node for each replica, unless the values say something about it', () => {
    const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
    const { podAntiAffinity } = podOf(elected()).affinity;
    expect(podAntiAffinity[preferred][0].podAffinityTerm).to.deep.equal({
      topologyKey: 'kubernetes.io/hostname',
      labelSelector: elected()[`Deployment ${name}`].spec.selector,
    });
    const beside = podOf(elected('affinity.nodeAffinity.x=y')).affinity;
    expect(beside).to.deep.equal({ podAntiAffinity, nodeAffinity: { x: 'y' } });
    const own = podOf(elected('affinity.podAntiAffinity.x=y')).affinity;
    expect(own).to.deep.equal({ podAntiAffinity: { x: 'y' } });
  });

  for (const [settings, complaint] of [
    [['autosharding.enabled=true'], /expected one of them, got both; .* turn one off/],
    [['updateStrategy=Recreate'], /updateStrategy: expected none .*, got Recreate.*; remove it/],
  ] as const) {
    it(`refuses ${settings} beside it in one sentence`, () => {
      const conflict = template(chart, set(['highAvailability.enabled=true', ...settings]));
      expect(conflict.status).to.equal(1);
      expect(conflict.stderr).to.match(complaint);
    });
  }
});

describe('the chart with files of monitoring', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubestate-chart-'));
  const group = (alert: string) => ({
    name: alert,
    rules: [
      {
        alert,
        expr: 'up == 0',
        labels: { severity: 'warning' },
        annotations: { summary: '{{ $labels.job }} is down' },
      },
    ],
  });
  const dashboard = JSON.stringify({ title: 'One', legend: '{{pod}}' });

  before(() => {
    cpSync(chart, folder, { recursive: true });
    rmSync(join(folder, 'files'), { recursive: true, force: true });
    for (const kind of ['rules', 'dashboards']) {
      mkdirSync(join(folder, 'files', kind), { recursive: true });
    }
    writeFileSync(join(folder, 'files/rules/a.yaml'), stringify({ groups: [group('A')] }));
    writeFileSync(join(folder, 'files/rules/b.yaml'), stringify({ groups: [group('B')] }));
    writeFileSync(join(folder, 'files/dashboards/one.json'), `${dashboard}\n`);
    writeFileSync(join(folder, 'files/dashboards/two.json'), dashboard);
  });
  after(() => rmSync(folder, { recursive: true }));

  const objects = (...settings: string[]): Objects => objectsIn(rendered(folder, ...set(settings)));

  it('makes nothing of them unless told', () => {
    expect(Object.keys(objects()).join(' ')).to.not.match(/PrometheusRule|ConfigMap/);
  });

  it('makes one PrometheusRule of all rules, as they are', () => {
    const settings = [
      'additionalLabels.release=prom',
      'namespace=monitoring',
      'annotations.a=b',
      // The groups of values.yaml are not in these files.
      'rules=null',
    ];
    const values = settings.map((setting) => `prometheusRule.${setting}`);
    const rule = objects('prometheusRule.enabled=true', ...values)[
      'PrometheusRule monitoring/kube-state-metrics'
    ];
    expect(rule.metadata.labels).to.include({ release: 'prom' });
    expect(rule.metadata.annotations).to.deep.equal({ a: 'b' });
    expect(rule.spec).to.deep.equal({ groups: [group('A'), group('B')] });
  });

  it('makes a ConfigMap of each dashboard, as it is', () => {
    const rendered = objects('dashboards.enabled=true', 'dashboards.annotations.folder=State');
    for (const file of ['one', 'two']) {
      const map = rendered[`ConfigMap ${name}-dashboard-${file}`];
      expect(map.metadata.labels).to.include({ grafana_dashboard: '1' });
      expect(map.metadata.annotations).to.deep.equal({ folder: 'State' });
      expect(Object.keys(map.data)).to.deep.equal([`${file}.json`]);
      expect(map.data[`${file}.json`].trim()).to.equal(dashboard);
    }
  });
});
