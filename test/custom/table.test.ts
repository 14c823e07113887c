// customTable: the rows of a kind, what they read, what fails, and what nobody else may notice.
import { expect } from 'chai';
import { joined } from '../../src/custom/conflicts.ts';
import { readCustomConfig } from '../../src/custom/read.ts';
import { customTable, orderKey } from '../../src/custom/table.ts';
import type { ServedKind } from '../../src/custom/types.ts';
import { configOf, expositionOf, thingKind, thingOf } from './exposition.ts';

const head = `kind: CustomResourceStateMetrics
spec:
  resources:
`;
const entry = (metrics: string, version = 'v1', kind = 'Thing'): string =>
  `  - groupVersionKind: {group: example.com, version: "${version}", kind: "${kind}"}
    metrics:
${metrics
  .trim()
  .split('\n')
  .map((line) => line.trim())
  // A rule may go on in the next line.
  .map((line) => `${line.startsWith('{') ? '    - ' : '      '}${line}\n`)
  .join('')}`;

/** A rule with a block of a type, and what else it has. */
const ruleOf =
  (type: string, key: string) =>
  (name: string, block: string, more: string[] = []) =>
    `{${[`name: ${name}`, ...more, `each: {type: ${type}, ${key}: {${block}}}`].join(', ')}}`;
const gauge = ruleOf('Gauge', 'gauge');
const info = ruleOf('Info', 'info');

/** The series of one object, without what all of them have. */
async function seriesOf(metrics: string, object: object): Promise<string[]> {
  const config = await configOf(head + entry(metrics));
  expect(config.mistakes).to.deep.equal([]);
  const errors: string[] = [];
  const text = expositionOf(config, [thingKind], [thingOf(object)], {
    onRuleError: (rule, { metadata }, error) =>
      errors.push(`${rule.path} of ${metadata.name}: ${error}`),
  });
  const shared = /customresource_(?:group|kind|version)="[^"]*",?/g;
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return [...lines.map((line) => line.replaceAll(shared, '').replace(',}', '}')), ...errors];
}

