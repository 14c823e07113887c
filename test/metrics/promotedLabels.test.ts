// --promote-labels: which labels the series of a resource get, and what is refused at start.
import { expect } from 'chai';
import type { KubeObject } from '../../src/metrics/object.ts';
import { inheritedLabels } from '../../src/metrics/promotedLabels.ts';
import { compile, type LabelSources } from '../../src/metrics/render.ts';
import { type Selected, select } from '../../src/metrics/select.ts';
import { resources } from '../../src/resources/index.ts';
import { LabelMap } from '../store/labelMap.ts';
import { noChoices } from '../support/choices.ts';
import { expectRefusal, type Facts, rejectionOf } from '../support/refusal.ts';

const flag = '--promote-labels';
const served = ['pods', 'namespaces', 'nodes', 'deployments', 'secrets', 'events'];

const selected = async (texts: readonly string[], custom?: Parameters<typeof select>[2]) =>
  (await select(resources, { ...noChoices, resources: served, promoteLabels: texts }, custom))
    .resources;

const promotedOf = async (plural: string, ...texts: string[]) => {
  const one = (await selected(texts)).find((each) => each.plural === plural) as Selected;
  const labels = (one.choices.promoted ?? []).map(
    ({ name, key, from }) => `${name} = ${key} of ${from}`,
  );
  return { labels, inherits: one.inherits };
};

describe('--promote-labels', () => {
  const zone = 'topology.kubernetes.io/zone';
  const own = 'pods=[team,app.kubernetes.io/name]';
  const example = `${own},namespaces=[team]->pods,nodes=[${zone}]->pods`;

  it('promotes own labels and inherited ones, the nearest first', async () => {
    expect(await promotedOf('pods', example)).to.deep.equal({
      labels: [
        'team = team of self,namespaces',
        'app_kubernetes_io_name = app.kubernetes.io/name of self',
        'topology_kubernetes_io_zone = topology.kubernetes.io/zone of nodes',
      ],
      inherits: ['namespaces', 'nodes'],
    });
  });

  it('has the same order of sources whatever the order of items', async () => {
    const { labels } = await promotedOf(
      'pods',
      'nodes=[x]->pods, namespaces = [x] -> pods,pods=[x]',
    );
    expect(labels).to.deep.equal(['x = x of self,namespaces,nodes']);
  });

  it('is empty for other resources', async () => {
    expect(await promotedOf('nodes', example)).to.deep.equal({ labels: [], inherits: [] });
  });

  it('takes several flags, each key once, and names as kube_*_labels has them', async () => {
    const { labels } = await promotedOf(
      'deployments',
      'deployments=[costCenter,a]',
      'deployments=[a]',
    );
    expect(labels).to.deep.equal(['cost_center = costCenter of self', 'a = a of self']);
  });

  it('finds the labels that a family inherits, of a workload its name and type alone', () => {
    const { families } = resources.pods;
    const { kube_pod_workload, kube_pod_container_terminations_by_workload_total: ends } = families;
    const keys = (row: Parameters<typeof inheritedLabels>[0]) =>
      inheritedLabels(row, []).map(({ key }) => key);
    expect(keys(kube_pod_workload)).to.deep.equal(['workload', 'workload_type']);
    expect(keys(ends)).to.deep.equal([]);
  });

  it('asks for whole pods where a label comes from their node', async () => {
    const representation = async (...texts: string[]) => {
      const choices = {
        ...noChoices,
        resources: ['pods'],
        metricAllowlist: ['^kube_pod_created$'],
      };
      const { resources: some } = await select(resources, { ...choices, promoteLabels: texts });
      return some[0]?.representation;
    };
    expect(await representation('pods=[team]', 'namespaces=[team]->pods')).to.equal('metadata');
    expect(await representation('nodes=[zone]->pods')).to.equal('object');
  });

  const refused: [string, string | string[], Facts][] = [
    ['an unknown resource', 'pod=[team]', { got: '"pod"', hint: 'did you mean pods?' }],
    ['an unknown target', 'namespaces=[team]->pod', { got: '"pod"', hint: 'did you mean pods?' }],
    ['an unknown source', 'node=[zone]->pods', { got: '"node"', hint: 'did you mean nodes?' }],
    [
      'a source that is none',
      'deployments=[team]->pods',
      { expected: 'one of workloads, namespaces, nodes in front of ->' },
    ],
    [
      'what is not served',
      'jobs=[team]',
      {
        expected: 'resources that are served',
        got: '"jobs", of which no metric is on',
        hint: /^name jobs in --resources and keep some .*, or leave "jobs=\[team\]" out$/,
      },
    ],
    [
      'the namespace of what is in none',
      'namespaces=[team]->nodes',
      { expected: 'objects in namespaces behind namespaces=[…]->', hint: /nodes belong to none/ },
    ],
    [
      'the node of what is on none',
      'nodes=[zone]->deployments',
      { hint: /belong to none of nodes/ },
    ],
    [
      'two keys of one label',
      'pods=[kubernetes.io/name,kubernetes-io/name]',
      {
        got: '"kubernetes.io/name" and "kubernetes-io/name" for the label kubernetes_io_name',
      },
    ],
    [
      'two keys of one label from two places',
      ['pods=[a.b]', 'namespaces=[a/b]->pods'],
      { expected: 'one key for each label of pods', got: '"a.b" and "a/b" for the label a_b' },
    ],
    [
      'an identity label',
      'pods=[namespace]',
      { got: '"namespace", which is the label namespace of all metrics of pods' },
    ],
    [
      'the label of a metric, by its sanitised name',
      'pods=[Container]',
      {
        got: /^"Container", which is the label container of kube_pod_/,
        hint: 'leave the label out, or that metric by --metric-denylist',
      },
    ],
    ['a label that kube_pod_labels may have', 'pods=[label_a]', { got: /of kube_pod_labels$/ }],
    ['a wildcard', 'pods=[*]', { got: '"*"', hint: 'name each key' }],
    ['a pattern', 'pods=[app*]', { got: '"app*"' }],
    [
      'a key that begins with a digit',
      'pods=[3scale.net/x]',
      { got: '"3scale.net/x"', hint: /^--metric-labels-allowlist may name it/ },
    ],
    ['a key that no label has', 'pods=[a/b/c]', { got: '"a/b/c"', expected: /^keys that labels/ }],
    ['a key with a blank', 'pods=[my team]', { got: '"my team"' }],
    ['a key in quotes', 'pods=["team"]', { got: '""team""' }],
    ['a key with an umlaut', 'namespaces=[b\u00fcro]->pods', { got: '"b\u00fcro"' }],
    ['a key that ends in a stroke', 'pods=[example.com/]', { got: '"example.com/"' }],
    ['a resource from itself', 'pods=[team]->pods', { hint: /^pods=\[…\] alone means/ }],
    [
      'series that count over many objects',
      'namespaces=[team]->events',
      {
        got: '"events", whose metrics count over many',
        hint: /^leave "namespaces=\[team\]->events"/,
      },
    ],
    ['an empty list', 'pods=[]', { got: '"pods=[]"' }],
    ['an empty key', 'pods=[a,,b]', { got: '"pods=[a,,b]"' }],
    ['no list', 'pods', { got: '"pods"' }],
    ['no bracket', 'pods=team', { got: '"pods=team"' }],
    ['an arrow to nothing', 'namespaces=[team]->', { got: /namespaces=\[team\]->/ }],
    ['nothing', '', { got: '""' }],
    ['a comma too many', 'pods=[a],', { got: '"pods=[a],"' }],
  ];
  for (const [what, texts, facts] of refused) {
    it(`refuses ${what}`, async () => {
      expectRefusal(await rejectionOf(selected([texts].flat())), { flag, ...facts });
    });
  }

  it('refuses custom resources, which have labelsFromPath', async () => {
    const custom = {
      families: [],
      stateSets: [],
      only: false,
      names: ['orders'],
      accepts: (name: string) => name === 'orders',
    };
    expectRefusal(await rejectionOf(selected(['orders=[team]'], custom)), {
      flag,
      got: '"orders"',
      hint: /labelsFromPath/,
    });
  });

  it('may give a label that only metrics have which are off', async () => {
    const choices = { ...noChoices, resources: ['pods'], metricAllowlist: ['^kube_pod_created$'] };
    const { resources: some } = await select(resources, {
      ...choices,
      promoteLabels: ['pods=[container]'],
    });
    expect(some[0]?.choices.promoted).to.have.length(1);
  });
});

