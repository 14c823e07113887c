// Verdicts on reports in mocha's format.
import { expect } from 'chai';
import { checkVerdict, suiteVerdict } from '../../tools/ci/verdict.ts';

interface Test {
  readonly file: string;
  readonly state: 'passed' | 'failed' | 'pending';
}

/** A report in mocha's format, of tests with these states. */
function reportOf(...tests: Test[]): unknown {
  const titled = tests.map(({ file, state }, i) => ({
    fullTitle: `test ${i}`,
    file,
    err: state === 'failed' ? { stack: 'AssertionError: no' } : {},
  }));
  const of = (state: Test['state']) => titled.filter((_, i) => tests[i]?.state === state);
  return {
    stats: {
      passes: of('passed').length,
      failures: of('failed').length,
      pending: of('pending').length,
    },
    tests: titled,
    passes: of('passed'),
    failures: of('failed'),
    pending: of('pending'),
  };
}

describe('the verdict on a suite', () => {
  it('passes if every file ran and every test passed', () => {
    const report = reportOf({ file: 'a', state: 'passed' }, { file: 'b', state: 'passed' });
    expect(suiteVerdict(report, ['a', 'b'], 0)).to.deep.equal({
      passed: 2,
      failed: 0,
      complaints: [],
    });
  });

  it('shows what a failed test compared, a long text by its beginning', () => {
    const failure = (actual: string, expected: string) => ({
      stats: { passes: 0, failures: 1, pending: 0 },
      tests: [{ file: 'a' }],
      failures: [{ fullTitle: 'test', err: { stack: 'AssertionError: no', actual, expected } }],
      pending: [],
    });
    const said = (...compared: [string, string]) =>
      suiteVerdict(failure(...compared), ['a'], 1).complaints;
    expect(said('[\n  "one"\n]', '[]')).to.deep.equal([
      'test\nAssertionError: no\ngot: [\n  "one"\n]\nexpected: []',
    ]);
    expect(said('x'.repeat(5_000), '')[0]).to.match(/\ngot: x{2000} …\nexpected: $/);
  });

  it('names the tests that had not ended where a runner was killed', () => {
    expect(suiteVerdict(undefined, ['a'], null, ['a: waits › for ever'])).to.deep.equal({
      passed: 0,
      failed: 1,
      complaints: ['left no report and did not end in time', 'was running: a: waits › for ever'],
    });
  });

  for (const [what, report, files, exitCode, expected] of [
    [
      'a failing test, once',
      reportOf({ file: 'a', state: 'passed' }, { file: 'a', state: 'failed' }),
      ['a'],
      1,
      { passed: 1, failed: 1, complaints: ['test 1\nAssertionError: no'] },
    ],
    [
      'a skipped test, though the runner exits with 0',
      reportOf({ file: 'a', state: 'passed' }, { file: 'a', state: 'pending' }),
      ['a'],
      0,
      { passed: 1, failed: 1, complaints: ['skipped: test 1'] },
    ],
    [
      'a file whose tests did not run',
      reportOf({ file: 'a', state: 'passed' }),
      ['a', 'b'],
      0,
      { passed: 1, failed: 1, complaints: ['ran no test of b'] },
    ],
    [
      'no test at all',
      reportOf(),
      [],
      0,
      { passed: 0, failed: 1, complaints: ['ran no test at all'] },
    ],
    [
      'a missing report',
      undefined,
      ['a'],
      0,
      { passed: 0, failed: 1, complaints: ['left no report and ended with 0'] },
    ],
    [
      'a malformed report',
      { passed: 5 },
      ['a'],
      0,
      { passed: 0, failed: 1, complaints: ['left no report and ended with 0'] },
    ],
    [
      'a runner that was killed, though every test passed',
      reportOf({ file: 'a', state: 'passed' }),
      ['a'],
      null,
      { passed: 1, failed: 1, complaints: ['did not end in time'] },
    ],
    [
      'an exit code that no test explains',
      reportOf({ file: 'a', state: 'passed' }),
      ['a'],
      7,
      { passed: 1, failed: 1, complaints: ['ended with 7'] },
    ],
  ] as const) {
    it(`fails for ${what}`, () => {
      expect(suiteVerdict(report, files, exitCode)).to.deep.equal(expected);
    });
  }
});

describe('the verdict on a check', () => {
  it('counts no test if it passes', () => {
    expect(checkVerdict(0)).to.deep.equal({ passed: 0, failed: 0, complaints: [] });
  });

  it('is one failure if it fails or was killed', () => {
    expect(checkVerdict(2)).to.deep.equal({ passed: 0, failed: 1, complaints: ['ended with 2'] });
    expect(checkVerdict(null)).to.deep.equal({
      passed: 0,
      failed: 1,
      complaints: ['did not end in time'],
    });
  });
});