describe('the table of a custom resource', () => {
  it('joins the rules of all entries about a kind, in their order', async () => {
    const rule = (name: string, of: string) =>
      gauge(name, 'path: [spec, n]', [`commonLabels: {of: ${of}}`]);
    const { entries, mistakes } = await configOf(
      head + entry(`${rule('b', 'x')}\n${rule('a', 'x')}`) + entry(rule('b', 'y'), '*', '*'),
    );
    expect(mistakes).to.deep.equal([]);
    const object = thingOf({ spec: { n: 3 } });
    const text = expositionOf({ entries, mistakes }, [thingKind], [object]);
    const labels = (of: string) =>
      'customresource_group="example.com",customresource_kind="Thing",' +
      `customresource_version="v1",of="${of}"`;
    expect(text).to.equal(
      '# HELP kube_customresource_b \n# TYPE kube_customresource_b gauge\n' +
        `kube_customresource_b{${labels('x')}} 3\nkube_customresource_b{${labels('y')}} 3\n` +
        '# HELP kube_customresource_a \n# TYPE kube_customresource_a gauge\n' +
        `kube_customresource_a{${labels('x')}} 3\n`,
    );
  });

  it('serves no series twice, whether one rule gives it or two', async () => {
    const rules = `
      {name: m, labelsFromPath: {l: [spec, a]}, each: {type: Gauge, gauge: {path: [spec, n]}}}
      {name: m, labelsFromPath: {l: [spec, b]}, each: {type: Gauge, gauge: {path: [spec, o]}}}
      {name: i, each: {type: Info, info: {path: [spec, list], labelsFromPath: {v: []}}}}`;
    const spec = { a: 'x', b: 'x', n: 1, o: 2, list: ['p', 'q', 'p'] };
    expect(await seriesOf(rules, { spec })).to.deep.equal([
      'kube_customresource_m{l="x"} 1',
      'kube_customresource_i{v="p"} 1',
      'kube_customresource_i{v="q"} 1',
    ]);
  });

  it('serves of a state set the state that holds alone, if it is to be sparse', async () => {
    const states = ruleOf('StateSet', 'stateSet');
    const { entries, mistakes } = await configOf(
      head +
        entry(`
          ${states('s', 'labelName: phase, path: [status, phase], list: [Up, Down]')}
          ${states('e', 'labelName: of, path: [status, all], list: [Up, Down]')}
          ${gauge('g', 'path: [status, n]')}`),
    );
    expect(mistakes).to.deep.equal([]);
    const object = thingOf({ status: { phase: 'Down', all: ['Lost', 'Up'], n: 0 } });
    const lines = (sparse: boolean): string[] =>
      expositionOf({ entries, mistakes }, [thingKind], [object], { sparse })
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => line.replaceAll(/customresource_\w+="[^"]*",?/g, '').replace(',}', '}'));
    expect(lines(false)).to.deep.equal([
      'kube_customresource_s{phase="Up"} 0',
      'kube_customresource_s{phase="Down"} 1',
      'kube_customresource_e{of="Up"} 0',
      'kube_customresource_e{of="Down"} 0',
      'kube_customresource_g{} 0',
    ]);
    // Of two elements with the same labels the first one counts, also where it is in no state.
    expect(lines(true)).to.deep.equal([
      'kube_customresource_s{phase="Down"} 1',
      'kube_customresource_g{} 0',
    ]);
  });

  it('tells what its rows read, so that no more is asked for and rendered', async () => {
    const rows = {
      metadata: gauge('m', 'path: [metadata, generation]'),
      spec: gauge('m', 'path: [spec, n]', ['labelsFromPath: {n: [metadata, name]}']),
      status: gauge('m', 'path: [status, n]', ['labelsFromPath: {"*": [metadata, labels]}']),
      object: gauge('m', 'path: [status, n]', ['labelsFromPath: {t: [spec, tier]}']),
    };
    for (const [reads, metric] of Object.entries(rows)) {
      const { entries } = await configOf(head + entry(metric));
      const table = customTable(thingKind, entries, () => {});
      expect(Object.values(table.families).map((row) => row.reads)).to.deep.equal([reads]);
    }
    const whole = info('m', 'labelsFromPath: {all: []}');
    const labels = gauge('m', 'path: [spec, n]', ['labelsFromPath: {l: [metadata, labels, a]}']);
    const cel = gauge('m', 'cel: self.spec.n');
    for (const metric of [whole, labels, cel]) {
      const { entries } = await configOf(head + entry(metric));
      const table = customTable(thingKind, entries, () => {});
      expect(Object.values(table.families).map((row) => row.reads)).to.deep.equal(['object']);
    }
  });

  it('serves what can be read of a list, and tells of the rest once for each object', async () => {
    const rule = gauge('m', 'path: [status, list], labelsFromPath: {n: [n]}, valueFrom: [v]');
    const list = [
      { n: 'a', v: 1 },
      { n: 'b', v: 'x' },
      { n: 'c', v: {} },
      { n: 'd' },
      { n: 'e', v: 2 },
    ];
    expect(await seriesOf(rule, { status: { list } })).to.deep.equal([
      'kube_customresource_m{n="a"} 1',
      'kube_customresource_m{n="e"} 2',
      'spec.resources[0].metrics[0] of a: TypeError: expected a number, got "x"',
    ]);
  });

  const failures: [what: string, rule: string, object: object, ...expected: string[]][] = [
    [
      'a path through a text',
      gauge('m', 'path: [spec, a, b]'),
      { spec: { a: 'text' } },
      'expected a map, got a string at spec.a',
    ],
    [
      'a state that is no text',
      '{name: m, each: {type: StateSet, stateSet: {path: [spec, a], labelName: s, list: [x]}}}',
      { spec: { a: 1 } },
      'expected a text, got 1',
    ],
    [
      'a whole number of 64 bits where a state is due',
      '{name: m, each: {type: StateSet, stateSet: {path: [spec, a], labelName: s, list: [x]}}}',
      { spec: { a: 2n ** 60n } },
      'expected a text, got 1152921504606846976',
    ],
  ];
  for (const [what, rule, object, expected] of failures) {
    it(`tells what it cannot read: ${what}`, async () => {
      const [told = '', ...others] = await seriesOf(rule, object);
      expect(others).to.deep.equal([]);
      expect(told).to.equal(`spec.resources[0].metrics[0] of a: TypeError: ${expected}`);
    });
  }

  it('takes what an object lacks for no failure', async () => {
    const rules = `
      {name: a, each: {type: Gauge, gauge: {path: [spec, a, b]}}}
      {name: b, each: {type: StateSet, stateSet: {path: [spec, a], labelName: s, list: [x]}}}
      {name: c, each: {type: Gauge, gauge: {cel: self.spec.a}}}
      {name: d, labelsFromCEL: {x: self.spec.a},
        each: {type: Gauge, gauge: {path: [metadata, name]}}}`;
    expect(await seriesOf(rules, { metadata: { name: '7' }, spec: {} })).to.deep.equal([
      'kube_customresource_d{} 7',
    ]);
  });

  it('keeps the digits of whole numbers of 64 bits in labels', async () => {
    const rule = info('m', 'labelsFromPath: {n: [spec, n]}');
    const { entries, mistakes } = await configOf(head + entry(rule));
    const [kind] = [thingKind];
    expect(customTable(kind, entries, () => {}).exactIntegers).to.equal('all');
    const object = thingOf({ spec: { n: 9_007_199_254_740_993n } });
    expect(expositionOf({ entries, mistakes }, [kind], [object])).to.include(
      'n="9007199254740993"',
    );
  });

  it('gives a label from a key of an object a name that Prometheus takes', async () => {
    const rule = gauge('m', 'path: [spec, n]', ['labelsFromPath: {"*": [metadata, labels]}']);
    const labels = { '9lives': 'a', 'b/c': 'd', '': 'nothing', '--name--': 'e' };
    const object = { metadata: { name: 'a', labels }, spec: { n: 1 } };
    expect(await seriesOf(rule, object)).to.deep.equal([
      'kube_customresource_m{_9lives="a",___name__="e",b_c="d"} 1',
    ]);
  });

  it('limits what it makes of one object', async () => {
    const rule = info('m', 'path: [spec, list], labelsFromPath: {i: [i], all: [all]}');
    const config = await configOf(head + entry(rule));
    const all = 'x'.repeat(100_000);
    const list = Array.from({ length: 200 }, (_, i) => ({ i, all }));
    const render = () => expositionOf(config, [thingKind], [thingOf({ spec: { list } })]);
    expect(render).to.throw('kube_customresource_m of a');
  });

  it('reads fields of the object alone, not those that all objects inherit', async () => {
    const rules = `
      {name: m, each: {type: Gauge, gauge: {path: [spec, constructor, name]}}}
      {name: n, labelsFromPath: {a: [spec, toString], b: [spec, __proto__]},
        each: {type: Gauge, gauge: {path: [spec, n]}}}`;
    expect(await seriesOf(rules, { spec: { n: 1 } })).to.deep.equal(['kube_customresource_n{} 1']);
  });

  it('stands where kube-state-metrics puts it', () => {
    const key = (group: string, version: string, plural: string): string =>
      orderKey({ ...thingKind, group, version, plural } satisfies ServedKind);
    const sorted = [
      key('a.example.com', 'v1', 'betas'),
      'configmaps',
      key('g.example.com', 'v1', 'alphas'),
      key('g.example.com', 'v1', 'mids'),
      key('g.example.com', 'v1beta1', 'mids'),
      key('g.example.com', 'v2', 'mids'),
      'namespaces',
      key('z.example.com', 'v1', 'betas'),
    ];
    expect([...sorted].reverse().sort()).to.deep.equal(sorted);
  });
});

