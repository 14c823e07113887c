// Our alerts beside kubernetes-mixin: one name has one meaning, and no cause of it is forgotten.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ruleGroups } from '../../monitoring/rules/index.ts';
import { inhibitions } from '../../monitoring/rules/inhibition.ts';
import type { Alert } from '../../monitoring/rules/rule.ts';
import { stateSetNames } from '../../src/resources/index.ts';
import { selectorsOf } from '../support/promql.ts';
import { type Known, knownOfTables } from './known.ts';
import { mixinAlerts, sources } from './mixin.ts';
import { mixinForm, type Names } from './mixinForm.ts';

const alerts: readonly Alert[] = ruleGroups.flatMap((group) => group.alerts);
const names = new Set(mixinAlerts.map(({ alert }) => alert));
const shared = alerts.filter(({ alert }) => names.has(alert));

/** Those on our series that no rule of ours is for. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  KubePersistentVolumeFillingUp: 'the fill level is a series of the kubelet',
  KubePersistentVolumeInodesFillingUp: 'the inodes are a series of the kubelet',
};

const isOurs = (metric = ''): boolean => /^kube_|:kube_/.test(metric);

describe('the record of kubernetes-mixin', () => {
  it('says where it is from, and has expressions that can be read', () => {
    expect(sources.map(({ mixin, alerts: of }) => [mixin, of.length])).to.deep.equal([
      ['kubernetes-mixin', 59],
      ['kube-state-metrics-mixin', 4],
      ['kubernetes-mixin', 1],
    ]);
    for (const { repository, path } of sources) {
      expect(repository).to.match(/^https:\/\/github\.com\/[\w-]+\/[\w-]+$/);
      expect(path).to.match(/^[\w/.-]+\.yaml$/);
    }
    for (const { expr, severity } of mixinAlerts) {
      expect(selectorsOf(expr), expr).to.have.length.above(0);
      expect(['critical', 'warning', 'info']).to.include(severity);
    }
  });
});

describe('alerts with a name of kubernetes-mixin', () => {
  let known: Names;

  before(() => {
    const families: Known = knownOfTables();
    const recordings = ruleGroups.flatMap((group) => group.recordings);
    known = { families, recordings: new Map(recordings.map(({ record, expr }) => [record, expr])) };
  });

  it('are there at all', () => {
    expect(shared.map(({ alert }) => alert)).to.include.members([
      'KubePodCrashLooping',
      'KubeNodeUnreachable',
    ]);
  });

  for (const { alert, severity, for: held, expr, mixin, mixinExpr = expr } of shared) {
    it(`have its expression, severity and \`for\`: ${alert}`, () => {
      const versions = mixinAlerts.filter((one) => one.alert === alert);
      expect(versions, 'versions').to.have.length(1);
      const [theirs] = versions;
      expect({ severity, held }).to.deep.equal({ severity: theirs?.severity, held: theirs?.for });
      expect(mixinForm(mixinExpr, known)).to.equal(mixinForm(theirs?.expr ?? '', known));
      expect(expr.startsWith(mixinExpr), 'mixinExpr').to.equal(true);
      expect(mixin, 'monitoring/rules: name it in `mixin`').to.include(alert);
    });
  }

  it('would be found to mean something else', () => {
    const ready = 'kube_node_status_condition{condition="Ready",status="true"}';
    const differing = [
      [`${ready} == 0`, `${ready} == 1`],
      [`${ready} == 0`, 'kube_node_status_condition{condition="Ready",status="false"} == 1'],
      [`max by (node) (${ready}) == 0`, `max(${ready}) == 0`],
      ['kube_pod_info', 'max by (namespace) (kube_pod_info)'],
      ['kube_job_failed', 'max by (namespace, job_name) (kube_job_failed)'],
      ['changes(kube_node_info[10m])', 'changes(kube_node_info[5m])'],
      [`${ready} and on (node) kube_node_info`, `${ready} unless on (node) kube_node_info`],
      [`${ready} and on (node) kube_node_info`, `${ready} and on () kube_node_info`],
    ];
    for (const [one = '', other = ''] of differing) {
      expect(mixinForm(one, known), other).to.not.equal(mixinForm(other, known));
    }
  });

  it('may be written in another way', () => {
    const ready = 'kube_node_status_condition{condition="Ready",status="true"';
    const same = [
      [`${ready}} == 0`, `max by (node) (${ready},job="ksm"}) == 0`],
      [`sum by (cluster, node) (changes(${ready}}[5m]))`, `max by (node) (changes(${ready}}[5m]))`],
      [
        'kube_deployment_spec_replicas > kube_deployment_status_replicas',
        `max by (namespace, deployment) (kube_deployment_spec_replicas)
         > on (namespace, deployment)
         max by (namespace, deployment) (kube_deployment_status_replicas)`,
      ],
    ];
    for (const [one = '', other = ''] of same) {
      expect(mixinForm(one, known)).to.equal(mixinForm(other, known));
    }
  });
});

describe('kubernetes-mixin under --sparse-statesets', () => {
  /** What reads a series of 0: a comparison with it, or a function that looks at its past. */
  const zeros = (name: string): RegExp =>
    new RegExp(
      `${name}\\{[^}]*\\}\\s*\\)*\\s*== 0|` +
        `\\b(?:changes|delta|(?:avg|min|quantile|stddev)_over_time)\\(\\s*${name}\\b|` +
        `\\babsent\\(\\s*${name}\\b`,
    );

  it('reads the zeros of the state sets that docs/cardinality.md excepts, and of no others', () => {
    const read = stateSetNames().filter((name) =>
      mixinAlerts.some(({ expr }) => zeros(name).test(expr)),
    );
    expect(read).to.deep.equal(['kube_node_status_condition', 'kube_pod_status_ready']);
    const page = readFileSync(join(import.meta.dirname, '../../docs/cardinality.md'), 'utf8');
    const [, named = ''] = /^ +- --sparse-statesets=(\S+)$/m.exec(page) ?? [];
    expect(stateSetNames()).to.include.members(named.split(','));
    expect(named.split(',').filter((name) => read.includes(name))).to.deep.equal([]);
  });

  it('has none left in our rules, but where they are the mixin’s', () => {
    const left = alerts.filter(({ expr, mixinExpr = '' }) =>
      stateSetNames().some((name) => zeros(name).test(expr.replace(mixinExpr, ''))),
    );
    // Its range is of the state that does not hold, and is checked against the others.
    const checked = (alert: string) =>
      /^Kube(?:Deployment|StatefulSet|DaemonSet)PodsUn/.test(alert);
    expect(left.map(({ alert }) => alert).filter((alert) => !checked(alert))).to.deep.equal([]);
  });
});

