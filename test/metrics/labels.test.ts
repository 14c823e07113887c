// Labels from the keys of objects: names, conflicts, order and allow-lists.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { keyFilter, parseAllowList } from '../../src/metrics/allowlist.ts';
import { everyKey, labelsOf } from '../../src/metrics/labels.ts';
import { expectRefused, type Facts } from '../support/refusal.ts';

/** The names that the keys get, in order. */
const namesOf = (...keys: string[]): string[] =>
  labelsOf('label', Object.fromEntries(keys.map((key) => [key, ''])), everyKey).map(([n]) => n);

describe('the name of a label', () => {
  const names = {
    app: 'label_app',
    'app.kubernetes.io/name': 'label_app_kubernetes_io_name',
    '9lives': 'label_9lives',
    camelCase: 'label_camel_case',
    HTTPServer: 'label_httpserver',
    aBcD: 'label_a_bc_d',
    v1Beta: 'label_v1_beta',
    'a--b': 'label_a__b',
    é: 'label__',
    '🐈x': 'label__x',
    日本: 'label___',
  };

  for (const [key, name] of Object.entries(names)) {
    it(`of ${key} is ${name}`, () => expect(namesOf(key)).to.deep.equal([name]));
  }
});

describe('the labels of a map', () => {
  it('are in the order of their keys, capitals first, with their values', () => {
    const entries = { b: '1', 'a.b': '2', Z: '3', '10': '4', '9': '5' };
    expect(labelsOf('x', entries, everyKey)).to.deep.equal([
      ['x_10', '4'],
      ['x_9', '5'],
      ['x_z', '3'],
      ['x_a_b', '2'],
      ['x_b', '1'],
    ]);
  });

  it('come in the order of the bytes of UTF-8, as in Go, for astral characters too', () => {
    // As the reference orders them: U+FF5E takes three bytes, U+1F600 four; UTF-16 has it reversed.
    const entries = { '\u{1f600}': 'astral', '\uff5e': 'wide', a: 'ascii' };
    expect(labelsOf('label', entries, everyKey).map(([, value]) => value)).to.deep.equal([
      'ascii',
      'wide',
      'astral',
    ]);
  });

  it('are numbered if their names conflict', () => {
    expect(namesOf('a-b', 'a.b', 'a_b', 'c')).to.deep.equal([
      'label_a_b_conflict1',
      'label_a_b_conflict2',
      'label_a_b_conflict3',
      'label_c',
    ]);
  });

  it('skip a number that another key already has', () => {
    expect(namesOf('A.b.conflict1', 'a-b', 'a.b')).to.deep.equal([
      'label_a_b_conflict1',
      'label_a_b_conflict2',
      'label_a_b_conflict3',
    ]);
  });

  it('have the names that kube-state-metrics v2.20.0 gave them', () => {
    const rows = readFileSync(join(import.meta.dirname, 'conflicts.tsv'), 'utf8')
      .trim()
      .split('\n');
    expect(rows).to.have.length.above(140);
    for (const row of rows) {
      const [keys = '', names = ''] = row.split('\t');
      expect(namesOf(...keys.split(' ')), keys).to.deep.equal(names.split(' '));
    }
  });

  it('have every value once, under a valid and unique name', () => {
    const keys = fc.string({ unit: fc.constantFrom(...'aAbB1._-/é'.split(''), '_conflict1') });
    fc.assert(
      fc.property(fc.uniqueArray(keys), (unique) => {
        const entries = Object.fromEntries(unique.map((key, i) => [key, String(i)]));
        const labels = labelsOf('label', entries, everyKey);
        expect(new Set(labels.map(([name]) => name)).size).to.equal(unique.length);
        expect(new Set(labels.map(([, value]) => value)).size).to.equal(unique.length);
        for (const [name] of labels) expect(name).to.match(/^label_[a-z0-9_]*$/);
      }),
    );
  });

  it('are those that the filter shows; hidden ones cause no numbering', () => {
    const filter = keyFilter(['a-b']);
    expect(filter && labelsOf('label', { 'a-b': '1', 'a.b': '2' }, filter)).to.deep.equal([
      ['label_a_b', '1'],
    ]);
  });
});

