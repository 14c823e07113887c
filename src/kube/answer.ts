// Answer is what the API server answers to a request: whether it is good, its body, its error.
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { type ApiError, errorOfAnswer } from './apiError.ts';
import { DecodeError } from './decode.ts';

/** Limit of an answer that is read whole: a Status, a discovery document, one object. */
const answerBytesMax = 16 * 1024 * 1024;
/** A chunk is decoded in pieces of this size, so that a large one does not block the event loop. */
export const pieceBytes = 64 * 1024;

/** An answer of the server, as far as that is the same for all. */
export interface Answer extends Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'> {
  readonly body: AsyncIterable<Buffer>;
}

/** Whether the answer is what was asked for, and not an error or a page of a proxy. */
export function isGood({ statusCode, headers }: Answer): boolean {
  const page = String(headers['content-type'] ?? '').startsWith('text/');
  return (statusCode === 200 || statusCode === 201) && !page;
}

/** The error of an answer that is none of the good ones. */
export async function errorIn(
  { statusCode, headers }: Answer,
  body: AsyncIterable<Buffer>,
): Promise<ApiError> {
  // Without a readable body the status is the error.
  const bytes = await bytesOf(body).catch(() => Buffer.alloc(0));
  return errorOfAnswer(statusCode, bytes, String(headers['retry-after'] ?? ''));
}

/** The decompressed body; one that is cut short is an error, compressed or not. */
export function inflated({ headers, body }: Dispatcher.ResponseData): Readable {
  if (headers['content-encoding'] !== 'gzip') return body;
  const gunzip = createGunzip({ chunkSize: pieceBytes });
  // The pipeline passes every error to its last stream, whose reader gets it.
  pipeline(body, gunzip, () => undefined);
  return gunzip;
}

/** All of the body; rejects where it is too long to be read whole. */
export async function bytesOf(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) {
      throw new DecodeError(`expected at most ${answerBytesMax} bytes, got more`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
