// The reader of PromQL: selectors, matchers, and the labels that an expression relies on.
import { expect } from 'chai';
import { type Matcher, matches, selectorsOf } from './promql.ts';

/** Each selector as one text: metric, matchers, and the labels needed of it. */
const read = (expression: string): string[] =>
  selectorsOf(expression).map(({ metric, matchers, labels }) => {
    const matched = matchers.map(({ label, op, value }) => `${label}${op}${value}`);
    return `${metric} {${matched.join()}} ${labels.join()}`.trim();
  });

const CASES: readonly (readonly [expression: string, ...selectors: string[]])[] = [
  ['vector(1) + time()'],
  ['kube_pod_info', 'kube_pod_info {}'],
  [
    'rate(a{b="c", d!~\'e\\\\.\\\'f\', g=~`h\\.i`, j!=""}[5m] offset 1h)',
    String.raw`a {b=c,d!~e\.'f,g=~h\.i,j!=}`,
  ],
  ['{__name__="a", b="c"}', 'a {b=c}'],
  ['{"a.b", "c.d"="e"}', 'a.b {c.d=e}'],
  ['{__name__=~"a.*"}', 'undefined {__name__=~a.*}'],
  ['sum by (b, c) (a)', 'a {} b,c'],
  ['sum(a) by (b)', 'a {} b'],
  ['sum without (b) (a)', 'a {} b'],
  ['sum by (b) (max by (b, c) (a))', 'a {} b,c'],
  ['sum by (b) (rate(a[5m]))', 'a {} b'],
  ['sum by (b) (a * scalar(sum(c)))', 'a {} b', 'c {}'],
  ['sum(a) / sum(c)', 'a {}', 'c {}'],
  ['sum by (d) (topk by (b) (3, a))', 'a {} b,d'],
  ['sum by (d) (max without (b) (a))', 'a {} b,d'],
  ['max_over_time(sum by (b) (a)[1h:5m])', 'a {} b'],
  ['a * on (b) c', 'a {} b', 'c {} b'],
  ['a * ignoring (b) c', 'a {} b', 'c {} b'],
  ['sum by (d) (a * on (b) group_left (d) c)', 'a {} b', 'c {} b,d'],
  ['sum by (d, e) (a * on (b) group_right (d) c)', 'a {} b,d', 'c {} b,e'],
  ['sum by (d) (a and on (b) c)', 'a {} b,d', 'c {} b'],
  ['sum by (d) (a unless c)', 'a {} d', 'c {}'],
  ['sum by (d) (a or c)', 'a {} d', 'c {} d'],
  ['sum by (d) (a / c > 0.5)', 'a {} d', 'c {} d'],
  ['sum by (x, y) (label_replace(a, "x", "$1", "z", "(.*)"))', 'a {} y,z'],
  ['sum by (x) (label_join(a, "x", "/", "y", "z"))', 'a {} y,z'],
  ['sum by (x) (count_values("x", a))', 'a {}'],
  ['sum by (x, y) (count_values without (b) ("x", a))', 'a {} b,y'],
  ['count_values by (b) ("x", a)', 'a {} b'],
  ['histogram_quantile(0.9, sum by (le) (a_bucket))', 'a_bucket {} le'],
  ['absent(a{b="c"})', 'a {b=c}'],
  ['topk(3, sum by (b) (a)) # a comment', 'a {} b'],
];

describe('the reader of PromQL', () => {
  for (const [expression, ...selectors] of CASES) {
    it(`reads ${expression}`, () => {
      expect(read(expression)).to.deep.equal(selectors);
    });
  }

  for (const [expression, rest] of [
    ['sum by (b (a)', 'sum by (b (a)'],
    ['a{b=c}', 'a{b=c}'],
    ['', ''],
    ['rate(a[$__rate_interval])', 'rate(a['],
    ['a{b="\\d"}', '"\\d"'],
    ['a{b="c}', '"c'],
  ] as const) {
    it(`refuses ${expression || 'nothing'}, naming it`, () => {
      expect(() => selectorsOf(expression))
        .to.throw(/expected/)
        .with.property('message')
        .includes(rest);
    });
  }

  it('matches as Prometheus does: whole values, and what is absent as empty', () => {
    const one = (op: Matcher['op'], value: string): Matcher => ({ label: 'l', op, value });
    expect(matches(one('=', ''), '')).to.equal(true);
    expect(matches(one('!=', 'a'), 'a')).to.equal(false);
    expect(matches(one('=~', 'a|b'), 'ab')).to.equal(false);
    expect(matches(one('=~', 'Pod|'), '')).to.equal(true);
    expect(matches(one('!~', 'a|b'), 'b')).to.equal(false);
    expect(matches(one('!~', 'a|b'), 'c')).to.equal(true);
  });
});
