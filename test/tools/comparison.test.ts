// The README's table of kubestate and kube-state-metrics, from results written by hand.
import { join } from 'node:path';
import { expect } from 'chai';
import { measures } from '../../bench/lib/compare/measures.ts';
import { type Result, resultsIn } from '../../bench/lib/results.ts';
import { benchmarkPages } from '../../tools/generate/benchmarks.ts';
import { comparison } from '../../tools/generate/comparison.ts';
import { resultOf } from '../bench/resultOf.ts';

const root = join(import.meta.dirname, '../..');

/** Results as they were kept before both were measured in one run. */
const { 'compare.real': _, ...older } = resultsIn(join(root, 'bench/results'));

const compared = resultOf(
  'compare',
  measures.map(({ what }) => ({ what, kubestate: 200, reference: 1_600 })),
  { pods: 200, cluster: 'kube-apiserver and etcd' },
);

describe("the README's table", () => {
  it('has both sides of one run, and their ratio', () => {
    const table = comparison({ ...older, 'compare.real': compared });
    expect(table).to.include('|  | kube-state-metrics v2.20 | kubestate | ratio |');
    expect(table).to.include('| gzip scrape | 1.6 s | 0.2 s | 0.13 × |');
    expect(table).to.include('| memory, resident | 1,600 MB | 200 MB | 0.13 × |');
    expect(table).to.include('| CPU a minute, pods replaced | 1600 s | 200 s | 0.13 × |');
    expect(table).to.include('200 pods on a real kube-apiserver, 50 steps a second.');
    expect(table).to.include('Abacus, 2 cores');
  });

  it('has no figure that was not measured', () => {
    const rows = compared.rows.filter(({ what }) => what !== 'CPU a minute, idle');
    const table = () => comparison({ 'compare.real': { ...compared, rows } });
    expect(table).to.throw('compares by "CPU a minute, idle" of bench/results/compare.real.json');
  });

  it('has the figures of two machines where no run has measured both', () => {
    expect(comparison(older)).to.include('kubestate on the same kind of machine');
  });
});

describe('the page of benchmarks', () => {
  const page = (results: Record<string, Result>) => benchmarkPages(results, {})['benchmarks.md'];
  const byHand = '## kube-state-metrics for comparison';

  it('has figures that were measured by hand only where no run has measured both', () => {
    expect(page(older)).to.include(byHand);
    expect(page({ ...older, 'compare.real': compared })).to.not.include(byHand);
  });
});
