// The comparison of two renderings: what is equal, and how differences are reported.
import { expect } from 'chai';
import { manifestsOf, type Place, placesBetween } from './compare.ts';
import { recorded, unrecorded } from './differences.ts';

const metadata = { name: 'x', namespace: 'n' };

const object = (kind: string, rest: object): string =>
  `---\n${JSON.stringify({ apiVersion: 'v1', kind, metadata, ...rest })}\n`;

const between = (theirs: string, ours: string): Place[] =>
  placesBetween(manifestsOf(theirs), manifestsOf(ours));

const inPod = (theirs: object, ours: object): Place[] =>
  between(object('Pod', theirs), object('Pod', ours));

describe('the comparison of two renderings', () => {
  it('ignores the order of objects and keys, and empty documents', () => {
    const theirs = `${object('Pod', { a: 1, b: 2 })}${object('Service', {})}`;
    const ours = `---\n# Nothing.\n${object('Service', {})}${object('Pod', { b: 2, a: 1 })}`;
    expect(between(theirs, ours)).to.deep.equal([]);
  });

  it('reports an object that one side lacks', () => {
    const [gone, added, ...rest] = between(object('Pod', {}), object('Service', {}));
    expect(gone).to.include({ object: 'Pod n/x', path: '', ours: undefined });
    expect(added).to.include({ object: 'Service n/x', path: '', theirs: undefined });
    expect(rest).to.deep.equal([]);
  });

  it('reports each different value by its path, also null against absent', () => {
    const theirs = { spec: { port: 80, scheme: null, same: {}, list: [] } };
    const ours = { spec: { port: '80', same: {}, list: {} } };
    expect(inPod(theirs, ours)).to.deep.equal([
      { object: 'Pod n/x', path: 'spec.port', theirs: 80, ours: '80' },
      { object: 'Pod n/x', path: 'spec.scheme', theirs: null, ours: undefined },
      { object: 'Pod n/x', path: 'spec.list', theirs: [], ours: {} },
    ]);
  });

  for (const [what, theirs, ours, expected] of [
    ['flags', ['--a=1', '--b'], ['--a=2', '--b'], ['list[--a]']],
    [
      'objects',
      [{ name: 'a', x: 1 }],
      [{ name: 'b' }, { name: 'a', x: 2 }],
      ['list[a].x', 'list[b]'],
    ],
    ['ports', [{ port: 1 }], [{ port: 2 }], ['list[1]', 'list[2]']],
    ['rules', [{ resources: ['a', 'b'] }], [{ resources: ['a'] }], ['list[a+b]', 'list[a]']],
    ['all else, by its place', ['a', 'b'], ['a', 'c'], ['list[1]']],
    ['two of one name', ['--a', '--a'], ['--a', '--a', '--a'], ['list[2]']],
    ['an order that differs', ['--a', '--b', '--c'], ['--c', '--a'], ['list[--b]', 'list order']],
  ] as const) {
    it(`names items of lists: ${what}`, () => {
      const places = inPod({ list: theirs }, { list: ours });
      expect(places.map(({ path }) => path)).to.deep.equal(expected);
    });
  }

  it('rejects two objects of one name, and malformed YAML', () => {
    const twice = manifestsOf(object('Pod', {}) + object('Pod', {}));
    expect(() => placesBetween(twice, [])).to.throw('rendered twice: v1 Pod n/x');
    expect(() => manifestsOf('a: {')).to.throw();
  });
});

describe('the list of differences', () => {
  it('has a reason for each, once', () => {
    const rows = [...recorded, ...unrecorded];
    for (const { what, theirs, ours, why } of rows) {
      expect([what, theirs, ours].join('')).to.not.match(/\||\n/);
      expect(why).to.match(/^[A-Z].*\.$/);
    }
    expect(new Set(rows.map(({ what }) => what)).size)
      .to.equal(rows.length)
      .and.be.above(0);
  });
});
