// The shard of a uid, against Go's own hash.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { shardOf } from '../../src/sync/shardHash.ts';

const totals = [1, 2, 3, 5, 16, 100, 1000, 1_000_000];

describe('the shard of a uid', () => {
  it('is the one that Go computes', () => {
    const rows = readFileSync(join(import.meta.dirname, 'shards.tsv'), 'utf8')
      .trim()
      .split('\n');
    expect(rows).to.have.length.above(150);
    for (const row of rows) {
      const [uid = '', ...shards] = row.split('\t');
      const computed = totals.map((total) => shardOf(JSON.parse(uid), total));
      expect(computed, uid).to.deep.equal(shards.map(Number));
    }
  });

  it('is one of the shards, and moves only to new ones when their number grows', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 1, max: 5000 }),
        (uid, total) => {
          const before = shardOf(uid, total);
          const after = shardOf(uid, total + 1);
          expect(before).to.be.within(0, total - 1);
          expect(after).to.be.oneOf([before, total]);
        },
      ),
    );
  });
});
