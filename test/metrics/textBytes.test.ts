// TextBytes: what is written to bytes is what strings of the same would be.
import { expect } from 'chai';
import fc from 'fast-check';
import { escapeLabelValue, formatNumber } from '../../src/metrics/text.ts';
import { fixedText, TextBytes } from '../../src/metrics/textBytes.ts';

const bytes = new TextBytes();
beforeEach(() => bytes.clear());

/** What `write` writes behind so many other bytes. */
function written(write: () => void, behind = 1): string {
  bytes.clear();
  bytes.addText('x'.repeat(behind));
  write();
  return bytes.text(behind, bytes.end);
}

const numbers: readonly number[] = [
  ...[0, -0, 1, 9, 10, 99, 100, 999_999, 1e6, 1_000_001, 1.5e6, 1e7, 1e10, 12e9, 1_700_000_000],
  ...[1e15, 2 ** 53 - 1, 2 ** 53, 1e21, -1, -1e7, 0.5, 1e-5, NaN, Infinity, -Infinity],
];

describe('the bytes of a text', () => {
  it('have numbers as formatNumber gives them', () => {
    const check = (value: number, behind: number): void => {
      expect(written(() => bytes.addNumber(value), behind)).to.equal(formatNumber(value));
    };
    for (const value of numbers) check(value, 1);
    fc.assert(fc.property(fc.maxSafeNat(), fc.nat({ max: 9 }), check));
    fc.assert(fc.property(fc.double(), fc.nat({ max: 9 }), check));
    expect(() => written(() => bytes.addNumber('5' as never))).to.throw(TypeError);
  });

  it('have values escaped, and of whatever script', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 80 }),
      fc.array(fc.nat({ max: 0xffff })).map((units) => String.fromCharCode(...units)),
      fc.string({ unit: fc.constantFrom('\\', '"', '\n', 'a', 'ß', '\u007f'), maxLength: 80 }),
    );
    fc.assert(
      fc.property(text, fc.nat({ max: 9 }), (value, behind) => {
        // UTF-8 has no halves of surrogate pairs.
        const expected = Buffer.from(value).toString();
        const escaped = Buffer.from(escapeLabelValue(value)).toString();
        expect(written(() => bytes.addEscaped(value), behind)).to.equal(escaped);
        const fixed = fixedText(value);
        expect(written(() => bytes.addFixed(fixed), behind)).to.equal(expected);
        expect(written(() => bytes.addText(value), behind)).to.equal(expected);
      }),
    );
  });

  it('repeat what stands before, also where that is long and the buffer grows', () => {
    const line = 'größer '.repeat(10_000);
    bytes.addText(line);
    const { end } = bytes;
    for (let i = 0; i < 9; i++) bytes.repeat(0, end);
    expect(bytes.text(0, bytes.end)).to.equal(line.repeat(10));
    expect(bytes.isEqual(0, end, end)).to.equal(true);
    expect(bytes.isEqual(0, end + 1, end)).to.equal(false);
  });

  it('keep no large buffer, and none of what stood in it', () => {
    bytes.addText('x'.repeat(2_000_000));
    bytes.clear();
    expect(bytes.buffer.length).to.be.below(100_000);
    bytes.addText('abc');
    bytes.pad();
    expect(bytes.end).to.equal(4);
    expect([...bytes.buffer.subarray(0, 4)]).to.deep.equal([97, 98, 99, 0]);
  });
});
