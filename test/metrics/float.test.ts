// parseFloat64, against the results of Go's ParseFloat in floats.tsv.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseFloat64 } from '../../src/metrics/float.ts';

describe('parseFloat64', () => {
  const rows = readFileSync(join(import.meta.dirname, 'floats.tsv'), 'utf8')
    .trim()
    .split('\n')
    .map((row) => row.split('\t') as [text: string, bits: string]);

  it('returns the value of Go, to the last bit', () => {
    const wellFormed = rows.filter(([, bits]) => bits !== 'none');
    expect(wellFormed).to.have.length.above(250);
    for (const [text, bits] of wellFormed) {
      const expected = Buffer.from(bits, 'hex').readDoubleBE();
      expect(Object.is(parseFloat64(JSON.parse(text)), expected), text).to.equal(true);
    }
  });

  it('returns undefined where Go returns an error', () => {
    const malformed = rows.filter(([, bits]) => bits === 'none');
    expect(malformed).to.have.length.above(60);
    for (const [text] of malformed) {
      expect(parseFloat64(JSON.parse(text)), text).to.equal(undefined);
    }
  });
});
