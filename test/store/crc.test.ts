// CRC-32s that are joined, against zlib's of the whole.
import { crc32 } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { joinCrc, operatorOf } from '../../src/store/crc.ts';

const joined = (first: Uint8Array, second: Uint8Array): number =>
  joinCrc(crc32(first), crc32(second), operatorOf(second.length));

describe('a CRC-32 of parts', () => {
  it('is that of the whole', () => {
    const bytes = fc.uint8Array({ maxLength: 700 });
    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        expect(joined(first, second)).to.equal(crc32(Buffer.concat([first, second])));
      }),
    );
  });

  it('is that of the whole where the second part has a length of several bytes', () => {
    const first = Buffer.from('first');
    for (const length of [255, 256, 65_535, 65_536, 2 ** 24 + 2 ** 16 + 257]) {
      const second = Buffer.alloc(length, 'second');
      expect(joined(first, second), `${length}`).to.equal(crc32(second, crc32(first)));
    }
  });
});
