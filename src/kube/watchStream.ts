// WatchStream makes events of the bytes of a watch, at once or at ticks.
import type { TimeSlicer } from '../lib/timeSlicer.ts';
import { pieceBytes } from './answer.ts';
import type { OnMalformed } from './itemParser.ts';
import type { Pace } from './listPace.ts';
import type { TableReader } from './table.ts';
import type { BodyTicks, WatchBody } from './watchBody.ts';
import type { WatchDecoder } from './watchDecoder.ts';
import type { WatchEvent } from './watchFormat.ts';

export interface WatchStreamOptions {
  readonly body: WatchBody;
  /** Undefined where all of it is read as it comes. */
  readonly ticks: BodyTicks | undefined;
  readonly timeSlicer: TimeSlicer;
  readonly decoder: WatchDecoder;
  /** Makes objects of rows, where the watch is one of tables. */
  readonly reader: TableReader | undefined;
  readonly onMalformed: OnMalformed;
  readonly pace: Pace | undefined;
  /** Called with the error that ends the watch because of what the server has sent. */
  readonly onUnreadable?: ((error: unknown) => void) | undefined;
}

/** The events of one watch, until the server ends it; rejects where it breaks. */
export class WatchStream implements AsyncIterableIterator<WatchEvent> {
  readonly #options: WatchStreamOptions;
  readonly #events: AsyncIterator<WatchEvent>;
  #atTicks = false;

  constructor(options: WatchStreamOptions) {
    this.#options = options;
    const { reader, onMalformed } = options;
    const events = this.#decode();
    this.#events = reader === undefined ? events : reader.watch(events, onMalformed);
  }

  /** From now on the events come together with those of all other watches, at their ticks. */
  readAtTicks(): void {
    const { body, ticks } = this.#options;
    if (ticks === undefined) return;
    this.#atTicks = true;
    body.readAt(ticks);
  }

  /** Whether the server has sent something that has not been decoded. */
  get bytesWait(): boolean {
    return this.#options.body.bytesWaiting > 0;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<WatchEvent>> {
    return this.#events.next();
  }

  async return(): Promise<IteratorResult<WatchEvent>> {
    this.#options.body.abort(new Error('expected the watch to be read, got its end'));
    await this.#events.return?.();
    return { done: true, value: undefined };
  }

  async *#decode(): AsyncGenerator<WatchEvent, void> {
    const { body, decoder, pace, timeSlicer } = this.#options;
    try {
      for (;;) {
        pace?.waits();
        const window = await body.read();
        if (window === undefined) break;
        for (const chunk of window) {
          pace?.got(chunk.length);
          for (let at = 0; at < chunk.length; at += pieceBytes) {
            const first = timeSlicer.next();
            if (first !== undefined) await first;
            decoder.add(chunk.subarray(at, at + pieceBytes));
          }
        }
        body.events = decoder.events;
        // Objects of a list come once; changes that came together may be of one object.
        for (const event of decoder.take({ latest: this.#atTicks })) {
          // The reader has processed the one before by now, which may have taken long.
          const turn = timeSlicer.next();
          if (turn !== undefined) await turn;
          yield event;
        }
      }
      decoder.end();
    } catch (error) {
      this.#options.onUnreadable?.(error);
      throw error;
    }
  }
}