describe('the inhibit rules', () => {
  const all = new Set([...names, ...alerts.map(({ alert }) => alert)]);

  it('are about alerts that there are, and silence none by itself', () => {
    for (const { source, targets } of inhibitions) {
      expect(alerts.map(({ alert }) => alert)).to.include(source);
      expect(targets.filter((target) => !all.has(target))).to.deep.equal([]);
      expect(targets).to.not.include(source);
    }
  });

  it('compare labels that both alerts have', () => {
    const labelsOf = (name: string) =>
      (alerts.find(({ alert }) => alert === name)?.expr ?? '').match(/\w+/g) ?? [];
    for (const { source, targets, equal = [] } of inhibitions) {
      for (const name of equal.length > 0 ? [source, ...targets] : []) {
        const expr = labelsOf(name).join(' ');
        for (const label of equal) expect(`${name}: ${expr}`).to.match(new RegExp(label));
      }
    }
  });
});

describe('the causes that kubernetes-mixin has alerts for', () => {
  const covered = new Set(alerts.flatMap(({ mixin = [] }) => mixin));

  it('have a rule of ours, or a reason why not', () => {
    const onOurs = mixinAlerts.filter(({ expr }) =>
      selectorsOf(expr).some(({ metric }) => isOurs(metric)),
    );
    const forgotten = onOurs
      .map(({ alert }) => alert)
      .filter((alert) => !covered.has(alert) && LEFT_OUT[alert] === undefined);
    expect(onOurs).to.have.length.above(30);
    expect(forgotten).to.deep.equal([]);
    expect(Object.keys(LEFT_OUT).filter((alert) => covered.has(alert))).to.deep.equal([]);
  });

  it('are named as the mixin does', () => {
    expect([...covered].filter((alert) => !names.has(alert))).to.deep.equal([]);
  });
});