describe('a filter of keys', () => {
  const shown = (patterns: string[], ...keys: string[]): string[] =>
    keys.filter((key) => keyFilter(patterns)?.shows(key));

  it('shows the keys that it names', () => {
    expect(shown(['app', 'tier'], 'app', 'tier', 'apps', 'ap')).to.deep.equal(['app', 'tier']);
  });

  it('shows every key with * as the first pattern', () => {
    expect(shown(['*', 'app'], 'a', 'b/c')).to.deep.equal(['a', 'b/c']);
  });

  it('ignores * after another pattern, as KSM does', () => {
    expect(shown(['app', '*'], 'app', 'b')).to.deep.equal(['app']);
  });

  it('matches any text by * within a pattern', () => {
    const keys = ['app.kubernetes.io/name', 'app.kubernetes.io/', 'app.kubernetes.io', 'x.app'];
    expect(shown(['app.kubernetes.io/*'], ...keys)).to.deep.equal(keys.slice(0, 2));
    expect(shown(['*.app'], ...keys)).to.deep.equal(['x.app']);
    expect(shown(['a*name'], ...keys)).to.deep.equal(['app.kubernetes.io/name']);
    expect(shown(['aba*aba'], 'aba', 'ababa', 'abaaba', 'aba-aba')).to.deep.equal([
      'abaaba',
      'aba-aba',
    ]);
  });

  it('is undefined without patterns', () => {
    expect(keyFilter([])).to.equal(undefined);
  });
});

describe('an allow-list', () => {
  const plurals = ['deployments', 'nodes', 'pods'];
  const parse = (text: string): Record<string, readonly string[]> =>
    Object.fromEntries(parseAllowList('--metric-labels-allowlist', text, plurals));

  const lists = {
    '': {},
    'pods=[app]': { pods: ['app'] },
    'pods=[app,tier],nodes=[*]': { pods: ['app', 'tier'], nodes: ['*'] },
    ' pods =[ app , tier ] ,\n nodes=[a/b*]\n': { pods: ['app', 'tier'], nodes: ['a/b*'] },
    'pods=[]': { pods: [] },
    'pods=[a],pods=[b]': { pods: ['b'] },
    '*=[*]': { '*': ['*'] },
    'pods=[a],*=[b]': { '*': ['b'] },
  };
  for (const [text, list] of Object.entries(lists)) {
    it(`is parsed: ${JSON.stringify(text)}`, () => expect(parse(text)).to.deep.equal(list));
  }

  const refused: Readonly<Record<string, Facts>> = {
    pods: { expected: 'items such as pods=[app,tier] between commas', got: '"pods"' },
    'pods=app': { got: '"pods=app"' },
    'pods=[app': { got: '"pods=[app"' },
    'pods=[app]]': { got: '"pods=[app]]"' },
    'pods=[app],': { got: '"pods=[app],"' },
    'pods=[app];nodes=[*]': { got: '"pods=[app];nodes=[*]"' },
    'nodes=[*],pods=[a[b]]': { got: '"pods=[a[b]]"' },
    '=[app]': { got: '"=[app]"' },
    ',pods=[app]': { got: '",pods=[app]"' },
    'pods=[app,]': { got: '"pods=[app,]"' },
    'pods=[,app]': { got: '"pods=[,app]"' },
    'pods=[a=b]': { got: '"pods=[a=b]"' },
    'pods=[a*b*]': { expected: 'at most one * in a key', got: '"a*b*" for pods' },
    'pod=[app]': {
      expected: 'the plural of a resource',
      got: '"pod"',
      hint: 'did you mean pods?',
    },
    'gadgets=[app]': { got: '"gadgets"', hint: 'known are deployments, nodes, pods' },
  };
  for (const [text, facts] of Object.entries(refused)) {
    it(`is refused: ${text}`, () => {
      expectRefused(() => parse(text), { flag: '--metric-labels-allowlist', ...facts });
    });
  }
});
