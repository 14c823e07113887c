// JsonWatchFormat reads a watch in JSON: each event is a line.
import { DecodeError } from './decode.ts';
import { type EventHead, headCharsMax, readEventHead } from './eventHead.ts';
import {
  Carry,
  type DecoderOptions,
  ItemParser,
  itemBytesMax,
  type OnMalformed,
} from './itemParser.ts';
import type { Frame, WatchEvent, WatchFormat } from './watchFormat.ts';

const NEWLINE = 0x0a;
const CLOSE = 0x7d;

export class JsonWatchFormat implements WatchFormat {
  readonly #carry: Carry;
  readonly #parser: ItemParser;
  readonly #onMalformed: OnMalformed;

  constructor(options: DecoderOptions) {
    const bytesMax = options.itemBytesMax ?? itemBytesMax;
    this.#carry = new Carry(bytesMax);
    this.#parser = new ItemParser(new Carry(bytesMax), { ...options, accepts: undefined });
    this.#onMalformed = options.onMalformed;
  }

  cut(chunk: Buffer, frames: Frame[]): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = this.#carry.complete(chunk, start, end);
      if (!isBlank(line)) frames.push(line);
      start = end + 1;
    }
    this.#carry.append(chunk, start, chunk.length);
  }

  end(): void {
    if (this.#carry.text().trim() !== '') {
      throw new DecodeError('expected whole lines of a watch, got a body that ended within one');
    }
  }

  headOf({ bytes, start, end }: Frame): EventHead | undefined {
    return readEventHead(bytes.toString('latin1', start, Math.min(end, start + headCharsMax)));
  }

  isWhole({ bytes, end }: Frame): boolean {
    const last = bytes[end - 1] === 0x0d ? end - 2 : end - 1;
    return bytes[last] === CLOSE && bytes[last - 1] === CLOSE;
  }

  parse({ bytes, start, end, tooLarge }: Frame): WatchEvent | undefined {
    if (tooLarge) {
      this.#parser.reportTooLarge(bytes.toString('utf8'));
      return undefined;
    }
    const parsed = this.#parser.parse(bytes, start, end);
    if (parsed === undefined) return undefined;
    const event = parsed as Partial<WatchEvent> | null;
    if (typeof event?.type === 'string') return { type: event.type, object: event.object };
    this.#onMalformed('', new Error('expected an event with a type, got JSON without'));
    return undefined;
  }
}

function isBlank({ bytes, start, end }: Frame): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] as number) > 0x20) return false;
  return true;
}
