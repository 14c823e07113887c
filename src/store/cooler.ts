// Cooler keeps hot text within its budget: what is quiet, or coldest beyond it, is compressed.
import type { Clock } from '../lib/clock.ts';
import type { Block } from './block.ts';
import type { Readers } from './readers.ts';
import type { BlockText } from './segment.ts';
import type { SegmentWriter } from './segmentWriter.ts';

/** Text that did not change for this long is compressed. */
const quietMs = 30_000;
/** How often quiet text is looked for while there is any hot text. */
const sweepMs = 5_000;
/** Between two blocks: each takes some 2 ms, so that quiet text takes a twentieth of a core. */
const pauseMs = 50;

export interface CoolerOptions {
  /** The most hot text of all stores together. */
  readonly limitBytes: number;
  readonly writer: SegmentWriter;
  readonly readers: Readers;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly signal: AbortSignal;
  /** Runs work while no other work changes the text of a block. */
  exclusively(work: () => void): Promise<void>;
  onError(error: unknown): void;
}

export class Cooler {
  readonly limitBytes: number;
  /** The length of all hot text. */
  bytes = 0;
  readonly #options: CoolerOptions;
  /** Blocks with hot text and how much it is, the one that changed longest ago first. */
  readonly #hot = new Map<Block, number>();
  #sweeping = false;

  constructor(options: CoolerOptions) {
    this.limitBytes = options.limitBytes;
    this.#options = options;
  }

  /** To be called once a block has a new text, because of changes. */
  written(block: Block): void {
    this.forget(block);
    const { hotBytes } = block.text;
    if (hotBytes === 0) return;
    this.#hot.set(block, hotBytes);
    this.bytes += hotBytes;
    if (!this.#sweeping) void this.#sweep();
  }

  /** To be called once a block is no longer served. */
  forget(block: Block): void {
    this.bytes -= this.#hot.get(block) ?? 0;
    this.#hot.delete(block);
  }

  /** To be called for blocks that are about to be written: they are the last to be cooled. */
  touch(block: Block): void {
    const bytes = this.#hot.get(block);
    if (bytes === undefined) return;
    this.#hot.delete(block);
    this.#hot.set(block, bytes);
  }

  /** Whether the budget allows for `bytes` more. */
  hasRoom(bytes: number): boolean {
    return bytes <= 0 || this.bytes + bytes <= this.limitBytes;
  }

  /** Compresses the coldest block; false where that is one of `touched`, or there is none. */
  coolOldest(touched: ReadonlySet<Block>): boolean {
    const [oldest] = this.#hot.keys();
    if (oldest === undefined || touched.has(oldest)) return false;
    this.#cool(oldest);
    return true;
  }

  /** Goes on as long as there is hot text. */
  async #sweep(): Promise<void> {
    const { clock, signal, exclusively, onError } = this.#options;
    this.#sweeping = true;
    while (this.#hot.size > 0 && !signal.aborted) {
      await clock.sleep(sweepMs, signal);
      const untilMs = clock.now() - quietMs;
      for (const block of [...this.#hot.keys()]) {
        if (signal.aborted) break;
        if (!hasQuiet(block.text, untilMs)) continue;
        await exclusively(() => this.#cool(block, untilMs)).catch(onError);
        await clock.sleep(pauseMs, signal);
      }
    }
    this.#sweeping = false;
  }

  /** Its place among the others stays: the text is the same. */
  #cool(block: Block, untilMs?: number): void {
    const before = this.#hot.get(block);
    // It may have gone in the meantime.
    if (before === undefined) return;
    const hot = block.text;
    block.text = this.#options.writer.compress(hot, untilMs);
    this.#options.readers.replaced(hot, block.text);
    const { hotBytes } = block.text;
    this.bytes += hotBytes - before;
    if (hotBytes === 0) this.#hot.delete(block);
    else this.#hot.set(block, hotBytes);
  }
}

const hasQuiet = ({ segments }: BlockText, untilMs: number): boolean =>
  segments.some((segment) => segment?.isQuiet(untilMs));
