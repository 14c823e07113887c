// Scrapes like Prometheus, timed from the request to the last byte.
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
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
/** What the kernel gives at once. */
const readBytes = 256 * 1024;
const headEnd = '\r\n\r\n';

/**
 * Scrapes and discards the body; rejects if the status is not 200, or the body is cut short. By
 * HTTP/1.0, without chunks, into one buffer: Node's client takes 0.3 s for 119 MB, curl 0.13.
 */
export async function scrape(url: string, encoding: Encoding): Promise<Scrape> {
  const { host, hostname, port, pathname } = new URL(url);
  const asked = askedAs(encoding);
  const headers = { host, ...prometheusHeaders, 'accept-encoding': asked };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const buffer = Buffer.allocUnsafe(readBytes);
  let head = '';
  let bytes = 0;
  const callback = (count: number): boolean => {
    bytes += count;
    if (!head.includes(headEnd)) head += buffer.toString('latin1', 0, count);
    return true;
  };
  const start = performance.now();
  const socket = connect({ host: hostname, port: Number(port), onread: { buffer, callback } });
  socket.resume().write(`GET ${pathname} HTTP/1.0\r\n${lines.join('')}\r\n`);
  await once(socket, 'close');
  const ms = performance.now() - start;
  head = head.slice(0, head.indexOf(headEnd) + headEnd.length);
  bytes -= head.length;
  const headerOf = (name: string): string | undefined =>
    new RegExp(`^${name}: *(.*)\r$`, 'im').exec(head)?.[1];
  checkAnswer(url, asked, Number(head.split(' ')[1]), headerOf('content-encoding'));
  const length = headerOf('content-length');
  if (length !== undefined && Number(length) !== bytes) {
    throw new Error(`expected ${length} bytes of ${url}, got ${bytes}`);
  }
  return { ms, bytes };
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
  const asked = askedAs(encoding);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { ...prometheusHeaders, 'accept-encoding': asked };
    get(url, { agent, headers }, resolve).once('error', reject);
  });
  try {
    checkAnswer(url, asked, answer.statusCode, answer.headers['content-encoding']);
  } catch (error) {
    answer.destroy();
    throw error;
  }
  return answer;
}

const askedAs = (encoding: Encoding): string => (encoding === 'gzip' ? 'gzip' : 'identity');

function checkAnswer(url: string, asked: string, status = 0, got = 'identity'): void {
  if (status !== 200) throw new Error(`expected 200 of ${url}, got ${status}`);
  if (got === asked) return;
  throw new Error(`expected ${asked} of ${url}, got ${got}; does it compress at all?`);
}

/** The number of series in an exposition. */
export const countSeries = (text: Buffer): number => expositionOf(text).series;
