// Writes a snapshot to a client: chunk by chunk as it takes them, and no further when it leaves.
import { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { Encoding, Snapshot } from '../metrics/store.ts';
import type { Negotiated } from './negotiate.ts';

/** After so many chunks the loop gets a turn, or one fast client would keep probes waiting. */
const chunksPerTurn = 16;

/** The parts of a koa context that writing needs. */
export interface Response {
  status: number;
  body: unknown;
  length: number | undefined;
  set(header: string, value: string): void;
}

/**
 * Answers with the snapshot. No byte of it is made before the client asks for one: a HEAD request
 * gets the headers alone.
 */
export function writeExposition(
  response: Response,
  snapshot: Snapshot,
  { format, contentType }: Negotiated,
  encoding: Encoding,
  clock: Pick<Clock, 'turn'>,
): void {
  const body = snapshot.body(format, encoding);
  response.status = 200;
  response.set('Content-Type', contentType);
  response.set('Vary', 'Accept-Encoding, Accept');
  if (encoding === 'gzip') response.set('Content-Encoding', 'gzip');
  response.body = Readable.from(inTurns(body.chunks(), clock), { objectMode: false });
  if (body.bytes !== undefined) response.length = body.bytes;
}

async function* inTurns(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  clock: Pick<Clock, 'turn'>,
): AsyncGenerator<Uint8Array> {
  let count = 0;
  for await (const chunk of chunks) {
    yield chunk;
    if (++count % chunksPerTurn === 0) await clock.turn();
  }
}
