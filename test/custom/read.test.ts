// readCustomConfig: every mistake has its place and says what to write; the other rules are served.
import { expect } from 'chai';
import { readCustomConfig } from '../../src/custom/read.ts';
import type { Mistake } from '../../src/custom/types.ts';
import { ConfigError } from '../../src/lib/errors.ts';

/** An entry with one right rule, and what is written below. */
const config = (metrics: string, entry = ''): string => `kind: CustomResourceStateMetrics
spec:
  resources:
    - groupVersionKind: {group: example.com, version: v1, kind: Thing}
${entry}      metrics:
        - {name: right, each: {type: Gauge, gauge: {path: [spec, right]}}}
${metrics}`;

/** `7:12 path: expected …, got …; hint`, with (harmless) behind what is served nevertheless. */
const told = ({ place, path, expected, got, hint, harmless }: Mistake): string =>
  `${place.line}:${place.column} ${path}: expected ${expected}, got ${got}` +
  `${hint === undefined ? '' : `; ${hint}`}${harmless ? ' (harmless)' : ''}`;

const familiesOf = async (text: string): Promise<string[]> => {
  const { entries } = await readCustomConfig('a.yaml', text);
  return entries.flatMap(({ rules }) => rules.map(({ family }) => family));
};

const m1 = 'spec.resources[0].metrics[1]';
const names = 'one of name, help, each, commonLabels, labelsFromPath, labelsFromCEL, errorLogV';

