// --object-selector and --namespace-selector: the selector of each resource, and what is refused.
import { expect } from 'chai';
import { refuseUnknownResource } from '../../src/metrics/allowlist.ts';
import { objectSelectors } from '../../src/metrics/objectSelectors.ts';
import { expectRefused, type Facts } from '../support/refusal.ts';

const known = ['pods', 'namespaces', 'orders.example.com'];
const read = (objects: string[], namespaces?: string) =>
  objectSelectors({ objectSelectors: objects, namespaceSelector: namespaces }, (flag, name) =>
    refuseUnknownResource(flag, name, known),
  );

describe('Object selectors', () => {
  it('are undefined for a resource that has none', () => {
    expect(read([]).of(['pods'])).to.equal(undefined);
    expect(read(['namespaces:a'], 'team=a').of(['pods'])).to.equal(undefined);
  });

  it('are those of the resource, by any of its names; several must all match', () => {
    const all = read(['pods:team=a', 'orders.example.com: !b ', 'pods : tier in (x,y)']);
    expect(all.of(['pods'])).to.equal('team=a,tier in (x,y)');
    expect(all.of(['orders.v1.example.com', 'orders.example.com', 'orders'])).to.equal('!b');
  });

  it('are, of namespaces, also that of --namespace-selector', () => {
    expect(read([], 'team=a').of(['namespaces'])).to.equal('team=a');
    expect(read(['namespaces:b'], 'team=a').of(['namespaces'])).to.equal('b,team=a');
  });

  it('are unused as long as no resource has asked for them', () => {
    const all = read(['pods:a', 'orders.example.com:b']);
    all.of(['pods']);
    expect(all.unused()).to.deep.equal([{ resource: 'orders.example.com', selector: 'b' }]);
  });

  const flag = '--object-selector';
  const expected = 'a resource and its label selector such as pods:team=a';
  const hint = 'leave the flag out to select everything';
  const nothing = { expected: 'a label selector such as team=a,tier!=db', got: 'nothing', hint };
  const rows: [objects: string[], namespaces: string | undefined, facts: Facts][] = [
    [['team=a'], undefined, { flag, expected, got: '"team=a"' }],
    [[':team=a'], undefined, { flag, expected, got: '":team=a"' }],
    [['pods:'], undefined, { flag, ...nothing }],
    [['pod:a'], undefined, { flag, got: '"pod"', hint: 'did you mean pods?' }],
    [
      ['pods:a=b,,'],
      undefined,
      { flag, expected: 'the key of a label', got: '"," at character 5 in "a=b,,"' },
    ],
    [[], ' ', { flag: '--namespace-selector', ...nothing }],
    [
      [],
      'team in a',
      {
        flag: '--namespace-selector',
        expected: '( after in',
        got: '"a" at character 9 in "team in a"',
      },
    ],
  ];
  for (const [objects, namespaces, facts] of rows) {
    it(`are refused: ${[...objects, namespaces].filter(Boolean).join()}`, () => {
      expectRefused(() => read(objects, namespaces), facts);
    });
  }
});
