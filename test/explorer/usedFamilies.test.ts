// What dashboards and rules read, in every wrapping in which people have them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { usedFamilies } from '../../src/explorer/usedFamilies.ts';
import { ConfigError } from '../../src/lib/errors.ts';
import { resources } from '../../src/resources/index.ts';
import { selectorsOf } from '../support/promql.ts';
import { expectRefusal, rejectionOf } from '../support/refusal.ts';

const known = ['kube_a', 'kube_b', 'kube_c', 'kube_d', 'kube_e', 'kube_f'];
const used = (text: string | object, place = 'x.json') =>
  usedFamilies(typeof text === 'string' ? text : JSON.stringify(text), place, known);

/** Name and families of all that is found. */
const told = async (text: string | object): Promise<string[]> =>
  (await used(text)).map(({ kind, name, families }) => `${kind} ${name}: ${families}`);

const panel = (expr: string, more: object = {}) => ({
  type: 'graph',
  targets: [{ expr }],
  ...more,
});
const dashboard = { title: 'Pods', panels: [panel('sum(kube_a)')] };
const rules = {
  groups: [
    {
      name: 'g',
      rules: [
        { alert: 'A', expr: 'kube_a > 0', annotations: { summary: 'of kube_f' } },
        { record: 'x:kube_b:sum', expr: 'sum(kube_b)' },
      ],
    },
  ],
};
const toldOfRules = ['alert A: kube_a', 'recording rule x:kube_b:sum: kube_b'];
const toldOfDashboard = ['dashboard Pods: kube_a'];

describe('usedFamilies of dashboards', () => {
  it('reads panels, rows, nested panels, variables and annotations', async () => {
    const whole = {
      title: 'All',
      description: 'shows kube_f',
      annotations: { list: [{ expr: 'kube_a' }, { target: { expr: 'kube_b' } }] },
      templating: {
        list: [
          { name: 'x', type: 'query', query: { query: 'label_values(kube_c, x)', refId: 'A' } },
          { name: 'y', type: 'query', definition: 'label_values(kube_d, y)', query: '' },
        ],
      },
      panels: [{ type: 'row', panels: [panel('kube_e')] }],
    };
    expect(await told(whole)).to.deep.equal(['dashboard All: kube_a,kube_b,kube_c,kube_d,kube_e']);
  });

  const wrapped: [title: string, value: object][] = [
    ['as exported', dashboard],
    ['as the API answers it', { meta: { slug: 'pods' }, dashboard }],
    ['with rows, of old Grafana', { title: 'Pods', rows: [{ panels: [panel('kube_a')] }] }],
    ['as a resource of Grafana', { kind: 'Dashboard', metadata: { name: 'p' }, spec: dashboard }],
    [
      'of the Grafana operator',
      { kind: 'GrafanaDashboard', spec: { json: JSON.stringify(dashboard) } },
    ],
    ['in a list', [dashboard]],
    ['a single panel', { title: 'Pods', targets: [{ expr: 'kube_a' }] }],
    [
      'a library panel of the API',
      { result: { name: 'Pods', model: panel('kube_a', { title: 'Pods' }) } },
    ],
    [
      'of schema v2',
      {
        kind: 'Dashboard',
        spec: {
          title: 'Pods',
          elements: {
            a: {
              kind: 'Panel',
              spec: {
                data: {
                  spec: {
                    queries: [
                      {
                        spec: {
                          query: {
                            kind: 'DataQuery',
                            group: 'prometheus',
                            spec: { expr: 'kube_a' },
                          },
                        },
                      },
                      {
                        spec: {
                          query: { kind: 'DataQuery', group: 'loki', spec: { expr: 'kube_b' } },
                        },
                      },
                    ],
                  },
                },
              },
            },
          },
        },
      },
    ],
    [
      'in a ConfigMap',
      { kind: 'ConfigMap', data: { 'pods.json': JSON.stringify(dashboard), notes: 'x' } },
    ],
    [
      'in a List of ConfigMaps',
      {
        kind: 'List',
        items: [{ kind: 'ConfigMap', data: { 'pods.json': JSON.stringify(dashboard) } }],
      },
    ],
  ];
  for (const [title, value] of wrapped) {
    it(`reads one ${title}, as JSON and as YAML`, async () => {
      expect(await told(value)).to.deep.equal(toldOfDashboard);
      expect(await told(stringify(value))).to.deep.equal(toldOfDashboard);
    });
  }

  it('reads several dashboards of a ConfigMap', async () => {
    const data = {
      'a.json': JSON.stringify(dashboard),
      'b.json': JSON.stringify({ ...dashboard, title: 'More' }),
    };
    expect(await told({ kind: 'ConfigMap', data })).to.deep.equal([
      'dashboard Pods: kube_a',
      'dashboard More: kube_a',
    ]);
  });

  it('does not take the queries of other data sources for PromQL', async () => {
    const loki = { datasource: { type: 'loki', uid: 'l' } };
    const panels = [
      panel('{app="x"}', loki),
      { datasource: { type: 'mixed' }, targets: [{ expr: 'kube_a' }, { ...loki, expr: 'kube_b' }] },
      panel('kube_c', { datasource: { type: 'prometheus', uid: '$ds' } }),
      panel('kube_d', { datasource: '$datasource' }),
      panel('kube_e', { datasource: { type: 'grafana-amazonprometheus-datasource' } }),
    ];
    expect(await told({ title: 'D', panels })).to.deep.equal([
      'dashboard D: kube_a,kube_c,kube_d,kube_e',
    ]);
  });

  it('says which expression reads every family', async () => {
    const expr = 'count({job="kube-state-metrics"})';
    const [one] = await used({ title: 'D', panels: [panel('kube_a'), panel(expr)] });
    expect(one).to.include({ readsAll: expr });
    expect(one?.families).to.deep.equal(known);
  });

  it('knows the values of variables that it declares, and no others', async () => {
    const templating = { list: [{ name: 'metric', type: 'custom', query: 'kube_a,kube_b' }] };
    const panels = [panel('$metric{x="y"}')];
    expect(await told({ title: 'D', panels, templating })).to.deep.equal([
      'dashboard D: kube_a,kube_b',
    ]);
    const text = { list: [{ name: 'metric', type: 'textbox', query: 'kube_a' }] };
    for (const unknown of [
      { title: 'D', panels },
      { title: 'D', panels, templating: text },
    ]) {
      const [one] = await used(unknown);
      expect(one?.families).to.deep.equal(known);
    }
  });

  it('names what it reads that is recorded or shown elsewhere', async () => {
    const panels = [
      panel('ns:kube_a:sum + kube_b'),
      { libraryPanel: { uid: 'u', name: 'Elsewhere' } },
      { libraryPanel: { uid: 'h', name: 'Here' } },
    ];
    const elements = { h: { model: panel('kube_c') } };
    const [one] = await used({ title: 'D', panels, __elements: elements });
    expect(one?.recorded).to.deep.equal(['ns:kube_a:sum']);
    expect(one?.libraryPanels).to.deep.equal(['Elsewhere']);
    expect(one?.families).to.deep.equal(['kube_b', 'kube_c']);
  });
});

