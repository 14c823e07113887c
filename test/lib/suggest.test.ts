// Which right word is meant by a mistyped one.
import { expect } from 'chai';
import { suggest } from '../../src/lib/suggest.ts';

const words = ['pods', 'nodes', 'services', 'deployments', 'demo', 'v'];

describe('The nearest word', () => {
  const rows: [typed: string, meant: string | undefined][] = [
    ['pod', 'pods'],
    ['podss', 'pods'],
    ['PODS', 'pods'],
    ['dmeo', 'demo'],
    ['nodez', 'nodes'],
    ['deploymnet', 'deployments'],
    ['service', 'services'],
    ['secrets', undefined],
    ['z', undefined],
    ['', undefined],
  ];
  for (const [typed, meant] of rows) {
    it(`to "${typed}" is ${meant ?? 'none'}`, () => expect(suggest(typed, words)).to.equal(meant));
  }
});
