// The chart's suites, which helm-unittest runs: no key of the chart's values may be without one.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { leavesOf } from './values.ts';

const chart = join(import.meta.dirname, '../../helm/kube-state-metrics');

interface Suite {
  readonly set?: unknown;
  readonly tests: readonly { readonly it: string; readonly set?: unknown }[];
}

const yamlIn = (path: string): unknown => parse(readFileSync(join(chart, path), 'utf8'));

describe('the suites of the chart', () => {
  const suites = readdirSync(join(chart, 'unittests'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => yamlIn(`unittests/${name}`) as Suite);

  it('set every key of values.yaml somewhere', () => {
    const sets = suites.flatMap(({ set, tests }) => [set, ...tests.map((test) => test.set)]);
    // helm-unittest takes keys with dots, as `--set` does.
    const keys = sets.flatMap((values) => leavesOf(values).map((path) => `${path.join('.')}.`));
    const leaves = leavesOf(yamlIn('values.yaml')).map((path) => path.join('.'));
    expect(leaves.length).to.be.greaterThan(100);
    // A leaf of the defaults may be a map of any keys, as labels are.
    const unset = leaves.filter((leaf) => !keys.some((one) => one.startsWith(`${leaf}.`)));
    expect(unset).to.deep.equal([]);
  });

  it('have names that say what they are about, each once', () => {
    for (const { tests } of suites) {
      const names = tests.map(({ it: name }) => name);
      expect(names).to.deep.equal([...new Set(names)]).and.not.be.empty;
    }
  });
});
