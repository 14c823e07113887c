// Bytes as people read them.
import { expect } from 'chai';
import { sizeText } from '../../src/lib/sizeText.ts';

describe('sizeText', () => {
  const sizes: readonly [bytes: number, text: string][] = [
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.0 KiB'],
    [1_440, '1.4 KiB'],
    [10_188, '9.9 KiB'],
    [10_189, '10 KiB'],
    [1_023_487, '999 KiB'],
    [1_023_488, '1.0 MiB'],
    [3 * 1024 ** 3, '3.0 GiB'],
    [5_000 * 1024 ** 4, '5000 TiB'],
  ];
  for (const [bytes, text] of sizes) {
    it(`writes ${bytes} as ${text}`, () => {
      expect(sizeText(bytes)).to.equal(text);
    });
  }
});