describe('expressions', () => {
  it('give values, maps and lists as a path does', async () => {
    const rules = `
      {name: a, each: {type: Gauge, gauge: {cel: "self.spec.n * 2"}}}
      {name: b, each: {type: Gauge, gauge: {cel: "self.spec.map", labelFromKey: k,
        valueFrom: [v], labelsFromPath: {l: [l]}}}}
      {name: c, each: {type: Gauge, gauge: {cel: "self.spec.list.filter(x, x.n > 1)",
        valueFrom: [n]}}}
      {name: d, labelsFromCEL: {up: "self.metadata.name.upperAscii()"}, each: {type: Info,
        info: {labelsFromCEL: {size: "size(self.spec.list)"}}}}`;
    const spec = { n: 21, map: { x: { v: 1, l: 'p' }, y: { v: 2 } }, list: [{ n: 1 }, { n: 5 }] };
    expect(await seriesOf(rules, { spec })).to.deep.equal([
      'kube_customresource_a{} 42',
      'kube_customresource_b{k="x",l="p"} 1',
      'kube_customresource_b{k="y"} 2',
      'kube_customresource_c{} 5',
      'kube_customresource_d{size="2",up="A"} 1',
    ]);
  });

  it('are evaluated once for each object, however many series it has', async () => {
    const rule = `{name: a, each: {type: Gauge, gauge: {path: [spec, list], valueFrom: [n],
      labelsFromCEL: {of: "string(self.spec.all)"}}}}`;
    let reads = 0;
    const readsOf = async (length: number): Promise<number> => {
      const list = Array.from({ length }, (_, i) => ({ n: i, id: `${i}` }));
      const spec = Object.defineProperty({ list }, 'all', { get: () => ++reads, enumerable: true });
      reads = 0;
      await seriesOf(rule, { spec });
      return reads;
    };
    expect(await readsOf(50)).to.equal(await readsOf(1));
  });

  it('that fail on an object give it no series of that value, and are told', async () => {
    const rules = `
      {name: a, each: {type: Gauge, gauge: {cel: "self.spec.n + 1", nilIsZero: true}}}
      {name: b, each: {type: Gauge, gauge: {path: [spec, m]}}}`;
    const [b, told = '', ...others] = await seriesOf(rules, { spec: { n: 'text', m: 1 } });
    expect(b).to.equal('kube_customresource_b{} 1');
    expect(told).to.match(/^spec.resources\[0\].metrics\[0\] of a: CelError: /);
    expect(others).to.deep.equal([]);
  });
});

