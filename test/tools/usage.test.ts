// The generated list of which dashboards and rules read which families.
import { expect } from 'chai';
import { type UsageInput, usageFile } from '../../tools/generate/usage.ts';

const input: UsageInput = {
  isServed: (family) => family.startsWith('kube_'),
  mixins: [
    {
      mixin: 'kubernetes-mixin',
      alerts: [
        { alert: 'A', expr: 'kube_a > 0 and on (x) kube_b' },
        { alert: 'A', expr: 'kube_c > 0' },
        { alert: 'Kubelet', expr: 'kubelet_x > 0' },
      ],
    },
  ],
  neighbours: { kube_a: { krr: {}, 'kube-prometheus/alert': {} }, kube_b: { krr: {} } },
  dashboards: [
    {
      name: 'd',
      title: 'Board',
      about: '',
      variables: [{ name: 'v', label: 'V', query: 'label_values(kube_v{a=~"$namespace"}, a)' }],
      rows: [
        {
          title: 'Row',
          panels: [
            {
              kind: 'stat',
              title: 'P',
              about: '',
              unit: 'none',
              query: 'sum(rate(kube_s[$__range])) + rec:one',
              next: [],
            },
          ],
        },
      ],
    },
  ],
  ruleGroups: [
    {
      name: 'g',
      title: 'G',
      recordings: [
        { record: 'rec:one', expr: 'rec:two + kube_r', says: '' },
        { record: 'rec:two', expr: 'kube_q', says: '' },
      ],
      alerts: [],
    },
  ],
};

interface Found {
  readonly families: readonly string[];
  readonly sources: readonly (readonly [string, string, string, ...number[]])[];
}

describe('the list of what is used', () => {
  it('has the families of each source, also those behind recording rules', () => {
    const { families, sources } = JSON.parse(usageFile(input)) as Found;
    const read = sources.map(([source, kind, name, ...places]) => [
      source,
      kind,
      name,
      places.map((place) => families[place]).join(),
    ]);
    expect(read).to.deep.equal([
      ['Robusta', 'tool', 'KRR', 'kube_a,kube_b'],
      ['kubernetes-mixin', 'alert', 'A', 'kube_a,kube_b,kube_c'],
      ['kubestate', 'dashboard', 'Board', 'kube_q,kube_r,kube_s,kube_v'],
      ['kubestate', 'recording rule', 'rec:one', 'kube_q,kube_r'],
      ['kubestate', 'recording rule', 'rec:two', 'kube_q'],
    ]);
  });

  it('fails where a tool has no name to be shown by', () => {
    const neighbours = { kube_a: { unheard: {} } };
    expect(() => usageFile({ ...input, neighbours })).to.throw(
      'expected tools/generate/usage.ts to have a row for unheard, got none',
    );
  });
});
