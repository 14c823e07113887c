// Expressions, against the results of Go in expressions.tsv, which expressions.go writes.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { systemThread } from '../../src/lib/clock.ts';
import {
  type Dialect,
  type MatchLimit,
  match,
  re2,
  regexp2,
} from '../../src/metrics/expressions/matching.ts';
import { expectRefusal } from '../support/refusal.ts';

const [header = '', ...lines] = readFileSync(new URL('expressions.tsv', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const names = header.split(' ');
const rows = lines.map((line) => {
  const [dialect = '', expression = '', verdict = ''] = line.split('\t');
  // Where regexp2 contradicts itself, its result without optimizations counts.
  const [plain = '', slow = plain] = verdict.split('~');
  return { dialect, expression: JSON.parse(expression) as string, verdict: slow };
});

const refused = '!';
/** For what must not fail by time, however slow the machine is. */
const unhurriedMs = 100_000;
const notSupported = new RegExp(
  [
    'is not supported',
    'is repeated in an atomic group',
    'that is known here',
    // RE2 in Go 1.26 takes both.
    'duplicate capture group name: `n`',
    'invalid character class range: `.p.latin.`',
  ].join('|'),
);

const verdictOf = (matches: (name: string) => boolean): string =>
  Number.parseInt(names.map((name) => (matches(name) ? '1' : '0')).join(''), 2).toString(16);

/** The names that match, as expressions.tsv has them; else what is said to have been got. */
function outcomeOf(
  dialect: Dialect,
  expression: string,
  msMax = 500,
  thread: MatchLimit['thread'] = systemThread,
): { verdict: string; got: string } {
  try {
    const matching = match('--flag', dialect, [expression], names, { msMax, thread }).names;
    return { verdict: verdictOf((name) => matching.has(name)), got: '' };
  } catch (error) {
    const facts = { flag: '--flag', expected: 'regular expressions' };
    return { verdict: refused, got: expectRefusal(error, facts).got ?? '' };
  }
}

/** The same without a limit of time: a slow machine is no reason to refuse an expression. */
function outcomeInAnyTime(dialect: Dialect, expression: string): ReturnType<typeof outcomeOf> {
  try {
    const matches = dialect.compile(expression);
    return { verdict: verdictOf((name) => matches(name)), got: '' };
  } catch {
    return outcomeOf(dialect, expression, unhurriedMs);
  }
}

for (const [name, open, unsupportedMax] of [
  ['regexp2', regexp2, 40],
  ['re2', re2, 60],
] as const) {
  describe(`the expressions of ${name}`, () => {
    const own = rows.filter(({ dialect }) => dialect === name);

    it('match the same names as in Go, or are rejected', async () => {
      const dialect = await open();
      const unsupported: string[] = [];
      for (const { expression, verdict } of own) {
        const ours = outcomeInAnyTime(dialect, expression);
        if (ours.verdict === refused && verdict !== refused) {
          expect(ours.got, expression).to.match(notSupported);
          unsupported.push(expression);
        } else {
          expect(ours.verdict, JSON.stringify(expression)).to.equal(verdict);
        }
      }
      expect(own).to.have.length.above(4_000);
      expect(unsupported, 'what this test is for').to.not.be.empty;
      expect(unsupported, 'too much is refused').to.have.length.below(unsupportedMax + 1);
    });
  });
}

describe('an expression that is refused', () => {
  for (const [dialect, expression, says] of [
    [regexp2, 'kube_(', 'a ( is not closed, at character 6 (regexp2)'],
    [
      regexp2,
      'kube_(?P<n>pod)',
      '(?P begins no group; a named group is (?<name>…), at character 6',
    ],
    [regexp2, 'a++', '+ repeats nothing, at character 3'],
    [
      regexp2,
      '(a)(?(1)b|c)',
      '(?(…)yes|no) that asks for a group is not supported, at character 4',
    ],
    [regexp2, '(?:(a)|b)+\\1', 'a reference to a group in a repetition is not supported'],
    [regexp2, '(?u)\\p{Klingon}', '\\p{Klingon} is no category (as \\p{Lu}) or script'],
    [regexp2, '('.repeat(300), 'groups are nested more than 200 deep, at character 201'],
    [regexp2, `${'(?('.repeat(40)}a${')b|c)'.repeat(40)}`, 'are nested too deep'],
    [regexp2, 'a'.repeat(50_001), 'it has 50001 characters, of at most 50000'],
    [regexp2, '(\\w+)+!', 'it takes longer than 500 ms to match'],
    [regexp2, '(?x)a\n#\u001b[31m\n)', '"(?x)a\\u000a#\\u001b[31m\\u000a)": a ) closes no'],
    [re2, 'kube_\\C', 'invalid escape sequence: `\\C` (RE2)'],
    [re2, 'a++', 'invalid nested repetition operator: `++` (RE2)'],
    [re2, '(?=a)', 'invalid or unsupported Perl syntax: `(?=` (RE2)'],
  ] as const) {
    it(`says so: ${JSON.stringify(expression.slice(0, 30))}`, async () => {
      const { verdict, got } = outcomeOf(
        await dialect(),
        expression,
        says.includes(' 500 ms ') ? undefined : unhurriedMs,
      );
      expect(verdict).to.equal(refused);
      expect(got).to.match(/^".+": ./);
      expect(got).to.include(says);
    });
  }

  it('is not rejected where other processes take the time', async () => {
    // It takes 50 ms, in which the thread had the CPU never, or always.
    const dialect: Dialect = {
      name: 'slow',
      compile() {
        const end = performance.now() + 50;
        return (name) => {
          while (performance.now() < end);
          return name === 'kube_pod_info';
        };
      },
    };
    const stalled = { cpuMs: () => 0 };
    expect(outcomeOf(dialect, 'slow', 10, stalled).got).to.equal('');
    let ranMs = 0;
    const running = { cpuMs: () => (ranMs += 10) };
    expect(outcomeOf(dialect, 'slow', 10, running).got).to.include('it takes longer than');
  });

  it('is not rejected for being long, or for being slow in other engines than RE2', async () => {
    const all = `^(${names.join('|')})$`.padEnd(49_000, '|x');
    expect(outcomeOf(await regexp2(), all, unhurriedMs).got).to.equal('');
    expect(outcomeOf(await re2(), '(\\w+)+!', unhurriedMs).verdict).to.equal('0');
  });
});
