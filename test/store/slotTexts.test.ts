// SlotTexts: the texts of new objects stay what they are while others come, go and use their pages.
import { expect } from 'chai';
import fc from 'fast-check';
import { SlotTexts, type Text, TextPages } from '../../src/store/slotTexts.ts';
import { textRenderer } from '../support/textRenderer.ts';

const families = 3;
const textOf = (text: Text | undefined): string | undefined =>
  text?.buffer.toString('utf8', text.start, text.end);

interface Held {
  readonly slot: SlotTexts;
  readonly texts: readonly string[];
}

/** One object's texts: short ones, none, and some that need a page of their own. */
const lengths = fc.array(fc.oneof(fc.nat({ max: 30 }), fc.constantFrom(0, 9_000, 70_000)), {
  minLength: families,
  maxLength: families,
});

describe('the texts of new objects', () => {
  it('are what was rendered until they are released', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(lengths, fc.nat(), fc.boolean())), (steps) => {
        const pages = new TextPages();
        const held: Held[] = [];
        for (const [i, [sizes, at, releases]] of steps.entries()) {
          const texts = sizes.map((size) => (size === 0 ? '' : `${i} ${'ü'.repeat(size)}\n`));
          const names = texts.map((_, family) => `f${family}`);
          const rendered = textRenderer(names, () => texts).renderAll({ metadata: { name: 'a' } });
          held.push({ slot: new SlotTexts(families, pages.pack(rendered)), texts });
          if (releases) held.splice(at % held.length, 1)[0]?.slot.release();
          for (const { slot, texts: expected } of held) {
            for (const [family, text] of expected.entries()) {
              const got = slot.get(family);
              expect(textOf(got) ?? '').to.equal(text);
              expect(slot.lengthOf(family) ?? 0).to.equal(Buffer.byteLength(text));
              expect(got?.series ?? 0).to.equal(text === '' ? 0 : 1);
            }
          }
        }
      }),
    );
  });

  it('use the pages of those that were released', () => {
    const pages = new TextPages();
    const renderer = textRenderer(['f'], () => ['x'.repeat(40_000)]);
    const buffers = new Set<Buffer | undefined>();
    for (let i = 0; i < 100; i++) {
      const slot = new SlotTexts(1, pages.pack(renderer.renderAll({ metadata: { name: 'a' } })));
      buffers.add(slot.get(0)?.buffer);
      slot.release();
    }
    expect(buffers.size).to.be.at.most(2);
  });

  it('give way to the texts of single families, and to none', () => {
    const renderer = textRenderer(['a', 'b', 'c'], () => ['a 1\n', 'b 1\n', '']);
    const packed = new TextPages().pack(renderer.renderAll({ metadata: { name: 'a' } }));
    const slot = new SlotTexts(families, packed);
    slot.set(0, { buffer: Buffer.from('a 22\n'), start: 0, end: 5, series: 1 });
    slot.set(1, undefined);
    const all = [0, 1, 2].map((family) => [textOf(slot.get(family)), slot.lengthOf(family)]);
    expect(all).to.deep.equal([
      ['a 22\n', 5],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });
});