describe('the rules of a configuration', () => {
  it('tell their paths and expressions with their places', async () => {
    const { entries } = await configOf(
      head +
        entry(`
        {name: a, labelsFromPath: {l: [spec, l]}, each: {type: Gauge, gauge: {path: [spec, n]}}}
        {name: b, each: {type: Info, info: {labelsFromPath: {x: [status, x]},
            labelsFromCEL: {y: self.y}}}}`),
    );
    const rules = entries.flatMap((one) => one.rules);
    const object = thingOf({ spec: { n: 1 } });
    const paths = rules.flatMap(({ paths }) =>
      paths.map(({ place, text, get }) => [place.line, place.column, text, get(object)]),
    );
    expect(paths).to.deep.equal([
      [6, 37, 'spec.l', undefined],
      [6, 83, 'spec.n', 1],
      [7, 63, 'status.x', undefined],
    ]);
    const expressions = rules.flatMap((one) => one.expressions);
    expect(expressions).to.deep.equal([
      { place: { file: 'a.yaml', line: 8, column: 26 }, text: 'self.y' },
    ]);
  });

  it('of several files are checked against each other', async () => {
    const rule = gauge('a', 'path: [spec, a]');
    const files = ['one.yaml', 'two.yaml'].map((file) =>
      readCustomConfig(file, head + entry(rule)),
    );
    const { entries, mistakes } = joined(await Promise.all(files));
    expect(entries.map(({ rules }) => rules.length)).to.deep.equal([1, 0]);
    expect(mistakes.map(({ place, expected }) => `${place.file}: ${expected}`)).to.deep.equal([
      'two.yaml: labels that tell the series of kube_customresource_a from those of one.yaml:6:7',
    ]);
  });
});
