// writeExposition streams a snapshot, as fast as the client reads, and stops when it disconnects.
import type { Writable } from 'node:stream';
import type { Clock } from '../lib/clock.ts';
import { pauseAfter } from '../lib/pauseAfter.ts';
import type { Body, Encoding, Snapshot } from '../store/types.ts';
import type { Negotiated } from './negotiate.ts';

/**
 * Of a fast client, who is never waited for: the event loop turns after so long, for probes. 16
 * chunks of a gzip body, of which each holds some 4 MB of text, were runs of 26 ms.
 */
const runMsMax = 5;
/** One is filled while the kernel takes the other. */
const buffersMax = 2;

/** The parts of a koa context that writing needs. */
export interface Response {
  readonly method: string;
  status: number;
  length: number | undefined;
  /** False keeps koa from answering. */
  respond?: boolean;
  readonly res: Writable & { readonly headersSent: boolean };
  set(header: string, value: string): void;
}

/**
 * Answers with the snapshot. Chunks are made on demand, so a HEAD request costs headers alone.
 * Resolves once all is written or the client has disconnected.
 */
export async function writeExposition(
  response: Response,
  snapshot: Pick<Snapshot, 'body'>,
  { format, contentType }: Negotiated,
  encoding: Encoding,
  clock: Pick<Clock, 'now' | 'turn'>,
): Promise<void> {
  const body = snapshot.body(format, encoding);
  response.status = 200;
  response.set('Content-Type', contentType);
  response.set('Vary', 'Accept-Encoding, Accept');
  if (encoding === 'gzip') response.set('Content-Encoding', 'gzip');
  if (body.bytes !== undefined) response.length = body.bytes;
  if (response.method === 'HEAD') return;
  // Koa pipes a body, and a pipe does not tell when a buffer can be used again.
  response.respond = false;
  try {
    await send(body, response.res, clock);
  } catch (error) {
    // Too late for another answer: a client must not take this for all of it.
    if (response.res.headersSent) response.res.destroy();
    throw error;
  }
}

async function send(body: Body, res: Writable, clock: Pick<Clock, 'now' | 'turn'>): Promise<void> {
  const output = new BufferedOutput(res);
  const pause = pauseAfter(runMsMax, clock);
  for await (const chunk of body.chunks(output.nextBuffer)) {
    output.write(chunk);
    await output.bufferFree();
    if (output.closed) return;
    await pause();
  }
  if (!output.closed) res.end();
}

/**
 * Writes from the same few buffers again and again: fresh memory for each chunk would take several
 * times as long as copying. They belong to one response, and a buffer is used again only once its
 * bytes were written, so a slow reader gets no bytes but its own.
 */
class BufferedOutput {
  readonly #res: Writable;
  readonly #buffers: Buffer[] = [];
  #next = 0;
  #writing = 0;
  #wake: () => void = () => undefined;

  constructor(res: Writable) {
    this.#res = res;
    res.once('close', () => this.#wake());
  }

  /** Whether nobody reads any more. */
  get closed(): boolean {
    return this.#res.destroyed;
  }

  /** The buffers in turn; to be called once `bufferFree` has resolved. */
  readonly nextBuffer = (bytes: number): Buffer => {
    const index = this.#next++ % buffersMax;
    let buffer = this.#buffers[index];
    if (buffer?.length !== bytes) {
      buffer = Buffer.allocUnsafeSlow(bytes);
      this.#buffers[index] = buffer;
    }
    return buffer;
  };

  write(chunk: Uint8Array): void {
    if (this.closed) return;
    this.#writing++;
    this.#res.write(chunk, () => {
      this.#writing--;
      this.#wake();
    });
  }

  /** Resolves once a buffer is free, or the client has disconnected. */
  async bufferFree(): Promise<void> {
    while (this.#writing >= buffersMax && !this.closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
