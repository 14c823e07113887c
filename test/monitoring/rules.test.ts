// The rules: they use existing families, each has cases for and against it, and a section in docs.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ruleGroups } from '../../monitoring/rules/index.ts';
import type { Alert, Recording } from '../../monitoring/rules/rule.ts';
import { packNames } from '../../src/custom/packs.ts';
import { relistReasons } from '../../src/kube/reasons.ts';
import { ruleFiles } from '../../tools/generate/alerts.ts';
import { alertsPage } from '../../tools/generate/alertsPage.ts';
import { dedented } from '../../tools/generate/dedented.ts';
import { sampleExposition } from '../custom/packSamples.ts';
import { type Matcher, selectorsOf } from '../support/promql.ts';
import {
  type Known,
  knownOfPacks,
  knownOfSelf,
  knownOfTables,
  missingIn,
  TARGET_LABELS,
} from './known.ts';
import { cases } from './rules/index.ts';

const alerts: readonly Alert[] = ruleGroups.flatMap((group) => group.alerts);
const recordings: readonly Recording[] = ruleGroups.flatMap((group) => group.recordings);
const page = readFileSync(join(import.meta.dirname, '../../docs/alerts.md'), 'utf8');

/** Labels with a fixed set of values, recorded from kube-state-metrics. */
const VOCABULARIES = ['phase', 'condition', 'status', 'type'];

/** All recorded values, as `family/label/value`. */
function recordedValues(): Set<string> {
  const folder = join(import.meta.dirname, '../conformance/expected');
  const values = new Set<string>();
  const recordings = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  for (const text of [...recordings, ...packNames.map(sampleExposition)]) {
    for (const [, family, labels = ''] of text.matchAll(/^(\w+)\{(.*)\} /gm)) {
      for (const [, label, value] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
        if (VOCABULARIES.includes(label ?? '')) values.add(`${family}/${label}/${value}`);
      }
    }
  }
  for (const reason of Object.keys(relistReasons)) {
    values.add(`kube_state_metrics_relists_total/reason/${reason}`);
  }
  return values;
}

/** The values of a matcher: the alternatives if it is a list of them. */
const namedBy = ({ op, value }: Matcher): string[] =>
  op.includes('~') ? value.split('|') : [value];

/** Values in an expression that no recorded series has. */
const unheardOf = (expr: string, values: ReadonlySet<string>): string[] =>
  selectorsOf(expr).flatMap(({ metric = '', matchers }) =>
    matchers
      .filter(({ label }) => VOCABULARIES.includes(label) || metric.endsWith('_relists_total'))
      .flatMap((matcher) => namedBy(matcher).map((value) => `${metric}/${matcher.label}/${value}`))
      .filter((name) => !values.has(name)),
  );

/** Recording rules, with the labels of their outermost aggregation. */
const recorded: Known = new Map(
  recordings.map(({ record, expr }) => {
    const [, labels = ''] = /^\s*\w+ by \((.*?)\)/.exec(expr) ?? [];
    return [record, new Set(labels.split(', '))];
  }),
);
/** Metrics that Prometheus adds for each target. */
const OF_PROMETHEUS: Known = new Map([['up', new Set<string>()]]);

describe('the rules', () => {
  let known: Known;

  before(async () => {
    const served = new Map([...knownOfTables(), ...knownOfPacks(), ...(await knownOfSelf())]);
    known = new Map([...served, ...recorded, ...OF_PROMETHEUS]);
  });

  for (const rule of [...recordings, ...alerts]) {
    const name = 'alert' in rule ? rule.alert : rule.record;
    it(`query existing families and labels, and match no job: ${name}`, () => {
      expect(missingIn(rule.expr, known)).to.deep.equal([]);
      const matched = selectorsOf(rule.expr).flatMap(({ matchers }) => matchers);
      expect(matched.filter(({ label }) => TARGET_LABELS.includes(label))).to.deep.equal([]);
    });
  }

  it('fail this test with a family or label that does not exist', () => {
    expect(missingIn('kube_pod_inf', known)).to.deep.equal(['kube_pod_inf']);
    expect(missingIn('sum by (job, pot) (kube_pod_info{node="a"})', known)).to.deep.equal([
      'kube_pod_info: pot',
    ]);
    expect(missingIn('cluster:kube_node_status_allocatable:sum{node="a"}', known)).to.deep.equal([
      'cluster:kube_node_status_allocatable:sum: node',
    ]);
    expect(missingIn('kube_state_metrics_leader{node="a"} > 0', known)).to.deep.equal([
      'kube_state_metrics_leader: node',
    ]);
  });

  it('match on existing label values', () => {
    const values = recordedValues();
    const expressions = [...recordings, ...alerts].map(({ expr }) => expr);
    expect(expressions.flatMap((expr) => unheardOf(expr, values))).to.deep.equal([]);
    expect(unheardOf('kube_pod_status_phase{phase=~"Pending|Runing"}', values)).to.deep.equal([
      'kube_pod_status_phase/phase/Runing',
    ]);
  });

  it('have unique names', () => {
    const names = [...alerts.map(({ alert }) => alert), ...recordings.map(({ record }) => record)];
    expect(names).to.have.length.above(50);
    expect(new Set(names)).to.have.property('size', names.length);
  });

  it('have a case in which they fire, and one in which they do not', () => {
    const named = alerts.map(({ alert }) => alert);
    const tried = new Set(cases.map(({ alert }) => alert));
    const quiet = new Set(cases.filter((each) => each.quiet.length > 0).map(({ alert }) => alert));
    const write = 'write its case in test/monitoring/rules/<group>.ts';
    const untried = named.filter((name) => !tried.has(name)).map((name) => `${name}: ${write}`);
    expect(untried).to.deep.equal([]);
    expect([...tried].sort()).to.deep.equal([...named].sort());
    expect([...quiet].sort(), 'a case that must not fire').to.deep.equal([...named].sort());
  });

  it('link to their section of docs/alerts.md', () => {
    const files = Object.values(ruleFiles(ruleGroups)).join('');
    for (const { alert } of alerts) {
      expect(files).to.include(`docs/alerts.md#${alert.toLowerCase()}\n`);
      const stale = `docs/alerts.md has no section ${alert}; run \`npm run generate\``;
      expect(page.match(new RegExp(`^### ${alert}$`, 'm')), stale).to.not.equal(null);
    }
  });

  it('keep the labels of objects, and render templates as Prometheus does', () => {
    const alert = { ...(alerts[0] as Alert), alert: 'A', for: '1m', expr: '\n    a\n      > 1' };
    const texts = { summary: '{a} b', description: 'c', steps: ['{value|humanize}.'] } as const;
    const group = { name: 'g', title: 'G', recordings: [], alerts: [{ ...alert, ...texts }] };
    const file = ruleFiles([group])['g.yaml'];
    expect(file).to.include('summary: "{{ $labels.a }} b"\n');
    expect(file).to.include('description: c {{ $value | humanize }}.\n');
    expect(file).to.include('expr: |-\n          a\n            > 1\n');
    expect(alertsPage([group]))
      .to.include('**A b** c\n')
      .and.include('1. VALUE.\n');
    expect(dedented('a > 1')).to.equal('a > 1');
  });
});
