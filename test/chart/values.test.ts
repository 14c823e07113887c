// The chart's defaults beside those of kube-state-metrics' chart 8.4.0: no key is missing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { resources } from '../../src/resources/index.ts';
import { defaultsOf } from '../../tools/generate/rules.ts';

const root = join(import.meta.dirname, '../..');
const valuesIn = (path: string) => parse(readFileSync(join(root, path), 'utf8')) as object;

/** The values that hold no others, by path; an empty map is one. */
function leavesOf(value: unknown, path = ''): [string, unknown][] {
  const entries = isMap(value) ? Object.entries(value) : [];
  if (entries.length === 0) return [[path, value]];
  return entries.flatMap(([key, inner]) => leavesOf(inner, path === '' ? key : `${path}.${key}`));
}

const isMap = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

describe('the defaults of the chart', () => {
  const theirs = new Map(leavesOf(valuesIn('test/chart/defaults-8.4.0.yaml')));
  const ours = new Map(leavesOf(valuesIn('helm/kube-state-metrics/values.yaml')));

  it('have every key of the chart that it stands in for', () => {
    expect([...theirs.keys()].filter((key) => !ours.has(key))).to.deep.equal([]);
    expect(theirs.size).to.be.above(180);
  });

  it('are the same, but for what is different on purpose', () => {
    const changed = [...theirs].filter(([key, value]) => {
      const empty = value === null && ours.get(key) === '';
      return !empty && JSON.stringify(ours.get(key)) !== JSON.stringify(value);
    });
    expect(changed.map(([key]) => key)).to.deep.equal([
      'image.registry',
      'image.repository',
      'collectors',
      'selfMonitor.enabled',
    ]);
  });

  it('serve what the program serves by default: four resources more', () => {
    const all = ours.get('collectors') as string[];
    expect(all).to.deep.equal(Object.keys(defaultsOf(resources)).sort());
    const before = theirs.get('collectors') as string[];
    expect(all.filter((plural) => !before.includes(plural))).to.deep.equal([
      'mutatingadmissionpolicies',
      'mutatingadmissionpolicybindings',
      'validatingadmissionpolicies',
      'validatingadmissionpolicybindings',
    ]);
    expect(before.filter((plural) => !all.includes(plural))).to.deep.equal([]);
  });
});
