// BlockIndex: hashes and lengths of texts, by columns that are shared with other blocks.
import { expect } from 'chai';
import fc from 'fast-check';
import { BlockIndex, FamilyColumns } from '../../src/store/blockIndex.ts';
import { slotsMax } from '../../src/store/segment.ts';

const families = 200;
/** A column: 32 hashes of 8 bytes and 32 lengths of 2. */
const columnBytes = 320;

const half = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff_ffff }));
const step = fc.record({
  block: fc.nat({ max: 2 }),
  family: fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: families - 1 })),
  slot: fc.nat({ max: slotsMax - 1 }),
  hash: fc.tuple(half, half),
  length: fc.oneof(fc.nat({ max: 70_000 }), fc.constantFrom(0, 0xffff, 0x1_0000)),
});

describe('the index of a block', () => {
  it('keeps the hash and the length of each text, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const columns = new FamilyColumns(families);
        const blocks = [0, 1, 2].map(() => new BlockIndex(columns));
        const model = blocks.map(() => new Map<string, (typeof steps)[number]>());
        for (const one of steps) {
          const { block, family, slot, hash, length } = one;
          blocks[block]?.setHash(family, slot, ...hash);
          blocks[block]?.setLength(family, slot, length);
          model[block]?.set(`${family}/${slot}`, one);
        }
        for (const [i, block] of blocks.entries()) {
          for (const { family } of steps) {
            for (let slot = 0; slot < slotsMax; slot++) {
              const { hash = [0, 0] as const, length = 0 } =
                model[i]?.get(`${family}/${slot}`) ?? {};
              expect(block.hashOf(family, slot)).to.deep.equal(hash);
              expect(block.hasHash(family, slot, ...hash)).to.equal(true);
              expect(block.hasHash(family, slot, (hash[0] ^ 1) >>> 0, hash[1])).to.equal(false);
              expect(block.hasHash(family, slot, hash[0], (hash[1] ^ 1) >>> 0)).to.equal(false);
              expect(block.lengthOf(family, slot)).to.equal(length);
            }
          }
        }
      }),
    );
  });

  it('takes all hashes of a new object at once, and needs no memory for its empty texts', () => {
    const index = new BlockIndex(new FamilyColumns(3));
    index.fill(4, Uint32Array.of(1, 0, 0, 0, 0, 2));
    const slots = [3, 4, 5].map((slot) => [0, 1, 2].map((family) => index.hashOf(family, slot)));
    const none = [0, 0];
    expect(slots).to.deep.equal([
      [none, none, none],
      [[1, 0], none, [0, 2]],
      [none, none, none],
    ]);
    expect(index.bytes.needed).to.equal(2 * columnBytes);
  });

  it('needs memory for the families that have text in its block, in the order they came', () => {
    const columns = new FamilyColumns(families);
    const [first, second] = [new BlockIndex(columns), new BlockIndex(columns)];
    const taken = first.bytes.untouched;
    expect(first.bytes.needed).to.equal(0);
    for (const family of [150, 7, 90]) first.setHash(family, 3, 1, 2);
    expect(first.bytes).to.deep.equal({
      needed: 3 * columnBytes,
      untouched: taken - 3 * columnBytes,
    });
    second.setHash(7, 0, 1, 2);
    expect(second.bytes.needed).to.equal(2 * columnBytes);
  });

  it('needs no memory for texts that are empty', () => {
    const index = new BlockIndex(new FamilyColumns(families));
    for (let family = 0; family < families; family++) {
      index.setHash(family, 0, 0, 0);
      index.setLength(family, 0, 0);
    }
    expect(index.bytes.needed).to.equal(0);
  });

  it('counts what a length of over 64 KiB takes', () => {
    const index = new BlockIndex(new FamilyColumns(families));
    index.setHash(5, 0, 1, 2);
    index.setLength(5, 0, 0x1_0000);
    expect(index.bytes.needed).to.equal(columnBytes + 4 * families * slotsMax);
  });
});
