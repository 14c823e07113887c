// The default of --hot-text-limit by the memory of the container.
import { expect } from 'chai';
import { hotTextLimitOf } from '../../src/app/hotTextLimit.ts';

const MIB = 2 ** 20;
const cases: readonly (readonly [memory: number, limit: number])[] = [
  [64 * MIB, 0],
  [128 * MIB, 8 * MIB],
  [256 * MIB, 40 * MIB],
  [400 * MIB, 76 * MIB],
  [512 * MIB, 100e6],
  [64 * 1024 * MIB, 100e6],
];

describe('the default of --hot-text-limit', () => {
  for (const [memory, limit] of cases) {
    it(`is ${limit} bytes with ${memory / MIB} MiB of memory`, () => {
      expect(hotTextLimitOf(memory)).to.equal(limit);
    });
  }
});
