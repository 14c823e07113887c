// The page on sizing, and the requests and limits that it proposes.
import { expect } from 'chai';
import type { Row } from '../../bench/lib/question.ts';
import type { Result } from '../../bench/lib/results.ts';
import { proposalOf, sizingPages } from '../../tools/generate/sizing.ts';
import { resultOf } from '../bench/resultOf.ts';

const ours: Row = {
  pods: 96,
  exporter: 'kubestate',
  series: 5_000,
  textMb: 1,
  readySeconds: 1.5,
  startCpuSeconds: 1,
  startPeakMb: 100,
  residentMb: 90,
  fileMb: 55,
  heapMb: 20,
  externalMb: 9,
  flipsCpu: 3,
  gzipMs: 10,
  plainMs: 20,
  peakMb: 120,
};
const theirs: Row = { ...ours, exporter: 'kube-state-metrics', residentMb: 62, fileMb: 42 };

const sizingPage = (results: Readonly<Record<string, Result>>): string =>
  sizingPages(results)['sizing.md'] ?? '';

describe('the page on sizing', () => {
  it('is not there before anything was measured', () => {
    expect(sizingPages({})).to.deep.equal({});
  });

  it('proposes more than what is resident, and more than the highest peak', () => {
    // 108 and 180 MB are 103 and 172 MiB; 3 s a minute are 50m, and a fifth more 60m.
    expect(proposalOf(ours)).to.deep.equal({
      pods: 96,
      cpuMilli: 75,
      requestMib: 112,
      limitMib: 176,
    });
    expect(proposalOf({ ...ours, startPeakMb: 130 }).limitMib).to.equal(192);
  });

  it('names the figure that is missing', () => {
    expect(() => proposalOf({ ...ours, peakMb: undefined })).to.throw(/peakMb of kubestate at 96/);
  });

  it('has values to copy, both exporters, and what the smallest is made of', () => {
    const page = sizingPage({ sizing: resultOf('sizing', [ours, theirs]) });
    expect(page).to.include('| 96 | 75m | 112Mi | 176Mi | 1.5 s | 80Mi, 176Mi |');
    expect(page).to.include('    memory: 176Mi\n');
    expect(page).to.include('| 96 | kube-state-metrics | 1.5 s |');
    expect(page).to.include('| anonymous memory outside the heap | 15 MB |');
    expect(page).to.include('kube-state-metrics has 62 MB there, 42 MB of it file pages.');
    expect(page).to.not.include('250Mi\n');
  });

  it('has the size of a scrape where it was measured', () => {
    const pageOf = (one: Row) => sizingPage({ sizing: resultOf('sizing', [one]) });
    expect(pageOf(ours)).to.include('| gzip scrape | plain scrape |');
    expect(pageOf({ ...ours, gzipMb: 1.96 })).to.match(/ size of it .*\n.*\n.* 2\.0 MB /);
  });

  it('says from which size on a scrape by Prometheus needs a longer timeout, or shards', () => {
    const large = { ...ours, pods: 60_000, readySeconds: 30 };
    const scrapes = [
      { pods: 20_000, samples: 1_000_000, durationMs: 4_000, answerMs: 500, restMs: 3_500 },
      { pods: 50_000, samples: 2_500_000, durationMs: 16_000, answerMs: 900, restMs: 15_100 },
    ];
    const pages = sizingPages({
      sizing: resultOf('sizing', [ours, large]),
      prometheus: resultOf('prometheus', scrapes),
    });
    const page = pages['sizing.md'];
    expect(page).to.include('| 96 | 75m | 112Mi | 176Mi | 1.5 s | the default | 1 |  |');
    expect(page).to.include('| 60,000 | 75m | 112Mi | 176Mi | 30 s | 30s | 2 |  |');
    expect(page).to.include('| 50,000 | 2,500,000 | 16 s | 0.9 s | 15 s | no |');
    expect(page).to.include('**Up to 35,000 pods the default is enough**');
    expect(page).to.include('      scrapeTimeout: 30s\n');
    expect(page).to.include('](benchmarks/sizing-memory.svg)');
    expect(pages['benchmarks/sizing-time.svg']).to.include('scrape by Prometheus');
  });

  it('has each of several shards, and the memory to give it', () => {
    const costs = { ...ours, pods: 500_000, exporter: undefined, flipsCpu: undefined };
    const shards = ['1 of 2', '2 of 2'].map((shard) => ({ ...costs, shard }));
    const sizing = resultOf('sizing', [ours]);
    const page = sizingPage({ sizing, largeShards: resultOf('largeShards', shards) });
    expect(page).to.include('## 500,000 pods in 2 shards');
    expect(page).to.include('| 2 of 2 | 5,000 | 1.5 s | 1 s | 90 MB | 120 MB |');
    expect(page).to.include('| 112Mi, 176Mi |');
  });

  it('says so where other work took the processors', () => {
    const page = (load: number) => sizingPage({ sizing: { ...resultOf('sizing', [ours]), load } });
    expect(page(10.3)).to.include('The load average was 10 on 2 cores');
    expect(page(1.5)).to.not.include('load average');
  });

  it('says what small limits did, also where a start never ended', () => {
    const rows = [
      {
        pods: 96,
        exporter: 'kubestate',
        readySeconds: 20,
        slowestMs: 400,
        killed: 'no',
        residentMb: 80,
      },
      { pods: 10_000, exporter: 'kube-state-metrics', slowestMs: 900, killed: 'yes' },
    ];
    const smaller = { ...rows[0], memoryMib: 128, readySeconds: 30 };
    const page = sizingPage({
      sizing: resultOf('sizing', [ours]),
      limits: resultOf('limits', [...rows, smaller]),
    });
    expect(page).to.match(/## With cpu: 100m and memory: 128Mi[^#]*\| 96 \| kubestate \| 30 s/);
    expect(page).to.include('| 96 | kubestate | 20 s | 0.4 s | no | 80 MB |');
    expect(page).to.include('| 10,000 | kube-state-metrics | never | 0.9 s | yes |  |');
  });
});