describe('usedFamilies of rules', () => {
  const wrapped: [title: string, value: object][] = [
    ['as a file', rules],
    ['as a PrometheusRule', { kind: 'PrometheusRule', metadata: { name: 'r' }, spec: rules }],
    ['in a List', { kind: 'PrometheusRuleList', items: [{ kind: 'PrometheusRule', spec: rules }] }],
    ['in a ConfigMap', { kind: 'ConfigMap', data: { 'alerts.rules': stringify(rules) } }],
  ];
  for (const [title, value] of wrapped) {
    it(`reads them ${title}, as YAML and as JSON`, async () => {
      expect(await told(stringify(value))).to.deep.equal(toldOfRules);
      expect(await told(value)).to.deep.equal(toldOfRules);
    });
  }

  it('reads them as the API of Prometheus answers them', async () => {
    const groups = [
      {
        rules: [
          { type: 'alerting', name: 'A', query: 'kube_a' },
          { type: 'recording', name: 'r', query: 'kube_b' },
        ],
      },
    ];
    const answer = { status: 'success', data: { groups } };
    expect(await told(answer)).to.deep.equal(['alert A: kube_a', 'recording rule r: kube_b']);
  });

  it('reads alerts of Grafana', async () => {
    const data = [{ refId: 'A', model: { expr: 'kube_a' } }];
    const file = { apiVersion: 1, groups: [{ name: 'g', rules: [{ title: 'T', data }] }] };
    expect(await told(stringify(file))).to.deep.equal(['alert T: kube_a']);
  });

  it('reads several documents', async () => {
    const text = `---\n${stringify(rules)}---\n# nothing\n---\n${stringify(dashboard)}`;
    expect(await told(text)).to.deep.equal([...toldOfRules, ...toldOfDashboard]);
  });

  it('reads queries in the templates of annotations', async () => {
    const annotations = {
      a: '{{ with printf "kube_b{pod=\'%s\'}" .Labels.pod | query }}{{ . }}{{ end }}',
      b: '{{ query `kube_c` | first | value }} of {{ $labels.kube_f }}',
      c: '{{ "kube_d" }} query',
    };
    const group = { rules: [{ alert: 'A', expr: 'kube_a', annotations }] };
    expect(await told(stringify({ groups: [group] }))).to.deep.equal([
      'alert A: kube_a,kube_b,kube_c',
    ]);
  });

  it('takes no time that grows faster than the text of an annotation', async () => {
    const summary = `${'{{ '.repeat(200_000)}{{ query "kube_pod_labels" }}`;
    const rules = {
      groups: [{ name: 'g', rules: [{ alert: 'A', expr: '1', annotations: { summary } }] }],
    };
    const [use] = await usedFamilies(JSON.stringify(rules), 'rules', [
      'kube_pod_info',
      'kube_pod_labels',
    ]);
    expect(use?.families).to.deep.equal(['kube_pod_labels']);
  });

  it('reads a file that begins with a byte order mark', async () => {
    for (const text of [
      '{"panels":[{"targets":[{"expr":"kube_pod_info"}]}]}',
      'groups: [{rules: [{alert: A, expr: kube_pod_info}]}]',
    ]) {
      const [use] = await usedFamilies(`\ufeff${text}`, 'x', ['kube_pod_info']);
      expect(use?.families).to.deep.equal(['kube_pod_info']);
    }
  });

  it('reads what keys `<<` merge, as Prometheus does', async () => {
    const text =
      'groups:\n- rules:\n  - &a\n    alert: A\n    expr: kube_a\n  - <<: *a\n    alert: B';
    expect(await told(text)).to.deep.equal(['alert A: kube_a', 'alert B: kube_a']);
  });

  it('takes expressions that are numbers', async () => {
    expect(await told('groups:\n- rules:\n  - alert: A\n    expr: 1')).to.deep.equal(['alert A: ']);
  });
});

