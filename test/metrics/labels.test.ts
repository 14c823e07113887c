// Labels made of an object's keys: names, conflicts, order, and the allow-lists that choose them.
import { expect } from 'chai';
import fc from 'fast-check';
import { ConfigError } from '../../src/errors.ts';
import { keyFilter, parseAllowList } from '../../src/metrics/allowlist.ts';
import { everyKey, labelsOf } from '../../src/metrics/labels.ts';

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
  it('come in the order of their keys, capitals first, with their values', () => {
    const entries = { b: '1', 'a.b': '2', Z: '3', '10': '4', '9': '5' };
    expect(labelsOf('x', entries, everyKey)).to.deep.equal([
      ...[
        ['x_10', '4'],
        ['x_9', '5'],
        ['x_z', '3'],
        ['x_a_b', '2'],
        ['x_b', '1'],
      ],
    ]);
  });

  it('are numbered where keys come out as one name', () => {
    expect(namesOf('a-b', 'a.b', 'a_b', 'c')).to.deep.equal([
      ...['label_a_b_conflict1', 'label_a_b_conflict2', 'label_a_b_conflict3', 'label_c'],
    ]);
  });

  it('skip a number that another key has taken before', () => {
    expect(namesOf('A.b.conflict1', 'a-b', 'a.b')).to.deep.equal([
      ...['label_a_b_conflict1', 'label_a_b_conflict2', 'label_a_b_conflict3'],
    ]);
  });

  it('number a key whose own name was given away', () => {
    expect(namesOf('a-b', 'a.b', 'a_b_conflict1')).to.deep.equal([
      ...['label_a_b_conflict1', 'label_a_b_conflict2', 'label_a_b_conflict1_conflict1'],
    ]);
  });

  it('hold every value once, under a name that is valid and not used twice', () => {
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

  it('are those that the filter shows, and no others number them', () => {
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

  it('shows every key by a first *', () => {
    expect(shown(['*', 'app'], 'a', 'b/c')).to.deep.equal(['a', 'b/c']);
  });

  it('gives no meaning to a * that is not the first, as KSM does not', () => {
    expect(shown(['app', '*'], 'app', 'b')).to.deep.equal(['app']);
  });

  it('shows by a * in a pattern what has the text on both sides of it', () => {
    const keys = ['app.kubernetes.io/name', 'app.kubernetes.io/', 'app.kubernetes.io', 'x.app'];
    expect(shown(['app.kubernetes.io/*'], ...keys)).to.deep.equal(keys.slice(0, 2));
    expect(shown(['*.app'], ...keys)).to.deep.equal(['x.app']);
    expect(shown(['a*name'], ...keys)).to.deep.equal(['app.kubernetes.io/name']);
    expect(shown(['aba*aba'], 'aba', 'ababa', 'abaaba', 'aba-aba')).to.deep.equal([
      ...['abaaba', 'aba-aba'],
    ]);
  });

  it('is none without patterns', () => {
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
    it(`is read from ${JSON.stringify(text)}`, () => expect(parse(text)).to.deep.equal(list));
  }

  const refused = {
    pods: 'expected items such as pods=[app,tier] between commas, got "pods"',
    'pods=app': 'got "pods=app"',
    'pods=[app': 'got "pods=[app"',
    'pods=[app]]': 'got "pods=[app]]"',
    'pods=[app],': 'got "pods=[app],"',
    'pods=[app];nodes=[*]': 'got "pods=[app];nodes=[*]"',
    'nodes=[*],pods=[a[b]]': 'got "pods=[a[b]]"',
    '=[app]': 'got "=[app]"',
    ',pods=[app]': 'got ",pods=[app]"',
    'pods=[app,]': 'got "pods=[app,]"',
    'pods=[,app]': 'got "pods=[,app]"',
    'pods=[a=b]': 'got "pods=[a=b]"',
    'pods=[a*b*]': 'expected at most one * in a key, got "a*b*" for pods.',
    'pod=[app]': 'expected the plural of a resource, got "pod"; did you mean pods?',
    'gadgets=[app]': 'got "gadgets"; known are deployments, nodes, pods.',
  };
  for (const [text, words] of Object.entries(refused)) {
    it(`is refused in words: ${text}`, () => {
      expect(() => parse(text)).to.throw(ConfigError, /^--metric-labels-allowlist: /);
      expect(() => parse(text)).to.throw(ConfigError, words);
    });
  }
});
