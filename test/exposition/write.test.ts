// Writing: headers before any byte, bytes as they are asked for, turns for others in between.
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { systemClock } from '../../src/clock.ts';
import { negotiateFormat } from '../../src/exposition/negotiate.ts';
import { type Response, writeExposition } from '../../src/exposition/write.ts';
import type { Body, Encoding } from '../../src/metrics/store.ts';

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

const write = (source: Source, encoding: Encoding = 'identity', turn = systemClock.turn) => {
  const headers: Record<string, string> = {};
  const response: Response = {
    status: 404,
    body: undefined,
    length: undefined,
    set: (header, value) => {
      headers[header] = value;
    },
  };
  writeExposition(response, source, negotiateFormat('text/plain'), encoding, { turn });
  return { headers, response, stream: response.body as Readable };
};

describe('writing an exposition', () => {
  it('gives all headers and the length before any byte is made', () => {
    const source = new Source(3);
    const { headers, response } = write(source);
    expect(response.status).to.equal(200);
    expect(response.length).to.equal(3_000);
    expect(headers).to.deep.equal({
      'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
      Vary: 'Accept-Encoding, Accept',
    });
    expect(source.made).to.equal(0);
    expect(write(source, 'gzip').headers['Content-Encoding']).to.equal('gzip');
  });

  it('gives every byte, in order, to who reads to the end', async () => {
    const source = new Source(1_000);
    expect(await buffer(write(source).stream)).to.have.length(1_000_000);
    expect(source.ended).to.equal(true);
  });

  it('makes little more than was read, and nothing more once the reader has left', async () => {
    const source = new Source(100_000);
    const { stream } = write(source);
    await once(stream, 'readable');
    stream.read();
    expect(source.made).to.be.lessThan(200);
    stream.destroy();
    await once(stream, 'close');
    expect(source.ended).to.equal(true);
    expect(source.made).to.be.lessThan(200);
  });

  it('lets others have their turn, and makes nothing while they do', async () => {
    const source = new Source(100);
    const madeAtTurns: number[] = [];
    const turn = async (): Promise<void> => {
      madeAtTurns.push(source.made);
      await systemClock.turn();
      expect(source.made).to.equal(madeAtTurns.at(-1));
    };
    expect(await buffer(write(source, 'identity', turn).stream)).to.have.length(100_000);
    expect(madeAtTurns).to.deep.equal([15, 31, 47, 63, 79, 95]);
  });
});