/** What is wrong with one rule, and what is told of it. */
const rules: [what: string, metric: string, ...told: string[]][] = [
  [
    'an unknown key',
    '- {name: a, hepl: x, each: {type: Info, info: {}}}',
    `7:21 ${m1}.hepl: expected ${names}, got the unknown key hepl; did you mean help? (harmless)`,
  ],
  [
    'an unknown key of a block',
    '- {name: a, each: {type: Gauge, gauge: {path: [a], nilIsZro: true}}}',
    `7:60 ${m1}.each.gauge.nilIsZro: expected one of path, cel, valueFrom, labelFromKey, ` +
      'labelsFromPath, labelsFromCEL, nilIsZero, got the unknown key nilIsZro; ' +
      'did you mean nilIsZero? (harmless)',
  ],
  [
    'a text for a path',
    '- {name: a, each: {type: Gauge, gauge: {path: spec.a}}}',
    `7:55 ${m1}.each.gauge.path: expected a list of keys, such as [status, phase], got "spec.a"`,
  ],
  [
    'a map within a path',
    '- {name: a, each: {type: Gauge, gauge: {path: [spec, {a: b}]}}}',
    `7:62 ${m1}.each.gauge.path[1]: expected a text, got {"a":"b"}`,
  ],
  [
    'no flag',
    '- {name: a, each: {type: Gauge, gauge: {path: [a], nilIsZero: maybe}}}',
    `7:71 ${m1}.each.gauge.nilIsZero: expected true or false, got "maybe"`,
  ],
  [
    'a misspelt type',
    '- {name: a, each: {type: Guage, gauge: {path: [a]}}}',
    `7:34 ${m1}.each.type: expected Gauge, Info or StateSet, got "Guage"; did you mean Gauge?`,
  ],
  [
    'no type',
    '- {name: a, each: {gauge: {path: [a]}}}',
    `7:27 ${m1}.each.type: expected Gauge, Info or StateSet, got nothing; add it`,
  ],
  [
    'a type without its block',
    '- {name: a, each: {type: StateSet, gauge: {path: [a]}}}',
    `7:27 ${m1}.each: expected the block stateSet, which type StateSet needs, got gauge; ` +
      'add stateSet',
  ],
  [
    'no path',
    '- {name: a, each: {type: Gauge, gauge: {nilIsZero: true}}}',
    `7:48 ${m1}.each.gauge: expected path or cel, got neither; add path`,
  ],
  [
    'no list and no label of a StateSet',
    '- {name: a, each: {type: StateSet, stateSet: {path: [a]}}}',
    `7:54 ${m1}.each.stateSet: expected a list of states, got no list; add list`,
    `7:54 ${m1}.each.stateSet: expected labelName, the label that has the state, got nothing; ` +
      'add labelName',
  ],
  [
    'no metric name',
    '- {name: a-b, each: {type: Gauge, gauge: {path: [a]}}}',
    `7:18 ${m1}.name: expected a metric name of letters, digits, _ and :, got ` +
      '"kube_customresource_a-b"; write kube_customresource_a_b',
  ],
  [
    'no label name',
    '- {name: a, commonLabels: {"1a": x}, each: {type: Gauge, gauge: {path: [a]}}}',
    `7:36 ${m1}.commonLabels.1a: expected a label name of letters, digits and _, got "1a"`,
  ],
  [
    'a label name that is served with _',
    '- {name: a, labelsFromPath: {a.b: [x]}, each: {type: Gauge, gauge: {path: [a]}}}',
    `7:38 ${m1}.labelsFromPath.a.b: expected a label name of letters, digits and _, got "a.b"; ` +
      'write a_b (harmless)',
  ],
  [
    'a wildcard in front of a label name',
    '- {name: a, labelsFromPath: {"*a": [x]}, each: {type: Gauge, gauge: {path: [a]}}}',
    `7:38 ${m1}.labelsFromPath.*a: expected "*", or a label name with * behind it, got "*a" ` +
      '(harmless)',
  ],
  [
    'a label that is there twice',
    '- {name: a, each: {type: Info, info: {labelFromKey: k, labelsFromPath: {k: [x]}}}}',
    `7:47 ${m1}.each.info.labelFromKey: expected a label that labelsFromPath does not have, got ` +
      'k; the one of labelsFromPath is served, if it is there; name one of them otherwise ' +
      '(harmless)',
  ],
  [
    'path and cel',
    '- {name: a, each: {type: Gauge, gauge: {path: [a], cel: "1"}}}',
    `7:65 ${m1}.each.gauge.cel: expected either path or cel, got both; leave one out`,
  ],
  [
    'an expression that is none, in quotes',
    '- {name: a, each: {type: Gauge, gauge: {cel: "self.a + nope"}}}',
    `7:64 ${m1}.each.gauge.cel: expected an expression in CEL, got an error: ` +
      'there is no variable nope; ' +
      'the object is self',
  ],
  [
    'an expression that is none, in a block',
    '- name: a\n          each: {type: Info, info: {}}\n' +
      '          labelsFromCEL:\n            x: |\n' +
      '              self.a +\n                nope',
    `12:17 ${m1}.labelsFromCEL.x: expected an expression in CEL, got an error: ` +
      'there is no variable nope; ' +
      'the object is self',
  ],
  [
    'two types of one family',
    '- {name: right, each: {type: Info, info: {}}}',
    `7:11 ${m1}: expected one type for kube_customresource_right, gauge as at a.yaml:6:11, got ` +
      'info; choose another name',
  ],
  [
    'two rules that give one series',
    '- {name: right, each: {type: Gauge, gauge: {path: [spec, other]}}}',
    `7:11 ${m1}: expected labels that tell the series of kube_customresource_right from those ` +
      'of a.yaml:6:11, got the same labels; add commonLabels that differ, or leave one out',
  ],
  ['a text for a rule', '- a', `7:11 ${m1}: expected a map with name and each, got "a"`],
  [
    'the name of the metric as a label',
    '- {name: a, commonLabels: {__name__: x}, each: {type: Gauge, gauge: {path: [a]}}}',
    `7:36 ${m1}.commonLabels.__name__: expected a label name other than that of the metric ` +
      'name, got "__name__"',
  ],
  [
    'an item without a value within a path',
    '- {name: a, each: {type: Gauge, gauge: {path: [spec, null, b]}}}',
    `7:62 ${m1}.each.gauge.path[1]: expected a text, got nothing`,
  ],
];

