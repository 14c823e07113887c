// The metric names of PromQL, with and without Grafana's templates.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how Grafana writes variables
import { expect } from 'chai';
import fc from 'fast-check';
import { metricNamesIn } from '../../src/explorer/metricNames.ts';
import { NameMatching } from '../../src/explorer/nameMatching.ts';
import { resources } from '../../src/resources/index.ts';
import { mixinAlerts } from '../monitoring/mixin.ts';
import { selectorsOf } from '../support/promql.ts';

const known = [
  'kube_pod_info',
  'kube_pod_labels',
  'kube_pod_status_phase',
  'kube_node_info',
  'kube_node_labels',
  'sum',
  'node',
];
const all = 'all';

async function familiesIn(expression: string): Promise<readonly string[] | typeof all> {
  const matching = new NameMatching(known);
  const { names, selectors } = metricNamesIn(expression);
  const found = new Set([...names].filter((name) => matching.has(name)));
  for (const selector of selectors) {
    for (const name of await matching.matched(selector)) found.add(name);
  }
  return found.size === known.length ? all : known.filter((name) => found.has(name));
}

describe('metricNamesIn', () => {
  const pods = ['kube_pod_info', 'kube_pod_labels', 'kube_pod_status_phase'];
  const rows: [expression: string, families: readonly string[] | typeof all][] = [
    ['kube_pod_info', ['kube_pod_info']],
    ['', []],
    ['sum by (node) (kube_pod_info{node="x"})', ['kube_pod_info']],
    ['sum(kube_pod_info) by (node)', ['kube_pod_info']],
    ['sum without(node)(kube_pod_info) + sum', ['kube_pod_info', 'sum']],
    ['a * on (node) group_left (sum) kube_node_info', ['kube_node_info']],
    ['a * ignoring(node) group_right() kube_node_info', ['kube_node_info']],
    ['kube_pod_info{a="kube_node_info", b!~"}kube_node_info"}', ['kube_pod_info']],
    ['kube_pod_info # kube_node_info\n + kube_pod_labels', ['kube_pod_info', 'kube_pod_labels']],
    ["label_replace(kube_pod_info, 'node', '$1', 'kube_node_info', '(.*)')", ['kube_pod_info']],
    ['kube_pod_info[$__rate_interval]', ['kube_pod_info']],
    ['kube_pod_info[[[interval]]]', ['kube_pod_info']],
    ['rate(kube_pod_info[5m:$resolution] offset $offset)', ['kube_pod_info']],
    ['avg_over_time(kube_pod_info[1h:node])', ['kube_pod_info']],
    ['topk($n, kube_pod_info{namespace=~"$ns", $more})', ['kube_pod_info']],
    ['$aggregation(kube_pod_info) by ($group)', ['kube_pod_info']],
    ['kube_pod_${what}', pods],
    ['kube_[[kind]]_info', ['kube_pod_info', 'kube_node_info']],
    ['kube_${kind:raw}_info > 0', ['kube_pod_info', 'kube_node_info']],
    ['kube_$kind', [...pods, 'kube_node_info', 'kube_node_labels']],
    ['kube_pod_info$filter', ['kube_pod_info']],
    ['{__name__="kube_pod_info"}', ['kube_pod_info']],
    ["{job='x', __name__=`kube_pod_info`}", ['kube_pod_info']],
    ['{__name__=~"kube_pod_(info|labels)"}', ['kube_pod_info', 'kube_pod_labels']],
    ['{__name__=~"kube_pod_info|kube_node_info"}', ['kube_pod_info', 'kube_node_info']],
    ['{__name__=~"pod_.*"}', []],
    ['{__name__=~"kube_.*", __name__!~".*_(info|phase)"}', ['kube_pod_labels', 'kube_node_labels']],
    ['{__name__=~"kube_pod.*", __name__!="kube_pod_info"}', pods.slice(1)],
    ['{__name__=~"KUBE_NODE_INFO"}', []],
    ['{__name__=~"(?i)KUBE_NODE_INFO"}', ['kube_node_info']],
    ['{__name__=~"kube\\\\x5fnode_info"}', ['kube_node_info']],
    ['{__name__="$metric"}', all],
    ['{__name__="kube_${kind}_info"}', ['kube_pod_info', 'kube_node_info']],
    ['{__name__=~"(${metrics:regex})"}', all],
    ['{__name__=~"kube_pod_(${what:pipe})"}', pods],
    ['{__name__=~"(", a="b"}', all],
    ['{"kube_pod_info"}', ['kube_pod_info']],
    ['{"kube_pod_info", node="x"}', ['kube_pod_info']],
    ['{"__name__"="kube_pod_info"}', ['kube_pod_info']],
    ['{__name__="kube_pod_info" or __name__="sum"}', ['kube_pod_info', 'sum']],
    ['{job="kube-state-metrics"}', all],
    ['kube_pod_info or {job="kube-state-metrics"}', all],
    ['count({job="kube-state-metrics"} == 1)', all],
    ['{app="x"} |= "kube_pod_info"', []],
    ['sum(rate({app="x"} | json [1m]))', []],
    ['label_values(kube_pod_info{namespace="$ns"}, node)', ['kube_pod_info', 'node']],
    ['label_values(__name__)', all],
    ['label_values({__name__=~"kube_pod.*"}, __name__)', pods],
    ['metrics(kube_pod)', pods],
    ['metrics(^kube_.*_info$)', ['kube_pod_info', 'kube_node_info']],
    ['query_result(topk(3, kube_pod_info))', ['kube_pod_info']],
    ['"open kube_pod_info', ['kube_pod_info']],
    ['{open="kube', []],
    ['kube_pod_info{open', ['kube_pod_info']],
    ['namespace:kube_pod_info:sum', []],
  ];
  for (const [expression, families] of rows) {
    const told = families === all ? all : families.join(', ') || 'nothing';
    it(`reads ${told} in ${expression}`, async () => {
      expect(await familiesIn(expression)).to.deep.equal(families);
    });
  }

  it('finds variables that stand for a whole name', () => {
    const { variables } = metricNamesIn('$a{x="y"} + rate(${b:raw}[5m]) + $c + topk($n, [[d]]{})');
    expect([...variables]).to.deep.equal(['a', 'b', 'd']);
  });

  it('finds in the alerts of kubernetes-mixin what a parser of PromQL finds', () => {
    const families = new Set(
      Object.values(resources).flatMap((table) => Object.keys(table.families)),
    );
    let found = 0;
    for (const { expr } of mixinAlerts) {
      const parsed = new Set(selectorsOf(expr).map(({ metric }) => metric ?? ''));
      const names = [...metricNamesIn(expr).names].filter((name) => families.has(name));
      const wanted = [...parsed].filter((name) => families.has(name));
      expect(names.sort(), expr).to.deep.equal(wanted.sort());
      found += names.length;
    }
    expect(found).to.be.above(50);
  });

  it('reads any text without an error', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '(',
      ')',
      '[',
      ']',
      '"',
      "'",
      '`',
      '$',
      '${',
      '=~',
      ',',
      '#',
    );
    const text = fc.array(fc.oneof(pieces, fc.string(), fc.constantFrom('kube_pod_info', ' by ')));
    fc.assert(
      fc.property(text, (parts) => {
        expect(metricNamesIn(parts.join('')).names).to.be.instanceOf(Set);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes no time that grows faster than the text', () => {
    const long = `{__name__=~"${'(a+)+'.repeat(50)}"} ${'sum((('.repeat(50_000)}`;
    expect(metricNamesIn(long).selectors).to.have.length(1);
    for (const quote of ['"', "'"]) {
      const open = `kube_pod_info + ${`${quote}\\`.repeat(200_000)}`;
      expect([...metricNamesIn(open).names]).to.deep.equal(['kube_pod_info']);
    }
  });

  it('reads behind a quote that is not closed', () => {
    const names = (text: string) => [...metricNamesIn(text).names].sort();
    expect(names('a{x="1} + b')).to.deep.equal(['a', 'b']);
    expect(names('a "b\nc')).to.deep.equal(['a', 'b', 'c']);
    expect(names(`a " b 'c' d`)).to.deep.equal(['a', 'b', 'd']);
    expect(names('a ` b "c" d')).to.deep.equal(['a', 'b', 'd']);
    expect(names('a " \\" b')).to.deep.equal(['a', 'b']);
  });
});