describe('Promoted labels', () => {
  const namespaces = new LabelMap();
  const nodes = new LabelMap();
  const sources = new Map(Object.entries({ namespaces, nodes })) as unknown as LabelSources;

  /** The series of a pod, without what begins all of them. */
  const promotedTo = async (labels: object | null, nodeName?: string): Promise<string[]> => {
    const promoteLabels = [
      'pods=[team,tier]',
      'namespaces=[team]->pods',
      'nodes=[zone,team]->pods',
    ];
    const choices = {
      ...noChoices,
      resources: ['pods'],
      metricAllowlist: ['^kube_pod_(labels|restart_policy|status_qos_class)$'],
      metricLabelsAllowlist: 'pods=[team]',
      promoteLabels,
    };
    const [pods] = (await select(resources, choices)).resources;
    const one = pods as Selected;
    const onError = (_: string, __: unknown, error: unknown) => expect.fail(String(error));
    const metadata = { name: 'p', namespace: 'ns', uid: 'u', labels };
    const spec = { nodeName, restartPolicy: 'Always' };
    const pod = { metadata, spec, status: { qosClass: 'Burstable' } } as unknown as KubeObject;
    const text = compile(one.resource, one.choices, onError, sources).render(pod).join('');
    return text.split('\n').map((line) => line.replace('{namespace="ns",pod="p",uid="u"', '{…'));
  };

  beforeEach(() => {
    namespaces.set('ns', { team: 'of "ns"' });
    nodes.set('n', { team: 'of n', zone: 'z' });
  });

  const row = async (labels: object | null, nodeName: string | undefined, promoted: string) => {
    const own = (labels as { team?: string } | null)?.team;
    const label = own === undefined ? '' : `,label_team="${own}"`;
    expect(await promotedTo(labels, nodeName)).to.include.members([
      `kube_pod_labels{…${promoted}${label}} 1`,
      `kube_pod_restart_policy{…${promoted},type="Always"} 1`,
      `kube_pod_status_qos_class{…${promoted},qos_class="Burstable"} 1`,
      `kube_pod_status_qos_class{…${promoted},qos_class="Guaranteed"} 0`,
    ]);
  };

  it('stand behind the identity of every series, escaped', () =>
    row({ tier: 'web' }, 'n', ',team="of \\"ns\\"",tier="web",zone="z"'));

  it('are those of the object before those of its namespace, even empty ones', async () => {
    await row({ team: 'own' }, undefined, ',team="own"');
    await row({ team: '' }, undefined, ',team=""');
  });

  it('are those of its node where nothing nearer has the label', async () => {
    namespaces.set('ns', undefined);
    await row(null, 'n', ',team="of n",zone="z"');
    await row({}, 'n', ',team="of n",zone="z"');
  });

  it('are absent where nothing has the label, or the node is not known yet', async () => {
    namespaces.set('ns', { constructor: 'x' } as never);
    await row({}, undefined, '');
    await row({}, 'other', '');
  });
});
