// Ranges of hashes of uids: FNV-1a against known values, and shards that have each hash once.
import { expect } from 'chai';
import fc from 'fast-check';
import { fnv1a64 } from '../../src/lib/fnv1a.ts';
import { HashRanges, rangeOfShard } from '../../src/lib/hashRanges.ts';

const textOf = (uid: string): string => {
  const { high, low } = fnv1a64(uid);
  return [high, low].map((half) => half.toString(16).padStart(8, '0')).join('');
};

/** FNV-1a as its definition has it, in whole numbers of any size. */
function defined(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) {
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffff_ffff_ffff_ffffn;
  }
  return hash;
}

const uids = fc.oneof(fc.uuid(), fc.string({ unit: 'binary' }));

describe('FNV-1a of 64 bits', () => {
  // From the test suite of its authors.
  const known: [text: string, hash: string][] = [
    ['', 'cbf29ce484222325'],
    ['a', 'af63dc4c8601ec8c'],
    ['b', 'af63df4c8601f1a5'],
    ['foobar', '85944171f73967e8'],
    ['chongo was here!\n', '46810940eff5f915'],
  ];
  for (const [text, hash] of known) {
    it(`is ${hash} of ${JSON.stringify(text)}`, () => expect(textOf(text)).to.equal(hash));
  }

  it('is as defined, of any text', () => {
    fc.assert(
      fc.property(uids, (uid) => {
        expect(BigInt(`0x${textOf(uid)}`)).to.equal(defined(uid));
      }),
    );
  });
});

describe('Ranges of hashes', () => {
  const shard = (index: number, total: number) => new HashRanges([rangeOfShard(index, total)]);

  it('are written as the API server reads them', () => {
    expect(shard(0, 4).selector).to.equal(
      "shardRange(object.metadata.uid, '0x0000000000000000', '0x4000000000000000')",
    );
    expect(shard(2, 3).selector).to.equal(
      "shardRange(object.metadata.uid, '0xaaaaaaaaaaaaaaaa', '0x10000000000000000')",
    );
    const apart = new HashRanges([rangeOfShard(3, 4), rangeOfShard(0, 4)]);
    expect(apart.selector).to.equal(
      "shardRange(object.metadata.uid, '0x0000000000000000', '0x4000000000000000')" +
        " || shardRange(object.metadata.uid, '0xc000000000000000', '0x10000000000000000')",
    );
    expect(new HashRanges([]).selector).to.equal('');
  });

  it('have every hash once, for any number of shards', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (total) => {
        const some = [0, 1, 2, Math.floor(total / 2), total - 2, total - 1];
        for (const index of some.filter((one) => one >= 0 && one < total)) {
          const { start, end } = rangeOfShard(index, total);
          expect(start < end).to.equal(true);
          const before = index === 0 ? 0n : rangeOfShard(index - 1, total).end;
          expect(start, `the start of ${index} of ${total}`).to.equal(before);
        }
        expect(rangeOfShard(total - 1, total).end).to.equal(2n ** 64n);
      }),
    );
  });

  it('have a uid where its hash is in one of them', () => {
    const total = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(uids, total, (uid, shards) => {
        const owners = Array.from({ length: shards }, (_, i) => i).filter((i) =>
          shard(i, shards).has(uid),
        );
        expect(owners).to.deep.equal([Number((defined(uid) * BigInt(shards)) / 2n ** 64n)]);
      }),
    );
  });

  it('have a uid at the start of a range, and none at its end', () => {
    const hash = defined('a');
    expect(new HashRanges([{ start: hash, end: hash + 1n }]).has('a')).to.equal(true);
    expect(new HashRanges([{ start: hash - 1n, end: hash }]).has('a')).to.equal(false);
    expect(new HashRanges([{ start: hash, end: hash }]).has('a')).to.equal(false);
  });

  it('are one where they touch or overlap, and cover what they have', () => {
    const half = new HashRanges([rangeOfShard(1, 4), rangeOfShard(0, 4), rangeOfShard(1, 3)]);
    expect(half.ranges).to.deep.equal([{ start: 0n, end: rangeOfShard(1, 3).end }]);
    expect(half.covers(rangeOfShard(0, 2))).to.equal(true);
    expect(half.covers(rangeOfShard(1, 2))).to.equal(false);
    expect(half.isAll).to.equal(false);
    expect(half.share).to.be.closeTo(2 / 3, 1e-9);
    expect(new HashRanges([rangeOfShard(1, 2), rangeOfShard(0, 2)]).isAll).to.equal(true);
  });
});
