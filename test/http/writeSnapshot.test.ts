// Writing: headers before any byte, bytes as they are asked for, turns for others in between.
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { negotiateFormat } from '../../src/http/negotiate.ts';
import { type Response, writeExposition } from '../../src/http/writeSnapshot.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import type { Body, Encoding, Snapshot } from '../../src/store/types.ts';

const chunk = Buffer.alloc(1_000, 'x');

/** A snapshot of so many chunks that knows how many were made, and whether they ended. */
class Source {
  readonly state = 0;
  made = 0;
  ended = false;
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  body(): Body {
    return { bytes: this.#count * chunk.length, chunks: () => this.#chunks() };
  }

  *#chunks(): Generator<Uint8Array> {
    try {
      for (; this.made < this.#count; this.made++) yield chunk;
    } finally {
      this.ended = true;
    }
  }
}

interface WriteOptions {
  readonly encoding?: Encoding;
  readonly clock?: Pick<Clock, 'now' | 'turn'>;
  readonly method?: string;
  readonly stream?: PassThrough;
}

const write = (
  source: Pick<Snapshot, 'body'>,
  {
    encoding = 'identity',
    clock = systemClock,
    method = 'GET',
    stream: given = new PassThrough(),
  }: WriteOptions = {},
) => {
  const headers: Record<string, string> = {};
  const stream = Object.assign(given, { headersSent: true });
  const response: Response = {
    method,
    status: 404,
    length: undefined,
    res: stream,
    set: (header, value) => {
      headers[header] = value;
    },
  };
  const format = negotiateFormat('text/plain');
  const done = writeExposition(response, source, format, encoding, clock);
  return { headers, response, stream, done };
};

describe('writing an exposition', () => {
  it('sets all headers and the length before any byte is made', () => {
    const source = new Source(3);
    const { headers, response } = write(source);
    expect(response.status).to.equal(200);
    expect(response.length).to.equal(3_000);
    expect(headers).to.deep.equal({
      'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
      Vary: 'Accept-Encoding, Accept',
    });
    expect(source.made).to.equal(0);
    expect(write(new Source(3), { encoding: 'gzip' }).headers['Content-Encoding']).to.equal('gzip');
  });

  it('writes every byte, in order', async () => {
    const source = new Source(1_000);
    expect(await buffer(write(source).stream)).to.have.length(1_000_000);
    expect(source.ended).to.equal(true);
  });

  it('makes little more than was read, and nothing more after a disconnect', async () => {
    const source = new Source(100_000);
    const { stream, done } = write(source);
    await once(stream, 'readable');
    stream.read();
    expect(source.made).to.be.lessThan(200);
    stream.destroy();
    await once(stream, 'close');
    await done;
    expect(source.ended).to.equal(true);
    expect(source.made).to.be.lessThan(200);
  });

  it('makes nothing for HEAD', async () => {
    const source = new Source(3);
    const { response, done } = write(source, { method: 'HEAD' });
    await done;
    expect(response.length).to.equal(3_000);
    expect(response.respond).to.equal(undefined);
    expect(source.made).to.equal(0);
  });

  it('uses a buffer again only once its bytes were written', async () => {
    const given = new Set<Buffer>();
    const body: Body = {
      bytes: undefined,
      *chunks(nextBuffer = Buffer.alloc) {
        for (let i = 0; i < 100; i++) {
          const buffer = nextBuffer(100);
          given.add(buffer);
          yield buffer.fill(i);
        }
      },
    };
    const read: number[] = [];
    const slow = new PassThrough({
      highWaterMark: 1,
      transform(bytes: Buffer, _, written) {
        setImmediate(() => {
          expect(bytes.every((byte) => byte === bytes[0])).to.equal(true);
          read.push(bytes[0] as number);
          written();
        });
      },
    });
    const { done } = write({ body: () => body }, { stream: slow });
    await once(slow, 'finish');
    await done;
    expect(read).to.deep.equal([...Array(100).keys()]);
    expect(given.size).to.equal(2);
  });

  it('ends the connection where the body fails, for a client to know', async () => {
    const body: Body = {
      bytes: 2_000,
      *chunks() {
        yield chunk;
        throw new Error('corrupt');
      },
    };
    const { stream, done } = write({ body: () => body });
    stream.resume();
    const error = await done.catch(({ message }: Error) => message);
    expect(error).to.equal('corrupt');
    expect(stream.destroyed).to.equal(true);
  });

  it('turns the event loop after 5 ms of work, and makes nothing meanwhile', async () => {
    const source = new Source(20);
    const madeAtTurns: number[] = [];
    const clock = {
      // Each chunk takes 2 ms.
      now: () => source.made * 2,
      turn: async (): Promise<void> => {
        madeAtTurns.push(source.made);
        await systemClock.turn();
        expect(source.made).to.equal(madeAtTurns.at(-1));
      },
    };
    expect(await buffer(write(source, { clock }).stream)).to.have.length(20_000);
    expect(madeAtTurns).to.deep.equal([3, 6, 9, 12, 15, 18]);
  });
});
