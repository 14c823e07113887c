// Scrapes like Prometheus, timed from the request to the last byte.
import { Agent, get, type IncomingMessage } from 'node:http';
import { type Exposition, expositionOf, SeriesCounter } from './exposition.ts';

/** The headers of Prometheus 3. */
const prometheusHeaders = {
  accept:
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,' +
    'application/openmetrics-text;version=0.0.1;q=0.4,' +
    'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
  'user-agent': 'Prometheus/3.5.0',
  'x-prometheus-scrape-timeout-seconds': '10',
};

export type Encoding = 'gzip' | 'plain';

export interface Scrape {
  readonly ms: number;
  readonly bytes: number;
}

/** One keep-alive connection, as Prometheus has to each target. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Scrapes and discards the body; rejects if the status is not 200. */
export async function scrape(url: string, encoding: Encoding): Promise<Scrape> {
  const start = performance.now();
  let bytes = 0;
  for await (const chunk of await answerOf(url, encoding)) bytes += chunk.length;
  return { ms: performance.now() - start, bytes };
}

/** The text of a scrape. */
export async function textOf(url: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await answerOf(url, 'plain')) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Counts the series of a scrape, whose text may be larger than what can be held. */
export async function countedOf(url: string): Promise<Exposition> {
  const counter = new SeriesCounter();
  for await (const chunk of await answerOf(url, 'plain')) counter.push(chunk);
  return counter;
}

async function answerOf(url: string, encoding: Encoding): Promise<AsyncIterable<Buffer>> {
  const asked = encoding === 'gzip' ? 'gzip' : 'identity';
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { ...prometheusHeaders, 'accept-encoding': asked };
    get(url, { agent, headers }, resolve).once('error', reject);
  });
  const { statusCode, headers } = answer;
  const got = headers['content-encoding'] ?? 'identity';
  if (statusCode === 200 && got === asked) return answer;
  answer.destroy();
  throw new Error(
    statusCode === 200
      ? `expected ${asked} of ${url}, got ${got}; does it compress at all?`
      : `expected 200 of ${url}, got ${statusCode}`,
  );
}

/** The number of series in an exposition. */
export const countSeries = (text: Buffer): number => expositionOf(text).series;
