// Rules of Prometheus whose expression is no PromQL are refused; of other files it is only said.
import { expect } from 'chai';
import { stringify } from 'yaml';
import { usedFamilies } from '../../src/explorer/usedFamilies.ts';
import { expectRefusal, rejectionOf } from '../support/refusal.ts';

const used = (text: string | object) =>
  usedFamilies(typeof text === 'string' ? text : JSON.stringify(text), 'x.json', ['kube_a']);

describe('usedFamilies of broken rules', () => {
  const broken = {
    name: 'g',
    rules: [
      { alert: 'A', expr: '1' },
      { alert: 'B', expr: 'sum((' },
    ],
  };
  const place = 'alert B in group g';
  const got = 'the end of "sum(("';
  for (const [title, text, where] of [
    ['in YAML', stringify({ groups: [broken] }), 'x.json:7:15'],
    ['in JSON', JSON.stringify({ groups: [broken] }, null, 1), 'x.json:12:14'],
    [
      'of a PrometheusRule in a List',
      stringify({ kind: 'List', items: [{ kind: 'PrometheusRule', spec: { groups: [broken] } }] }),
      'x.json:11:21',
    ],
    [
      'in a ConfigMap',
      stringify({
        kind: 'ConfigMap',
        metadata: { name: 'm' },
        data: { 'a.rules': stringify({ groups: [broken] }) },
      }),
      'x.json: m: a.rules:7:15',
    ],
  ] as const) {
    it(`refuses a broken expression ${title}, and says where it is`, async () => {
      const facts = { place: `${where}: ${place}`, expected: '")"', got };
      expectRefusal(await rejectionOf(used(text)), facts);
    });
  }

  it('refuses a rule without an expression', async () => {
    const text = 'groups:\n- rules:\n  - record: a:b:c';
    const rule = 'recording rule a:b:c in group without a name';
    expectRefusal(await rejectionOf(used(text)), { place: `x.json: ${rule}`, got: 'nothing' });
  });

  for (const [title, value] of [
    ['a VMRule', { kind: 'VMRule', spec: { groups: [broken] } }],
    ['a rule of Loki', { kind: 'AlertingRule', spec: { groups: [broken] } }],
    ['a group of another type', { groups: [{ ...broken, type: 'graphite' }] }],
  ] as const) {
    it(`only says of ${title} that an expression is not closed`, async () => {
      const [first, second] = await used(value);
      expect(first).to.include({ name: 'A', unreadable: undefined });
      expect(second).to.include({ name: 'B', unreadable: 'sum((' });
    });
  }
});

describe('usedFamilies of broken dashboards', () => {
  it('says which expression is not closed, whatever variables stand for', async () => {
    const closed = [
      'rate(kube_a{x=~"$a(", y="[[b:regex]]"}[$__interval])',
      'sum([[name]]) # (',
      '$agg(kube_a) by ($by)',
      ['$', '{agg}(kube_a)'].join(''),
      '{app="a"} |= "(" | json',
    ];
    const textbox = { list: [{ type: 'textbox', query: 'a) (' }] };
    const open = 'sum(kube_b{x="$y"}';
    for (const [expressions, expected] of [
      [closed, undefined],
      [[...closed, open], open],
    ] as const) {
      const panels = expressions.map((expr) => ({ targets: [{ expr }] }));
      const [one] = await used({ title: 'D', panels, templating: textbox });
      expect(one?.unreadable).to.equal(expected);
    }
  });
});
