// The defaults of the chart, against those of the kube-state-metrics chart 8.4.0.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { resources } from '../../src/resources/index.ts';
import { defaultsOf } from '../../tools/generate/rules.ts';
import { leavesOf } from './keys.ts';

const root = join(import.meta.dirname, '../..');

/** The leaves of a file by path with dots; an empty map is a leaf. */
function valuesIn(file: string): ReadonlyMap<string, unknown> {
  const leaves = leavesOf(parse(readFileSync(join(root, file), 'utf8')));
  return new Map(leaves.map(({ path, value }) => [path.join('.'), value]));
}

describe('the defaults of the chart', () => {
  const theirs = valuesIn('test/chart/defaults-8.4.0.yaml');
  const ours = valuesIn('helm/kube-state-metrics/values.yaml');

  it('have every key of the kube-state-metrics chart', () => {
    expect([...theirs.keys()].filter((key) => !ours.has(key))).to.deep.equal([]);
    expect(theirs.size).to.be.above(180);
  });

  it('are the same, except for the deliberate differences', () => {
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

  it('have the default resources of kubestate: four more', () => {
    const all = ours.get('collectors') as string[];
    expect(all).to.deep.equal(Object.keys(defaultsOf(resources)).sort());
    const before = theirs.get('collectors') as string[];
    const more = "resources on by default that kube-state-metrics' chart does not have";
    expect(
      all.filter((plural) => !before.includes(plural)),
      more,
    ).to.deep.equal([
      'mutatingadmissionpolicies',
      'mutatingadmissionpolicybindings',
      'validatingadmissionpolicies',
      'validatingadmissionpolicybindings',
    ]);
    expect(before.filter((plural) => !all.includes(plural))).to.deep.equal([]);
  });
});
