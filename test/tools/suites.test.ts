// The suites of the chart for helm-unittest must cover every key of values.yaml.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { leavesOf } from '../chart/keys.ts';

const chart = join(import.meta.dirname, '../../helm/kube-state-metrics');

interface Suite {
  readonly set?: unknown;
  readonly tests: readonly { readonly it: string; readonly set?: unknown }[];
}

/** Each leaf with its value as text. helm-unittest accepts keys with dots, as `--set` does. */
const texts = (values: unknown): [string, string][] =>
  leavesOf(values).map(({ path, value }) => [path.join('.'), JSON.stringify(value)]);

const yamlIn = (path: string): unknown => parse(readFileSync(join(chart, path), 'utf8'));

describe('the suites of the chart', () => {
  const suites = readdirSync(join(chart, 'unittests'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => yamlIn(`unittests/${name}`) as Suite);

  it('set every key of values.yaml to another value than its default', () => {
    const sets = suites.flatMap(({ set, tests }) => [set, ...tests.map((test) => test.set)]);
    const given = sets.flatMap(texts);
    const defaults = texts(yamlIn('values.yaml'));
    expect(defaults.length).to.be.greaterThan(100);
    const unset = defaults.filter(
      ([key, text]) =>
        // A leaf of the defaults may be a map with any keys, such as labels.
        !given.some(([own, to]) => own.startsWith(`${key}.`) || (own === key && to !== text)),
    );
    expect(unset.map(([key]) => key)).to.deep.equal([]);
  });

  it('have unique names', () => {
    for (const { tests } of suites) {
      const names = tests.map(({ it: name }) => name);
      expect(names).to.deep.equal([...new Set(names)]).and.not.be.empty;
    }
  });
});
