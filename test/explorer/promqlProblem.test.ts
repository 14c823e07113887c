// Expressions of rules: what is PromQL is never refused, and what is not is refused with its place.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { brokenRule, promqlProblem } from '../../src/explorer/promqlProblem.ts';

const root = join(import.meta.dirname, '../..');
const json = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));

/** All texts under a key `expr` in a value. */
function expressionsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    key === 'expr' ? [String(one)] : expressionsIn(one),
  );
}

describe('An expression that is PromQL', () => {
  const folder = join(root, 'helm/kube-state-metrics/files/rules');
  const ours = readdirSync(folder).map((name): [string, unknown] => [
    name,
    parse(readFileSync(join(folder, name), 'utf8')),
  ]);
  for (const [title, value] of [
    ['kubernetes-mixin', json('test/monitoring/data/kubernetes-mixin.json')] as const,
    ...ours,
  ]) {
    it(`is read in ${title}`, () => {
      const expressions = expressionsIn(value);
      expect(expressions).not.to.have.length(0);
      for (const one of expressions) expect(promqlProblem(one), one).to.equal(undefined);
    });
  }

  it('is read where selectors of the neighbours are in it', () => {
    const usage = json('test/neighbours/usage.json') as Record<
      string,
      Record<string, { match: string[]; group: string[] }>
    >;
    const expressions = Object.entries(usage).flatMap(([family, users]) =>
      Object.values(users).map(
        ({ match, group }) => `count by (${group}) (${family}{${match.join(',')}})`,
      ),
    );
    expect(expressions.length).to.be.above(200);
    for (const one of expressions) expect(promqlProblem(one), one).to.equal(undefined);
  });

  const read = [
    '1',
    'vector(1) > 5.',
    '-a ^ 2e3 + 0x1F - Inf',
    'SUM(a) BY (b,) > bool 1',
    'a or on () vector(0) # the end (',
    '{"a.b", x=~\'(\'}',
    'a{x="\\""} unless `[`',
    'max_over_time(a[1h30m:5m] offset -1d)',
    'a @ start() + b @ 1.5',
    'sum without (x) (rate(a[5m] smoothed))',
    'offset{x="y"}[5m]',
    // Newer than the parser, or of another fork of Prometheus.
    'not_known_yet(a, 1, "x")',
    'aggregates by (x) (a) / aggregates(b) by (x)',
    'rate(a[later(step(), 5m) * 2])',
    'a offset -max(step(), 5s)',
    // LogQL, whose rules have the same form.
    'sum(rate({app="a"} |= "(" | json [5m])) > 1',
    '{app="a"} != "error"',
  ];
  for (const one of read) {
    it(`is read: ${one}`, () => expect(promqlProblem(one)).to.equal(undefined));
  }

  it('is read however long it is, and in little time', () => {
    for (const one of [
      `${'kube_a or '.repeat(20_000)}kube_a`,
      `${'not_known('.repeat(20_000)}1${')'.repeat(20_000)}`,
      `${'a + '.repeat(20_000)}a`,
    ]) {
      expect(promqlProblem(one), one.slice(0, 20)).to.equal(undefined);
    }
  });
});

describe('An expression that is no PromQL', () => {
  const broken: [expression: string, sentence: string][] = [
    ['sum((', 'expected ")", got the end of "sum((".'],
    ['', 'expected PromQL, got nothing.'],
    ['kube_a{x="y}', `expected a closing quote, got '"y}' behind "kube_a{x=".`],
    ['rate(a[5m)', 'expected "]", got ")" behind "rate(a[5m".'],
    ['a\n  )', 'expected an operator or the end, got ")" behind "a".'],
    ['kube_a > ', 'expected PromQL, got the end of "kube_a >".'],
    [
      'kube_a > 0 annd (kube_b)',
      'expected PromQL, got "annd (kube_b)" behind "kube_a > 0"; ' +
        'rules of MetricsQL are read from a VMRule.',
    ],
    [
      `${'a + '.repeat(100)}a b${' '.repeat(50)}${'+ c'.repeat(100)}`,
      'expected PromQL, got "b + c+ c+ c+ c+ c+ c+ c+ c+ c+ c+ c+ c+ …" behind ' +
        '"… + a + a + a + a + a + a + a + a + a + a"; rules of MetricsQL are read from a VMRule.',
    ],
    [`${'a or '.repeat(5_000)}sum(b`, `expected ")", got the end of "…${'a or '.repeat(7)}sum(b".`],
  ];
  for (const [expression, sentence] of broken) {
    it(`is refused: ${expression.slice(0, 40)}`, () => {
      const problem = brokenRule({ expression, place: () => 'x.yaml:1:2: alert A' });
      expect(problem?.message).to.equal(`x.yaml:1:2: alert A: ${sentence}`);
    });
  }
});
