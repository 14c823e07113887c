// The page of benchmarks and its charts, from results written by hand.
import { expect } from 'chai';
import type { Question, Row } from '../../bench/lib/question.ts';
import type { Result } from '../../bench/lib/results.ts';
import { benchmarkPages } from '../../tools/generate/benchmarks.ts';
import { lineChart, roundUp } from '../../tools/generate/lineChart.ts';
import { resultOf } from '../bench/resultOf.ts';

const question: Question = {
  asks: 'How long is a scrape?',
  how: 'By a clock.',
  columns: [
    { key: 'pods', heading: 'pods' },
    { key: 'ms', heading: 'ms', digits: 1 },
    { key: 'unknown', heading: 'unknown' },
  ],
  async *measure() {
    yield {};
  },
};

const result = (rows: readonly Row[], cluster?: string): Result =>
  resultOf('scrape', rows, { cluster });

const rows: Row[] = [
  { pods: 10, exporter: 'kubestate', encoding: 'gzip', ms: 1.25 },
  { pods: 20, exporter: 'kubestate', encoding: 'gzip', ms: 2.5 },
];

describe('the page of benchmarks', () => {
  it('says so if there are no results', () => {
    const pages = benchmarkPages({}, { scrape: question });
    expect(Object.keys(pages)).to.deep.equal(['benchmarks.md']);
    expect(pages['benchmarks.md']).to.include('Nothing has been measured and kept yet.');
  });

  it('has a table of the rows, with the conditions above it', () => {
    const page = benchmarkPages({ scrape: result(rows) }, { scrape: question })['benchmarks.md'];
    expect(page).to.include('- [How long is a scrape?](#how-long-is-a-scrape)\n\n');
    expect(page).to.include('## How long is a scrape?\n\nBy a clock.');
    expect(page).to.include(
      '*2026-01-02, commit abcdef0123; Abacus, 2 cores, 4 GiB, Linux 1, Node 26.0.0; ' +
        'simulated API server; 50 steps a second, phases of 5 s.*',
    );
    expect(page).to.include('| pods | ms |\n|---|---|\n| 10 | 1.3 |\n| 20 | 2.5 |');
  });

  it('has a table of each result of a question', () => {
    const results = { scrape: result(rows), 'scrape.real': result(rows, 'kube-apiserver') };
    const page = benchmarkPages(results, { scrape: question })['benchmarks.md'] ?? '';
    expect(page.split('| pods | ms |')).to.have.length(3);
    expect(page).to.include('kube-apiserver;');
  });

  it('draws growth from two sizes on, not from one', () => {
    const two = benchmarkPages({ scrape: result(rows) }, { scrape: question });
    expect(two['benchmarks/scrape-growth.svg']).to.include('kubestate, gzip');
    expect(two['benchmarks.md']).to.include('(benchmarks/scrape-growth.svg)');
    const one = benchmarkPages({ scrape: result(rows.slice(0, 1)) }, { scrape: question });
    expect(Object.keys(one)).to.deep.equal(['benchmarks.md']);
  });
});

describe('a chart', () => {
  const chart = {
    title: 'Time & space',
    xLabel: 'pods',
    yLabel: 'ms',
    lines: [{ name: 'a < b', points: [[0, 0] as const, [50, 10] as const, [100, 20] as const] }],
  };

  it('places points by their values', () => {
    // From the left margin to the right one, and from the bottom to the top.
    expect(lineChart(chart)).to.include('d="M64.0 272.0L277.0 156.0L490.0 40.0"');
  });

  it('escapes text', () => {
    const svg = lineChart(chart);
    expect(svg).to.include('<title>Time &amp; space</title>').and.include('>a &lt; b</text>');
  });

  it('is rejected without points', () => {
    expect(() => lineChart({ ...chart, lines: [] })).to.throw('expected a point in the chart');
  });

  it('ends its axes at round numbers', () => {
    expect([0.7, 1, 1.2, 21, 260, 99_000].map(roundUp)).to.deep.equal([1, 1, 2, 25, 500, 100_000]);
  });
});
