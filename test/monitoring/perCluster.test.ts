// perCluster: a query selects, groups and joins by cluster, and stays as it is in all else.
import { expect } from 'chai';
import { perCluster } from '../../monitoring/dashboards/perCluster.ts';

const C = 'cluster=~"$cluster"';

describe('a query of many clusters', () => {
  for (const [name, query, many] of [
    ['selects by cluster', 'a', `a{${C}}`],
    ['keeps the matchers', 'a{b="{c}"}', `a{${C}, b="{c}"}`],
    ['fills empty braces', 'a{}', `a{${C}}`],
    ['keeps line breaks', 'a{\n  b="1"\n}', `a{\n  ${C},\n  b="1"\n}`],
    ['knows intervals', 'rate(a[$__rate_interval])', `rate(a{${C}}[$__rate_interval])`],
    ['groups by cluster', 'sum by (b) (a)', `sum by (cluster, b) (a{${C}})`],
    ['groups by cluster alone', 'max by () (a)', `max by (cluster) (a{${C}})`],
    ['leaves a sum of all', 'sum(a)', `sum(a{${C}})`],
    ['leaves what ignores labels', 'a / ignoring (b) a', `a{${C}} / ignoring (b) a{${C}}`],
    [
      'joins by cluster',
      'a * on () group_left (b) c',
      `a{${C}} * on (cluster) group_left (b) c{${C}}`,
    ],
  ] as const) {
    it(name, () => {
      expect(perCluster(query)).to.equal(many);
    });
  }

  it('is refused if it is no PromQL', () => {
    expect(() => perCluster('sum(a')).to.throw('expected PromQL, got');
  });
});
