// Whose the memory is: the owners add up to the resident set, whatever estimates say.
import { expect } from 'chai';
import { memoryReport, type ProcessMemory, processMemory } from '../../src/app/memoryOwners.ts';
import type { StoreMemory } from '../../src/store/types.ts';

const mib = 2 ** 20;
const stores: StoreMemory = {
  cold: 10 * mib,
  hot: 5 * mib,
  pending: mib,
  indexInBuffers: 2 * mib,
  indexInHeap: 8 * mib,
  untouched: 3 * mib,
};
const memory: ProcessMemory = {
  resident: 150 * mib,
  external: 25 * mib,
  young: 4 * mib,
  old: 40 * mib,
};
const container = { usedBytes: 140 * mib, limitBytes: 256 * mib };

const reportOf = (given: Partial<ProcessMemory>, of: Partial<StoreMemory> = {}) =>
  memoryReport({
    memory: { ...memory, ...given },
    stores: { ...stores, ...of },
    heap: { read: () => ({ usedBytes: 1, limitBytes: 2 }), onCollected: () => () => undefined },
    container: { read: () => container },
  });

describe('the owners of memory', () => {
  it('are text, index, buffers, the heap and the rest, each counted once', () => {
    const { owners, residentBytes, heap, container: use } = reportOf({});
    expect(owners.map(({ bytes }) => bytes / mib)).to.deep.equal([10, 5, 1, 2, 8, 4, 32, 4, 84]);
    expect(owners.filter(({ estimate }) => estimate).map(({ name }) => name)).to.deep.equal([
      'Index: objects, blocks and segments',
    ]);
    expect(residentBytes).to.equal(150 * mib);
    expect(heap).to.deep.equal({ usedBytes: 1, limitBytes: 2 });
    expect(use).to.equal(container);
  });

  for (const [what, given, of] of [
    ['where little is resident', { resident: 20 * mib }, {}],
    ['where text is counted that was freed already', { external: mib }, {}],
    ['where the index is estimated above the whole heap', {}, { indexInHeap: 999 * mib }],
    ['where more is untouched than there is', {}, { untouched: 99 * mib }],
    [
      'where nothing is stored',
      {},
      { cold: 0, hot: 0, pending: 0, indexInBuffers: 0, indexInHeap: 0, untouched: 0 },
    ],
  ] as const) {
    it(`add up to the resident set ${what}, and none but the rest is negative`, () => {
      const { owners, residentBytes } = reportOf(given, of);
      expect(owners.reduce((sum, { bytes }) => sum + bytes, 0)).to.equal(residentBytes);
      for (const { name, bytes } of owners.slice(0, -1)) expect(bytes, name).to.be.at.least(0);
    });
  }

  it('are read from this process', () => {
    const usage = process.memoryUsage();
    const read = processMemory(usage);
    expect(read.resident).to.equal(usage.rss);
    expect(read.young).to.be.above(0);
    expect(read.old).to.be.above(mib);
    expect(read.young + read.old).to.be.at.most(2 * usage.rss);
  });
});
