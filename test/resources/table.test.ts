// The rules that hold for every row of every table, and the facts that the tables must agree with.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Family } from '../../src/metrics/family.ts';
import { everyKey } from '../../src/metrics/labels.ts';
import { compile } from '../../src/metrics/render.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import { resources } from '../../src/resources/index.ts';

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

/** How a table's families are called: by its kind, which for Endpoints is a plural, and more. */
const familyPrefix = ({ kind }: AnyResource): RegExp =>
  new RegExp(`^kube_${kind.toLowerCase().replace(/^endpoints$/, 'endpoint')}(_|$)`);

/** What KSM v2.20 was seen to serve: a line for each family, in the order of the exposition. */
const facts = readFileSync(join(conformance, 'families.tsv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t') as [string, string, string, string, string | undefined])
  .map(([name, type, stability, isDefault, labels]) => ({
    ...{ name, type, stability, isDefault: isDefault === 'yes' },
    labels: labels?.split(',').filter(Boolean) ?? [],
  }));

describe('every row', () => {
  for (const { plural, table, name, row } of rows) {
    it(`is well made: ${name}`, () => {
      expect(name).to.match(/^kube_[a-z][a-z0-9_]*[a-z0-9]$/);
      expect(name, `a family of ${plural}`).to.satisfy((text: string) =>
        familyPrefix(table).test(text),
      );
      expect(row.help, 'one sentence').to.match(/^[A-Z][^.\n"\\]*(?:\.[^\s."\\][^.\n"\\]*)*\.$/);
      expect(name.endsWith('_total'), 'a counter by name').to.equal(row.type === 'counter');
      const labels = labelsOf(row);
      expect(new Set(labels).size, 'labels told apart').to.equal(labels.length);
      for (const label of labels) expect(label).to.match(/^[a-z][a-z0-9_]*$/);
      expect(
        labels.filter((label) => label in table.identity),
        'identity labels',
      ).to.deep.equal([]);
      if (row.deprecatedSince) expect(row.deprecatedSince).to.match(/^\d+\.\d+\.\d+$/);
    });
  }

  for (const { name, row } of rows.filter(({ name }) => /_time(stamp)?$|_created$/.test(name))) {
    it(`about time gives its unit: ${name}`, () =>
      expect(row.help).to.match(/^Unix time in seconds/));
  }

  it('has its own words where it is not shared by all kinds of objects', () => {
    const stock = /_(owner|created|deletion_timestamp|metadata_\w+|annotations|labels)$/;
    const helps = rows.filter(({ name }) => !stock.test(name)).map(({ row }) => row.help);
    expect(helps.filter((help, i) => helps.indexOf(help) !== i)).to.deep.equal([]);
  });
});

describe('the tables', () => {
  for (const [plural, table] of tables) {
    const known = facts.filter(({ name }) => familyPrefix(table).test(name));

    it(`hold the families of KSM, in its order, with its types and stabilities: ${plural}`, () => {
      const got = Object.entries<Family<never>>(table.families).map(([name, row]) => ({
        ...{ name, type: row.type, stability: row.stability, optIn: row.optIn ?? false },
      }));
      expect(got).to.deep.equal(
        known.map(({ name, type, stability, isDefault }) => ({
          // What is off by default in a table that is on must be asked for by its name.
          ...{ name, type, stability, optIn: table.default && !isDefault },
        })),
      );
    });

    it(`are on by default where those of KSM are: ${plural}`, () =>
      expect(known.some(({ isDefault }) => isDefault)).to.equal(table.default));

    it(`have the labels of KSM, in its order: ${plural}`, () => {
      for (const { name, labels } of known.filter(({ labels }) => labels.length > 0)) {
        const row = table.families[name as `kube_${string}`] as Family<never>;
        const fixed =
          'prefix' in row ? labels.filter((l) => !l.startsWith(`${row.prefix}_`)) : labels;
        expect([...Object.keys(table.identity), ...labelsOf(row)], name).to.deep.equal(fixed);
      }
    });
  }

  it('are in alphabetical order by plural, as KSM serves them', () => {
    const plurals = Object.keys(resources);
    expect(plurals).to.deep.equal([...plurals].sort());
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
      const { render } = compile(table, choices, (_family, _object, error) => {
        throw error;
      });
      expect(() => render(forbidden)).not.to.throw();
    });
  }
});

describe('every family', () => {
  const recorded = readFileSync(
    join(conformance, 'expected/all-resources-all-labels.prom'),
    'utf8',
  );
  const golden = Object.keys(resources).flatMap((plural) => {
    const folder = join(import.meta.dirname, plural);
    const files = readdirSync(folder).filter((file) => file.endsWith('.prom'));
    return files.map((file) => readFileSync(join(folder, file), 'utf8'));
  });
  const lines = [recorded, ...golden].join('\n').split('\n');
  const shown = new Set(lines.map((line) => /^(\w+)\{/.exec(line)?.[1]));

  it('has a series in a recording or in a golden case', () => {
    expect(rows.map(({ name }) => name).filter((name) => !shown.has(name))).to.deep.equal([]);
  });
});
