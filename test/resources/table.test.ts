// The rules that hold for every row of every table, and the facts that the tables must agree with.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { Family } from '../../src/metrics/family.ts';
import { everyKey } from '../../src/metrics/labels.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import { resources } from '../../src/resources/index.ts';
import {
  type Fact,
  facts,
  familyPrefix,
  parseFacts,
  pluralsBeyond,
} from '../conformance/families.ts';
import { compileWhole } from '../support/compileWhole.ts';
import { goldenCasesOf, readGolden } from './goldenCases.ts';

const conformance = join(import.meta.dirname, '../conformance');
const tables = Object.entries<AnyResource>(resources);
const rows = tables.flatMap(([plural, table]) =>
  Object.entries<Family<never>>(table.families).map(([name, row]) => ({
    plural,
    table,
    name,
    row,
  })),
);
const labelsOf = (row: Family<never>): readonly string[] => ('labels' in row ? row.labels : []);

describe('every row', () => {
  for (const { plural, table, name, row } of rows) {
    it(`is valid: ${name}`, () => {
      expect(name).to.match(/^kube_[a-z][a-z0-9_]*[a-z0-9]$/);
      expect(name, `a family of ${plural}`).to.satisfy((text: string) =>
        familyPrefix(table).test(text),
      );
      expect(row.help, 'one sentence').to.match(/^[A-Z][^.\n"\\]*(?:\.[^\s."\\][^.\n"\\]*)*\.$/);
      expect(name.endsWith('_total'), 'a counter by name').to.equal(row.type === 'counter');
      const labels = labelsOf(row);
      expect(new Set(labels).size, 'labels told apart').to.equal(labels.length);
      for (const label of labels) expect(label).to.match(/^[a-z][a-z0-9_]*$/);
      const apart = row.counted ? [] : labels.filter((label) => label in table.identity);
      expect(apart, 'identity labels').to.deep.equal([]);
      if (row.deprecatedSince) expect(row.deprecatedSince).to.match(/^v\d+\.\d+\.\d+$/);
    });
  }

  for (const { name, row } of rows.filter(({ name }) => /_time(stamp)?$|_created$/.test(name))) {
    it(`about time gives its unit: ${name}`, () =>
      expect(row.help).to.match(/^Unix time in seconds/));
  }

  it('has a unique help unless all kinds share it', () => {
    const stock = /_(owner|created|deletion_timestamp|metadata_\w+|annotations|labels)$/;
    const helps = rows.filter(({ name }) => !stock.test(name)).map(({ row }) => row.help);
    expect(helps.filter((help, i) => helps.indexOf(help) !== i)).to.deep.equal([]);
  });
});

/**
 * What is off by default in a table that is on must be asked for by its name; so must what is
 * beyond KSM in a table that KSM has, even if the table is off.
 */
function mustBeOptIn(fact: Fact, ofTable: readonly Fact[], isDefault: boolean): boolean {
  if (fact.inDefault !== 'beyond') return isDefault && fact.inDefault === 'no';
  return ofTable.some(({ inDefault }) => inDefault !== 'beyond');
}

describe('the tables', () => {
  for (const [plural, table] of tables) {
    const known = facts.filter(({ name }) => familyPrefix(table).test(name));

    it(`have the families of families.tsv, as they are there: ${plural}`, () => {
      const got = Object.entries<Family<never>>(table.families).map(([name, row]) => ({
        name,
        type: row.type,
        stability: row.stability,
        optIn: row.optIn ?? false,
      }));
      const differs =
        `src/resources/${plural}.ts and test/conformance/families.tsv differ; a family that ` +
        'kube-state-metrics does not serve needs a line there too, with beyond in column 4';
      expect(got, differs).to.deep.equal(
        known.map((fact) => ({
          name: fact.name,
          type: fact.type,
          stability: fact.stability,
          optIn: mustBeOptIn(fact, known, table.default),
        })),
      );
    });

    it(`are on by default where those of KSM are: ${plural}`, () =>
      expect(
        table.default,
        `default in src/resources/${plural}.ts: whether a line of test/conformance/families.tsv ` +
          'has yes; what kube-state-metrics does not have is off',
      ).to.equal(known.some(({ inDefault }) => inDefault === 'yes')));

    it(`have the labels of families.tsv, in its order: ${plural}`, () => {
      for (const { name, labels } of known.filter(({ labels }) => labels.length > 0)) {
        const row = table.families[name as `kube_${string}`] as Family<never>;
        const fixed =
          'prefix' in row ? labels.filter((l) => !l.startsWith(`${row.prefix}_`)) : labels;
        const identity = row.counted ? [] : Object.keys(table.identity);
        expect([...identity, ...labelsOf(row)], name).to.deep.equal(fixed);
      }
    });
  }

  it('are in alphabetical order by plural, as KSM serves them', () => {
    const plurals = Object.keys(resources);
    expect(plurals).to.deep.equal([...plurals].sort());
  });

  it('have every family of families.tsv', () => {
    const served = new Set(rows.map(({ name }) => name));
    expect(facts.filter(({ name }) => !served.has(name as `kube_${string}`))).to.deep.equal([]);
  });

  it('have an object of each kind in test/e2e/objects.yaml', () => {
    const text = readFileSync(join(import.meta.dirname, '../e2e/objects.yaml'), 'utf8');
    const items = parse(text) as { readonly object: { readonly kind: string } }[];
    expect(unlikeKinds(items.map(({ object }) => object.kind))).to.deep.equal([]);
  });

  it('are told where test/e2e/objects.yaml lacks one or has another', () => {
    const [first = '', ...others] = tables.map(([, { kind }]) => kind);
    expect(unlikeKinds([...others, 'Nothing'])).to.deep.equal([
      `test/e2e/objects.yaml: write one object of kind ${first} there, got 0`,
      'test/e2e/objects.yaml: Nothing is the kind of no table of src/resources',
    ]);
  });
});

/** What the kinds of test/e2e/objects.yaml lack, have twice or have too many. */
function unlikeKinds(got: readonly string[]): string[] {
  const file = 'test/e2e/objects.yaml';
  const kinds = tables.map(([, { kind }]) => kind);
  const counted = kinds
    .map((kind) => ({ kind, count: got.filter((one) => one === kind).length }))
    .filter(({ count }) => count !== 1)
    .map(({ kind, count }) => `${file}: write one object of kind ${kind} there, got ${count}`);
  const unknown = got
    .filter((kind) => !kinds.includes(kind))
    .map((kind) => `${file}: ${kind} is the kind of no table of src/resources`);
  return [...counted, ...unknown];
}

describe('families.tsv', () => {
  const head = 'family\ttype\n';
  const ofPod = 'kube_pod_info\tgauge\tSTABLE\tyes\tnamespace,pod\n';
  const more = 'kube_pod_more\tgauge\tALPHA\tbeyond\tnamespace,pod\n';
  const ofClass = 'kube_priorityclass_value\tgauge\tALPHA\tbeyond\tpriorityclass\n';

  it('tells which resources kube-state-metrics does not have', () => {
    const made = { pods: { kind: 'Pod' }, priorityclasses: { kind: 'PriorityClass' } };
    expect(pluralsBeyond(made, parseFacts(head + ofPod + more + ofClass))).to.deep.equal([
      'priorityclasses',
    ]);
  });

  it('has what is beyond kube-state-metrics served only where it is asked for', () => {
    const [pod, another] = parseFacts(head + ofPod + more) as [Fact, Fact];
    const [alone] = parseFacts(head + ofClass) as [Fact];
    expect(mustBeOptIn(pod, [pod, another], true)).to.equal(false);
    expect(mustBeOptIn(another, [pod, another], true)).to.equal(true);
    expect(mustBeOptIn(another, [pod, another], false)).to.equal(true);
    // Its table is off: whoever names the resource gets the family.
    expect(mustBeOptIn(alone, [alone], false)).to.equal(false);
  });

  it('is refused with a line that is malformed', () => {
    const tabs = (...fields: string[]): string => fields.join('\t');
    for (const line of [
      'kube_a gauge ALPHA yes a',
      tabs('kube_a', 'gauge', 'ALPHA', 'maybe', 'a'),
      tabs('kube_a', 'gauge', 'ALPHA', 'yes', 'a', 'b'),
    ]) {
      expect(() => parseFacts(head + line), line).to.throw('expected name, type, stability');
    }
  });
});

describe('a row that reads metadata only', () => {
  const forbidden = new Proxy(
    { metadata: { name: 'a', generation: 1, labels: { a: 'b' }, annotations: {} } },
    {
      get(target, field) {
        if (field === 'metadata') return target.metadata;
        throw new Error(`read ${String(field)} of the object`);
      },
    },
  );
  for (const { table, name } of rows.filter(({ row }) => row.reads === 'metadata')) {
    it(`touches nothing else: ${name}`, () => {
      const enabled = (family: string): boolean => family === name;
      const choices = { enabled, labels: everyKey, annotations: everyKey };
      const { render } = compileWhole(table, choices, (_family, _object, error) => {
        throw error;
      });
      expect(() => render(forbidden)).not.to.throw();
    });
  }
});

/** What no object shows: test/resources/workloadTerminations.test.ts has its series. */
const ofWorkloads = 'kube_pod_container_terminations_by_workload_total';

describe('every family', () => {
  const recorded = readFileSync(
    join(conformance, 'expected/all-resources-all-labels.prom'),
    'utf8',
  );

  it('has a series in a recording or in a golden case', () => {
    const golden = Object.keys(resources).flatMap((plural) =>
      goldenCasesOf(plural).map((name) => readGolden(plural, `${name}.prom`)),
    );
    const lines = [recorded, ...golden].join('\n').split('\n');
    const shown = new Set(lines.map((line) => /^(\w+)\{/.exec(line)?.[1]));
    const missing = rows
      .filter(({ name }) => !shown.has(name) && name !== ofWorkloads)
      .map(
        ({ plural, name }) => `${name}: write its series in a .prom of test/resources/${plural}`,
      );
    expect(missing).to.deep.equal([]);
  });
});
