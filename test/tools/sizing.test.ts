// The page on sizing, and the requests and limits that it proposes.
import { expect } from 'chai';
import type { Row } from '../../bench/lib/question.ts';
import type { Result } from '../../bench/lib/results.ts';
import { proposalOf, sizingPage } from '../../tools/generate/sizing.ts';

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

const result = (question: string, rows: readonly Row[]): Result => ({
  question,
  at: '2026-01-02T03:04:05.000Z',
  commit: 'abcdef0123',
  cluster: 'simulated API server',
  machine: { cpu: 'Abacus', cores: 2, memoryGb: 4, kernel: 'Linux 1', node: '26.0.0' },
  plan: {
    sizes: [96],
    pods: 96,
    rounds: 3,
    seconds: 5,
    churnSeconds: 6,
    stepsPerSecond: 50,
    settleSeconds: 1,
    scrapeSeconds: 15,
  },
  nodeOptions: '',
  rows,
});

describe('the page on sizing', () => {
  it('is not there before anything was measured', () => {
    expect(sizingPage({})).to.equal(undefined);
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
    const page = sizingPage({ sizing: result('sizing', [ours, theirs]) });
    expect(page).to.include('| 96 | 75m | 112Mi | 176Mi |');
    expect(page).to.include('    memory: 176Mi\n');
    expect(page).to.include('| 96 | kube-state-metrics | 1.5 s |');
    expect(page).to.include('| anonymous memory outside the heap | 15 MB |');
    expect(page).to.include('kube-state-metrics has 62 MB there, 42 MB of it file pages.');
    expect(page).to.not.include('250Mi\n');
  });

  it('says so where other work took the processors', () => {
    const page = (load: number) => sizingPage({ sizing: { ...result('sizing', [ours]), load } });
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
    const page = sizingPage({
      sizing: result('sizing', [ours]),
      limits: result('limits', rows),
    });
    expect(page).to.include('| 96 | kubestate | 20 s | 0.4 s | no | 80 MB |');
    expect(page).to.include('| 10,000 | kube-state-metrics | never | 0.9 s | yes |  |');
  });
});
