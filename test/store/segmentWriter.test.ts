// SegmentWriter: how much memory the text of a block takes, whatever changes in it.
import { expect } from 'chai';
import fc from 'fast-check';
import { BlockText, slotsMax } from '../../src/store/segment.ts';
import { SegmentWriter } from '../../src/store/segmentWriter.ts';
import { SlotTexts } from '../../src/store/slotTexts.ts';

const families = 20;
const linesOf = (text: string): number => text.split('\n').length - 1;

/** A block's text, and the same as strings by family and slot. */
class Run {
  readonly #writer = new SegmentWriter();
  readonly #model = Array.from({ length: families }, () => new Array<string>(slotsMax).fill(''));
  text = new BlockText(new Array<undefined>(families).fill(undefined));
  #now = 0;

  change(changed: readonly (readonly [family: number, slot: number, text: string])[]): void {
    const changes = Array.from({ length: slotsMax }, () => new SlotTexts(families));
    for (const [family, slot, text] of changed) {
      const buffer = Buffer.from(text);
      const series = linesOf(text);
      changes[slot]?.set(family, { buffer, start: 0, end: buffer.length, series });
    }
    const lengths = { lengthOf: this.#lengthOf };
    this.text = this.#writer.write({ from: this.text, lengths, changes, nowMs: ++this.#now });
    for (const [family, slot, text] of changed) (this.#model[family] as string[])[slot] = text;
  }

  readonly #lengthOf = (family: number, slot: number): number =>
    this.#model[family]?.[slot]?.length ?? 0;

  cool(ago: number): void {
    this.text = this.#writer.compress(this.text, this.#now - ago);
  }

  check(): void {
    for (const [family, segment] of this.text.segments.entries()) {
      const text = this.#model[family]?.join('') ?? '';
      expect(segment?.textBytes ?? 0).to.equal(text.length);
      expect(segment?.series ?? 0).to.equal(linesOf(text));
      if (segment === undefined) continue;
      const target = Buffer.alloc(segment.textBytes);
      this.#writer.copyText(segment, target, 0);
      expect(target.toString()).to.equal(text);
    }
    const buffers = new Set(this.text.segments.flatMap((one) => (one?.hot ? [one.buffer] : [])));
    const held = [...buffers].reduce((sum, { length }) => sum + length, 0);
    expect(held).to.be.at.most(2 * this.text.hotBytes);
    const cold = new Set(this.text.segments.flatMap((one) => (one?.hot === false ? [one] : [])));
    const coldBytes = [...cold].reduce((sum, { bytes }) => sum + bytes, 0);
    expect(coldBytes).to.equal(this.text.storedBytes - this.text.hotBytes);
  }
}

const change = fc.tuple(
  fc.nat({ max: families - 1 }),
  fc.nat({ max: slotsMax - 1 }),
  fc.integer({ min: 0, max: 300 }).map((length) => 'abcd\ng'.repeat(50).slice(0, length)),
);
const step = fc.oneof(
  fc.array(change, { maxLength: 60 }),
  fc.array(change, { maxLength: 3 }),
  fc.nat({ max: 3 }),
);

describe('the text of a block', () => {
  it('is what was written, and takes at most twice its hot length', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const run = new Run();
        for (const one of steps) {
          if (typeof one === 'number') run.cool(one);
          else run.change(one);
          run.check();
        }
      }),
    );
  });

  it('has its cold segments in one buffer, exactly as long as they are', () => {
    const run = new Run();
    for (let i = 0; i < families; i++) run.change([[i, 0, `x{i="${i}"} 1\n`]]);
    for (const ago of [15, 10, 5, 0]) run.cool(ago);
    const buffers = new Set(run.text.segments.map((segment) => segment?.buffer));
    expect(run.text.hotBytes).to.equal(0);
    expect([...buffers].map((buffer) => buffer?.length)).to.deep.equal([run.text.storedBytes]);
  });
});