describe('usedFamilies of our own files', () => {
  const folder = join(import.meta.dirname, '../../helm/kube-state-metrics/files');
  const families = Object.values(resources).flatMap((table) => Object.keys(table.families));

  it('finds in each rule what a parser of PromQL finds', async () => {
    let count = 0;
    for (const name of readdirSync(join(folder, 'rules'))) {
      const text = readFileSync(join(folder, 'rules', name), 'utf8');
      const found = new Set(
        (await usedFamilies(text, name, families)).flatMap((one) => one.families),
      );
      const expressions = [...text.matchAll(/kube_[\w]+/g)].map(([metric]) => metric);
      for (const one of found) expect(expressions).to.include(one);
      count += found.size;
    }
    expect(count).to.be.above(50);
  });

  it('finds in each dashboard what a parser of PromQL finds in its targets', async () => {
    for (const name of readdirSync(join(folder, 'dashboards'))) {
      const text = readFileSync(join(folder, 'dashboards', name), 'utf8');
      const [one] = await usedFamilies(text, name, families);
      const parsed = [...text.matchAll(/"expr":\s*("(?:[^"\\]|\\.)*")/g)]
        .map(([, quoted = '']) => String(JSON.parse(quoted)))
        .map((expr) => expr.replace(/\[\$__\w+\]/g, '[5m]').replace(/\$__\w+/g, '5m'))
        .flatMap((expr) => selectorsOf(expr).map(({ metric }) => metric ?? ''));
      expect(one?.families).to.include.members(
        families.filter((family) => parsed.includes(family)),
      );
      expect(one?.readsAll, name).to.equal(undefined);
      expect(one?.unreadable, name).to.equal(undefined);
    }
  });
});

describe('usedFamilies of other texts', () => {
  it('finds something or refuses with a sentence, whatever the text is', async () => {
    const keys = fc.constantFrom(
      'panels',
      'targets',
      'expr',
      'spec',
      'data',
      'groups',
      'rules',
      'kind',
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 6 },
        fc.constantFrom(
          'ConfigMap',
          'List',
          'kube_a{',
          '{"panels":[]}',
          'groups: [',
          null,
          1,
          true,
        ),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(keys, tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    const text = fc.oneof(
      value.map((one) => JSON.stringify(one)),
      value.map((one) => stringify(one)),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(text, async (one) => {
        try {
          expect(await used(one)).not.to.have.length(0);
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          expect(error.message.startsWith('x.json')).to.equal(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  const what = 'a Grafana dashboard or a file of Prometheus rules';
  const rows: [title: string, text: string | object, facts: Parameters<typeof expectRefusal>[1]][] =
    [
      ['nothing', '', { place: 'x.json', expected: what, got: 'an empty text' }],
      ['a page', '<!doctype html><p>', { expected: what, got: 'a page of HTML' }],
      ['words', 'hello', { expected: what, got: 'a text that begins with "hello"' }],
      ['other JSON', { name: 'kubestate' }, { expected: what }],
      ['other YAML', 'kind: Pod\nspec: {}', { expected: what }],
      [
        'broken JSON',
        '{\n "panels": [}',
        { place: 'x.json:2:13', expected: 'a value', got: '"}"' },
      ],
      [
        'broken YAML',
        'groups:\n- a: b: c',
        { place: /^x\.json:2:\d+$/, expected: /^YAML: nested mappings are not allowed/ },
      ],
      [
        'an unknown alias',
        'groups: *x',
        { place: /^x\.json/, expected: /^YAML: unresolved alias .*: x$/, got: undefined },
      ],
      [
        'a ConfigMap with a broken one',
        { kind: 'ConfigMap', metadata: { name: 'm' }, data: { 'a.json': '{,' } },
        { place: 'x.json: m: a.json:1:2', expected: 'a key in double quotes' },
      ],
      [
        'maps without an end',
        `{"panels":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
        { expected: 'at most 200 levels of lists and maps' },
      ],
    ];
  for (const [title, text, facts] of rows) {
    it(`refuses ${title}`, async () => {
      expectRefusal(await rejectionOf(used(text)), facts);
    });
  }
});
