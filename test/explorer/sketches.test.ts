// How values are counted: exactly up to a bound, and how far off the sketch is beyond it.
import { expect } from 'chai';
import { seededRandom } from '../../src/demo/random.ts';
import { HyperLogLog } from '../../src/explorer/hyperLogLog.ts';
import {
  LabelValues,
  sketchedMax,
  valueBytesMax,
  valuesMax,
} from '../../src/explorer/labelValues.ts';

const roomy = () => ({ bytes: 64 * 1024 * 1024 });

function counted(values: Iterable<string>, budget = roomy()): LabelValues {
  const label = new LabelValues(budget);
  for (const value of values) {
    const bytes = Buffer.from(value);
    label.add(bytes, 0, bytes.length);
  }
  return label;
}

function* numbered(count: number, name = 'value'): Generator<string> {
  for (let i = 0; i < count; i++) yield `${name}-${i}`;
}

describe('HyperLogLog', () => {
  for (const count of [0, 1, 10, 1_000, 20_000, 60_000, 200_000, 1_000_000]) {
    it(`is within 3 % of ${count} values`, () => {
      const random = seededRandom(count + 1);
      const bits = (): number => (random() * 2 ** 32) | 0;
      const sketch = new HyperLogLog();
      for (let i = 0; i < count; i++) {
        const [a, b] = [bits(), bits()];
        sketch.add(a, b);
        // What comes again changes nothing.
        sketch.add(a, b);
      }
      expect(sketch.count).to.be.within(Math.floor(count * 0.97), Math.ceil(count * 1.03));
    });
  }
});

describe('the values of a label', () => {
  it('are counted exactly up to the bound, with the most frequent ones first', () => {
    const values = [...numbered(valuesMax), ...numbered(3), ...numbered(1)];
    const label = counted(values);
    expect(label.exact).to.equal(true);
    expect(label.count).to.equal(valuesMax);
    expect(label.top(4).map(({ value, series }) => [value, series])).to.deep.equal([
      ['value-0', 3],
      ['value-1', 2],
      ['value-2', 2],
      ['value-10', 1].with(0, label.top(4)[3]?.value ?? ''),
    ]);
  });

  it('are sketched beyond it: a million values, and the frequent ones among them', () => {
    const budget = roomy();
    const label = new LabelValues(budget);
    const add = (value: string): void => {
      const bytes = Buffer.from(value);
      label.add(bytes, 0, bytes.length);
    };
    for (let i = 0; i < 1_000_000; i++) {
      add(`value-${i}`);
      if (i % 100 === 0) add('frequent');
      if (i % 200 === 0) add('less frequent');
    }
    expect(label.exact).to.equal(false);
    expect(label.count).to.be.within(970_000, 1_030_000);
    const [first, second, ...others] = label.top(10);
    // Never more than there are, and too low by the series over half of the table at most.
    const off = Math.ceil(1_015_000 / (sketchedMax / 2));
    expect(first?.value).to.equal('frequent');
    expect(first?.series).to.be.within(10_000 - off, 10_000);
    expect(second?.value).to.equal('less frequent');
    expect(second?.series).to.be.within(5_000 - off, 5_000);
    for (const { series } of others) expect(series).to.equal(1);
  });

  it('share a budget of memory: a label that gets no more of it is sketched', () => {
    const budget = { bytes: 256 * 1024 };
    const label = counted(numbered(50_000), budget);
    expect(label.exact).to.equal(false);
    expect(label.count).to.be.within(48_500, 51_500);
    expect(budget.bytes).to.be.above(-8 * 1024);
    // Another one has a few values for itself, and gets them right as long as they are few.
    const other = counted(numbered(20), budget);
    expect(other.exact).to.equal(true);
    expect(other.count).to.equal(20);
    const many = counted(numbered(20_000), budget);
    expect(many.exact).to.equal(false);
    expect(many.count).to.be.within(19_400, 20_600);
  });

  it('are shown without escapes, and long ones cut between two characters', () => {
    const long = 'ü'.repeat(valueBytesMax);
    const label = counted(['a\\"b\\\\c\\nd', `x${long}`, '']);
    const shown = label.top(3).map(({ value }) => value);
    expect(shown).to.have.members(['', 'a"b\\c\nd', `x${'ü'.repeat(valueBytesMax / 2 - 1)}…`]);
  });

  it('have weights, which are summed by value', () => {
    const label = new LabelValues(roomy());
    const add = (value: string, weight: number): void => {
      const bytes = Buffer.from(value);
      label.addWeight(label.add(bytes, 0, bytes.length), weight);
    };
    for (let i = 0; i < 1_000; i++) add(`ns-${i % 100}`, i % 100);
    expect(label.top(100).every(({ series }) => series === 10)).to.equal(true);
    const found = label.top(100).find(({ value }) => value === 'ns-42');
    expect(found).to.deep.equal({ value: 'ns-42', series: 10, weight: 420 });
  });
});