describe('a custom-resource configuration', () => {
  for (const [what, metric, ...expected] of rules) {
    it(`says what is wrong with a rule, and serves the others: ${what}`, async () => {
      const text = config(`        ${metric}\n`);
      const { mistakes } = await readCustomConfig('a.yaml', text);
      expect(mistakes.map(told)).to.deep.equal(expected);
      const isServed = mistakes.every(({ harmless }) => harmless);
      const served = ['kube_customresource_right', ...(isServed ? ['kube_customresource_a'] : [])];
      expect(await familiesOf(text)).to.deep.equal(served);
    });
  }

  it('leaves out an entry that is wrong itself, and no other', async () => {
    const wrong = '    - groupVersionKind: {group: "*", version: v1, kind: A}\n      metrics: []\n';
    const { entries, mistakes } = await readCustomConfig('a.yaml', config(wrong));
    expect(entries.map(({ pattern }) => pattern.kind)).to.deep.equal(['Thing']);
    expect(mistakes.map(told)).to.deep.equal([
      '7:33 spec.resources[1].groupVersionKind.group: expected one API group, got "*"',
    ]);
  });

  it('names no family as a core resource does', async () => {
    const metric = '        - {name: info, each: {type: Info, info: {}}}\n';
    const text = config(metric, '      metricNamePrefix: kube_pod\n');
    const taken = new Set(['kube_pod_info']);
    const { mistakes } = await readCustomConfig('a.yaml', text, taken);
    expect(mistakes.map(told)).to.deep.equal([
      `8:18 ${m1}.name: expected a name that no family of a core resource has, got ` +
        'kube_pod_info; choose another name or another metricNamePrefix',
    ]);
  });

  it('tells rules of one family apart by labels, states and kinds', async () => {
    const second = (rule: string): string => config(`        - {name: right, ${rule}}\n`);
    const gauge = 'each: {type: Gauge, gauge: {path: [spec, b]}}';
    const apart = [
      second(`commonLabels: {of: b}, ${gauge}`),
      second(`labelsFromPath: {of: [spec, of]}, ${gauge}`),
      second('each: {type: Gauge, gauge: {path: [spec, b], labelFromKey: k}}'),
      `${config('')}    - groupVersionKind: {group: example.com, version: v1, kind: Other}
      metrics: [{name: right, ${gauge}}]\n`,
    ];
    for (const text of apart) {
      const { mistakes } = await readCustomConfig('a.yaml', text);
      expect(mistakes, text).to.deep.equal([]);
    }
    const anyKind = '    - groupVersionKind: {group: example.com, version: "*", kind: "*"}';
    const overlapping = `${config('')}${anyKind}\n      metrics: [{name: right, ${gauge}}]\n`;
    expect((await readCustomConfig('a.yaml', overlapping)).mistakes).to.have.length(1);
  });

  const empty: [what: string, text: string, told: string][] = [
    [
      'no spec',
      'kind: CustomResourceStateMetrics\n',
      '1:1 spec: expected spec.resources, a list of entries, got nothing; add spec with resources',
    ],
    [
      'no list',
      'kind: CustomResourceStateMetrics\nspec: {}\n',
      '2:7 spec.resources: expected a list of entries, got nothing; add resources below spec',
    ],
    [
      'the list at the top',
      'kind: CustomResourceStateMetrics\nresources: []\n',
      '2:12 resources: expected spec.resources, a list of entries, got the list resources at ' +
        'the top; move it below spec',
    ],
    [
      'a map in the place of the list',
      'kind: CustomResourceStateMetrics\nspec:\n  resources:\n    metrics: []\n',
      '4:5 spec.resources: expected a list of entries, got {"metrics":[]}; begin each entry with -',
    ],
  ];
  for (const [what, text, expected] of empty) {
    it(`says that it has no entries, which is easily overlooked: ${what}`, async () => {
      const { entries, mistakes } = await readCustomConfig('a.yaml', text);
      expect(entries).to.deep.equal([]);
      expect(mistakes.map(told)).to.include(expected);
    });
  }

  it('reads the first of several documents, and says so', async () => {
    const { mistakes, entries } = await readCustomConfig('a.yaml', `${config('')}---\nkind: A\n`);
    expect(entries).to.have.length(1);
    expect(mistakes.map(told)).to.deep.equal([
      '7:1 : expected one document, got another one behind it, which is not read; put it into a ' +
        'file of its own (harmless)',
    ]);
  });

  it('counts items without a value, so that those behind them keep their places', async () => {
    const text = config('        -\n        - {name: a, each: {type: Gauge, gauge: {}}}\n');
    const { mistakes } = await readCustomConfig('a.yaml', text);
    expect(mistakes.map(({ path, place }) => `${place.line} ${path}`)).to.deep.equal([
      `7 ${m1}`,
      '8 spec.resources[0].metrics[2].each.gauge',
    ]);
  });

  it('hides no mistake behind those that do no harm', async () => {
    const harmless = Array.from({ length: 1_100 }, (_, i) => `k${i}: x`).join(', ');
    const text = config(`        - {name: a, each: {type: Gauge}}\n`).replace(
      'kind: Thing}',
      `kind: Thing, ${harmless}}`,
    );
    const { mistakes } = await readCustomConfig('a.yaml', text);
    const serious = mistakes.filter((one) => !one.harmless);
    expect(mistakes).to.have.length(1_000 + serious.length);
    expect(serious.map(({ path }) => path)).to.include(`${m1}.each`);
  });

  it('takes one anchor for the labels of many rules', async () => {
    const rules = Array.from(
      { length: 150 },
      (_, i) => `        - {name: a${i}, labelsFromPath: *l, each: {type: Info, info: {}}}\n`,
    );
    const text = config(rules.join(''), '      labelsFromPath: &l {name: [metadata, name]}\n');
    const { entries, mistakes } = await readCustomConfig('a.yaml', text);
    expect(mistakes).to.deep.equal([]);
    expect(entries[0]?.rules).to.have.length(151);
  });

  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x,x]']
    .concat(
      'bcdefgh'.split('').map((name, i) => {
        const alias = `*${'abcdefgh'[i]}`;
        return `${name}: &${name} [${Array(10).fill(alias)}]`;
      }),
    )
    .join('\n');

  const refused: [what: string, text: string, message: RegExp][] = [
    ['no YAML', 'kind: [', /^a\.yaml:1:\d+: expected YAML, got /],
    ['a key twice', 'kind: a\nkind: b\n', /^a\.yaml:2:1: expected YAML, got Map keys must be/],
    ['a list', '- a\n', /^a\.yaml:1:1: expected a map with kind and spec, got \["a"\]/],
    ['nothing', '', /^a\.yaml:1:1: expected a map with kind and spec, got nothing/],
    [
      'another kind',
      'kind: ConfigMap\n',
      /^a\.yaml:1:7: kind: expected CustomResourceStateMetrics, got "ConfigMap"/,
    ],
    ['an alias of what it stands in', 'kind: a\nspec: &s\n  resources: *s\n', /^a\.yaml:3:14: /],
    ['aliases that grow without bound', bomb, /^a\.yaml:2:8: expected YAML, got Excessive alias/],
    ['more aliases than any file needs', `a: &a x\nb: [${'*a ,'.repeat(200_000)}]\n`, /Excessive/],
    [
      'aliases that stand for too much',
      `a: &a [${'x,'.repeat(2_000)}]\nb: [${'*a ,'.repeat(900)}]\n`,
      /more than 1000000 values through aliases/,
    ],
    ['an alias of nothing', 'kind: *nothing\n', /^a\.yaml:1:7: expected YAML, got Unresolved/],
    ['10 MB', `# ${'x'.repeat(10e6)}`, /at most 1048576 bytes, got 10000002; split it into/],
  ];
  for (const [what, text, message] of refused) {
    it(`is refused as a whole: ${what}`, async () => {
      const error = await readCustomConfig('a.yaml', text).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(error).to.be.instanceOf(ConfigError);
      expect((error as Error).message).to.match(message);
    });
  }

  it('has a limit for rules and entries', async () => {
    const many = '        - {name: a, each: {type: Info, info: {}}}\n'.repeat(5_001);
    const { mistakes } = await readCustomConfig('a.yaml', config(many));
    expect(mistakes.map(told)).to.deep.equal([
      '6:9 spec.resources[0].metrics: expected at most 5000 metrics, got a list of 5002',
    ]);
  });
});
