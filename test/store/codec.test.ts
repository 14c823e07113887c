// Codecs: texts of any length take the round trip, alone, joined, and after an error.
import { constants, inflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { type Codec, openCodec, PersistentCodec, PublicCodec } from '../../src/store/codec.ts';

/** Text like that of a family: lines that differ little. */
function textOf(bytes: number): Buffer {
  const lines: string[] = [];
  for (let size = 0, i = 0; size < bytes; i++) {
    const line = `kube_pod_info{namespace="a",pod="p-${i}",uid="${(i * 7919) % 65_537}"} 1\n`;
    size += line.length;
    lines.push(line);
  }
  return Buffer.from(lines.join('')).subarray(0, bytes);
}

/** Bytes that deflate cannot make smaller. */
function noise(bytes: number): Buffer {
  const made = Buffer.alloc(bytes);
  for (let i = 0, seed = 1; i < bytes; i++) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    made[i] = seed >>> 16;
  }
  return made;
}

const all = (buffer: Buffer) => ({ buffer, start: 0, end: buffer.length });
const texts = [0, 1, 2, 1_000, 65_535, 65_536, 65_537, 131_072, 5_000_000].flatMap((bytes) => [
  textOf(bytes),
  noise(bytes),
]);

for (const [name, open] of [
  ['the persistent codec', () => new PersistentCodec()],
  ['the public codec', () => new PublicCodec()],
] as const) {
  describe(name, () => {
    let codec: Codec;
    beforeEach(() => {
      codec = open();
    });

    const roundTrip = (text: Buffer, segment: Buffer): void => {
      const target = Buffer.alloc(text.length + 7, 0x2e);
      codec.inflateInto(all(segment), target, 3, text.length);
      const [before, made, after] = [
        target.subarray(0, 3),
        target.subarray(3, 3 + text.length),
        target.subarray(4 + text.length),
      ];
      expect(made.equals(text)).to.equal(true);
      expect(`${before}${after}`).to.equal('......');
    };

    it('takes texts of any length there and back, in any order', () => {
      const segments = texts.map((text) => Buffer.from(codec.deflate(all(text))));
      for (const [i, text] of texts.entries()) roundTrip(text, segments[i] as Buffer);
      for (const [i, text] of [...texts.entries()].reverse()) {
        roundTrip(text, segments[i] as Buffer);
      }
    });

    it('fills a target to its last byte', () => {
      for (const text of texts) {
        const target = Buffer.alloc(text.length);
        const segment = Buffer.from(codec.deflate(all(text)));
        for (let i = 0; i < 2; i++) codec.inflateInto(all(segment), target, 0, text.length);
        expect(target.equals(text)).to.equal(true);
      }
    });

    it('makes segments that can be joined in any order', () => {
      const segments = texts.map((text) => Buffer.from(codec.deflate(all(text)))).reverse();
      const joined = inflateRawSync(Buffer.concat(segments), {
        finishFlush: constants.Z_SYNC_FLUSH,
      });
      expect(joined.equals(Buffer.concat([...texts].reverse()))).to.equal(true);
    });

    it('deflates and inflates parts of a buffer', () => {
      const text = textOf(1_000);
      const part = { buffer: text, start: 100, end: 300 };
      const segment = Buffer.concat([noise(9), codec.deflate(part), noise(9)]);
      const target = Buffer.alloc(200);
      const bytes = { buffer: segment, start: 9, end: segment.length - 9 };
      codec.inflateInto(bytes, target, 0, 200);
      expect(target.equals(text.subarray(100, 300))).to.equal(true);
    });

    it('throws for what is no segment or has another length, and works on', () => {
      const text = textOf(1_000);
      const segment = Buffer.from(codec.deflate(all(text)));
      const target = Buffer.alloc(2_000);
      for (let i = 0; i < 3; i++) {
        expect(() => codec.inflateInto(all(noise(100)), target, 0, 1_000)).to.throw();
        for (const bytes of [10, 999, 1_001]) {
          expect(() => codec.inflateInto(all(segment), target, 0, bytes)).to.throw('bytes, got');
        }
        roundTrip(text, segment);
      }
    });
  });
}

describe('opening a codec', () => {
  it('prefers the persistent one', () => {
    expect(openCodec()).to.be.instanceOf(PersistentCodec);
  });

  it('falls back to the public one where the private calls are missing or do other things', () => {
    const missing = (): Codec => {
      throw new TypeError('writeSync is not a function');
    };
    const wrong = (): Codec => ({
      deflate: () => Buffer.from('x'),
      inflateInto: () => undefined,
    });
    for (const open of [missing, wrong]) {
      expect(openCodec(open)).to.be.instanceOf(PublicCodec);
    }
  });
});
