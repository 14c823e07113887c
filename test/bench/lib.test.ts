// Calculations of the benchmark suite.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { largest } from '../../bench/lib/exporter.ts';
import { SeriesCounter } from '../../bench/lib/exposition.ts';
import { countDiffering, familySums } from '../../bench/lib/families.ts';
import { help } from '../../bench/lib/flags.ts';
import { CpuTime, parseMemory, parseRunNs, parseTicks } from '../../bench/lib/proc.ts';
import { openProgress } from '../../bench/lib/progress.ts';
import { countSeries } from '../../bench/lib/scrape.ts';
import { median, medians, part, percentile } from '../../bench/lib/stats.ts';
import { plainTable } from '../../bench/lib/table.ts';
import { questions } from '../../bench/questions.ts';

describe('statistics', () => {
  it('have the median, in any order', () => {
    expect(median([9, 1, 5])).to.equal(5);
    expect(median([4, 1, 2, 3])).to.equal(2.5);
    expect(median([])).to.be.NaN;
  });

  it('have the median of each key', () => {
    const all = [
      { ms: 3, mb: 1 },
      { ms: 1, mb: 2 },
      { ms: 2, mb: 9 },
    ];
    expect(medians(all)).to.deep.equal({ ms: 2, mb: 2 });
    expect(medians([])).to.deep.equal({});
  });

  it('interpolate percentiles', () => {
    expect(percentile([10, 20, 30], 1)).to.equal(30);
    expect(percentile([10, 20, 30], 0.25)).to.equal(15);
  });

  it('split a list into parts without loss', () => {
    const parts = [0, 1, 2].map((i) => part([1, 2, 3, 4, 5, 6, 7, 8], i, 3));
    expect(parts).to.deep.equal([
      [1, 2],
      [3, 4],
      [5, 6, 7, 8],
    ]);
  });
});

describe('/proc', () => {
  it('has memory in kB', () => {
    const status = 'Name:\tnode\nVmHWM:\t    300 kB\nVmRSS:\t    200 kB\nRssAnon:\t    100 kB\n';
    const kb = 1024;
    const expected = { resident: 200 * kb, peak: 300 * kb, anonymous: 100 * kb };
    expect(parseMemory(status)).to.deep.equal(expected);
  });

  it('is rejected without memory', () => {
    expect(() => parseMemory('Name:\tnode\n')).to.throw('expected VmRSS in /proc/PID/status');
  });

  it('has CPU time in nanoseconds', () => {
    expect(parseRunNs('1500000 20 3\n')).to.equal(1_500_000);
    expect(() => parseRunNs('')).to.throw('expected three numbers in schedstat');
  });

  it('has CPU time in ticks, after a command with spaces and parentheses', () => {
    expect(parseTicks(`7 (a ) b) S ${'1 '.repeat(10)}31 11 5 6`)).to.equal(42);
    expect(() => parseTicks('7 (a) S')).to.throw('expected ticks in /proc/PID/stat');
  });

  it('counts CPU time of threads that have ended', async () => {
    const cpu = new CpuTime(process.pid);
    const before = cpu.read();
    const busy = 'while (process.threadCpuUsage().user < 200_000);';
    await once(new Worker(busy, { eval: true }), 'exit');
    const threadMs = cpu.read() - before;
    expect(threadMs).to.be.above(180);
    expect(cpu.read()).to.be.at.least(before + threadMs);
  });
});

const before = '# TYPE a gauge\na{x="1"} 1\na{x="2"} 2\nb 3\n';

describe('an exposition', () => {
  it('has one series per line that is no comment', () => {
    expect(countSeries(Buffer.from(`${before}\n# EOF\n`))).to.equal(3);
    expect(countSeries(Buffer.from('a 1'))).to.equal(1);
  });

  it('is counted by family, wherever it is cut', () => {
    const text = Buffer.from(
      `# HELP a Has # within.\n${before}\n# TYPE c counter\nc_total 1\n# EOF\n`,
    );
    for (let cut = 0; cut <= text.length; cut++) {
      const counter = new SeriesCounter();
      counter.push(text.subarray(0, cut));
      counter.push(text.subarray(cut));
      expect([counter.series, counter.bytes]).to.deep.equal([4, text.length]);
      expect([counter.families.get('a'), counter.families.get('c')]).to.deep.equal([3, 1]);
    }
  });

  it('has a largest value of a metric', () => {
    const text = 'a{x="1"} 2\na{x="2"} 7e-1\naa 9\n';
    expect(largest(text, 'a')).to.equal(2);
    expect(largest(text, 'a', 'x="2"')).to.equal(0.7);
    expect(largest(text, 'missing')).to.equal(undefined);
  });

  it('is equal in another order of series', () => {
    const after = 'b 3\na{x="2"} 2\na{x="1"} 1\n';
    expect(differing(before, after)).to.equal(0);
  });

  it('differs by changed, missing and new families', () => {
    expect(differing(before, 'a{x="1"} 1\na{x="2"} 4\nb 3\n')).to.equal(1);
    expect(differing(before, 'b 4\nc 1\n')).to.equal(3);
  });
});

const differing = (a: string, b: string): number =>
  countDiffering(familySums(Buffer.from(a)), familySums(Buffer.from(b)));

describe('a table', () => {
  const columns = [
    { key: 'what', heading: 'what' },
    { key: 'ms', heading: 'ms', digits: 1 },
    { key: 'never', heading: 'never' },
  ];

  it('aligns numbers, and omits columns without values', () => {
    const rows = [{ what: 'one', ms: 1234.56 }, { what: 'three', ms: 1 }, { what: 'none' }];
    expect(plainTable(columns, rows)).to.equal(
      'what        ms\none    1,234.6\nthree      1.0\nnone',
    );
  });
});

describe('progress', () => {
  it('is printed line by line without a terminal', () => {
    const lines: string[] = [];
    const progress = openProgress({ write: (text) => lines.push(text) }, 'scrape');
    progress.say('resting');
    progress.clear();
    expect(lines.join('')).to.match(/^scrape +\d+ s {2}resting\n$/);
  });

  it('is one line on a terminal, overwritten and cleared at the end', () => {
    let text = '';
    const out = { isTTY: true, columns: 20, write: (more: string) => (text += more) };
    const progress = openProgress(out, 'scrape');
    progress.say('something that is longer than the terminal is wide');
    progress.clear();
    expect(text).to.not.include('\n');
    const shown = text.split('\r\x1b[K');
    expect(shown.at(-1)).to.equal('');
    for (const line of shown) expect(line.length).to.be.below(20);
  });
});

describe('the help page', () => {
  it('lists every question', () => {
    for (const [name, { asks }] of Object.entries(questions)) {
      expect(help(questions)).to.include(name).and.include(asks);
    }
  });
});
