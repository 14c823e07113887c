// Shares as people read them.
import { expect } from 'chai';
import { shareText } from '../../src/lib/shareText.ts';

describe('shareText', () => {
  const shares: readonly [part: number, whole: number, text: string][] = [
    [0, 10, '0 %'],
    [1, 0, '0 %'],
    [0, 0, '0 %'],
    [1, 100_000, '< 0.1 %'],
    [4, 10_000, '< 0.1 %'],
    [6, 10_000, '0.1 %'],
    [123, 10_000, '1.2 %'],
    [5, 10, '50.0 %'],
    [99_940, 100_000, '99.9 %'],
    [99_999, 100_000, '> 99.9 %'],
    [10, 10, '100 %'],
  ];
  for (const [part, whole, text] of shares) {
    it(`writes ${part} of ${whole} as ${text}`, () => {
      expect(shareText(part, whole)).to.equal(text);
    });
  }
});
