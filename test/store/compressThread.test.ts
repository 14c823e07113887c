// CompressThread: long lists on a thread, with the same result as on ours, whatever becomes of it.
import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { systemClock } from '../../src/lib/clock.ts';
import { CompressThread, type Thread } from '../../src/store/compressThread.ts';
import { BlockText, slotsMax } from '../../src/store/segment.ts';
import { type Rewrite, SegmentWriter } from '../../src/store/segmentWriter.ts';
import { SlotTexts } from '../../src/store/slotTexts.ts';
import { TestClock } from '../support/clock.ts';

const families = 5;
const empty = new BlockText(new Array<undefined>(families).fill(undefined));

/** A new block; the second family has no text, the fourth has it in some slots only. */
function blockOf(number: number): Rewrite {
  const changes = Array.from({ length: slotsMax }, (_, slot) => {
    const texts = new SlotTexts(families);
    for (let family = 0; family < families; family++) {
      if (family === 1 || (family === 3 && slot < 20)) continue;
      const buffer = Buffer.from(`f${family}{block="${number}",slot="${slot}"} 1\n`.repeat(family));
      texts.set(family, { buffer, start: 0, end: buffer.length, series: family });
    }
    return texts;
  });
  return { from: empty, lengths: { lengthOf: () => 0 }, changes, nowMs: 7 };
}

/** A thread that does what a test says with the first message. */
class FakeThread extends EventEmitter {
  ended = false;
  posted = 0;
  readonly #act: (thread: FakeThread) => void;

  constructor(act: (thread: FakeThread) => void) {
    super();
    this.#act = act;
  }

  postMessage(message: unknown, transfer: ArrayBuffer[]): void {
    structuredClone(message, { transfer });
    this.posted++;
    setImmediate(() => this.#act(this));
  }

  terminate(): Promise<number> {
    this.ended = true;
    return Promise.resolve(0);
  }
}

describe('the thread that compresses', () => {
  const writer = new SegmentWriter();
  const closing = new AbortController();
  let errors: unknown[];
  let clock: TestClock;
  let thread: CompressThread;
  const open = (openThread?: () => Thread): void => {
    errors = [];
    clock = new TestClock();
    const onError = (error: unknown): void => void errors.push(error);
    const options = { writer, clock, signal: closing.signal, onError };
    thread = new CompressThread(
      openThread === undefined ? options : { ...options, open: openThread },
    );
  };
  afterEach(() => thread.close());

  /** Blocks of a long list, so many at once, each of which must be as on our thread. */
  const list = async (blocks: number, atOnce = 1): Promise<void> => {
    for (let i = 0; i < blocks; i += atOnce) {
      const numbers = Array.from({ length: atOnce }, (_, k) => i + k);
      await Promise.all(numbers.map(compared));
    }
  };
  const compared = async (number: number): Promise<void> => {
    const by = thread.takesOne() ? thread : writer;
    const [made, expected] = [
      await by.writeCold(blockOf(number)),
      writer.writeCold(blockOf(number)),
    ];
    expect(made.hotBytes).to.equal(0);
    expect(made.gzipBytes).to.equal(expected.gzipBytes);
    for (const [family, segment] of expected.segments.entries()) {
      const other = made.segments[family];
      expect(other?.crc).to.equal(segment?.crc);
      expect(other?.operator).to.equal(segment?.operator);
      if (segment === undefined || other === undefined) continue;
      const texts = [segment, other].map((one) => {
        const text = Buffer.alloc(one.textBytes);
        writer.copyText(one, text, 0);
        return text.toString();
      });
      expect(texts[1]).to.equal(texts[0]);
    }
  };

  it('makes the same of each block, and ends when there are no more', async () => {
    open();
    await list(100);
    expect(errors).to.deep.equal([]);
    expect(clock.pending).to.deep.equal([5_000]);
    clock.advance(6_000);
    for (let turn = 0; turn < 5; turn++) await systemClock.turn();
    expect(clock.pending).to.deep.equal([]);
    await list(100);
    expect(errors).to.deep.equal([]);
  });

  it('makes the same of blocks that it has at once', async () => {
    open();
    await list(120, 6);
    expect(errors).to.deep.equal([]);
  });

  it('is not started for a short list', async () => {
    open(() => expect.fail('started'));
    await list(30);
    expect(errors).to.deep.equal([]);
  });

  for (const [what, act] of [
    ['fails', (one: FakeThread) => one.emit('error', new Error('out of memory'))],
    ['ends', (one: FakeThread) => one.emit('exit', 1)],
  ] as const) {
    it(`is replaced by our own where it ${what}, and what it had is done again`, async () => {
      const fake = new FakeThread(act);
      open(() => fake as unknown as Thread);
      await list(100);
      expect(errors).to.have.length(1);
      expect(fake.posted).to.equal(1);
    });

    it(`is replaced where it ${what} with several blocks, which is said once`, async () => {
      const fake = new FakeThread(act);
      open(() => fake as unknown as Thread);
      await list(96, 6);
      expect(errors).to.have.length(1);
      expect(fake.posted).to.equal(4);
    });
  }

  it('is replaced by our own where it cannot be started', async () => {
    open(() => {
      throw new Error('no more threads');
    });
    await list(100);
    expect(errors.map(String)).to.deep.equal(['Error: no more threads']);
  });
});
