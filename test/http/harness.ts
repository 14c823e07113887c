// What tests of the two ports share: a port on loopback, requests, a log.

import { type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type Koa from 'koa';
import { pino } from 'pino';
import { type Listening, type ListenOptions, listen } from '../../src/http/server.ts';
import type { Logger } from '../../src/lib/log.ts';
import { TestClock } from '../support/clock.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
}

export function ask(port: number, path: string, { method, headers }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false });
    asked.on('error', reject);
    asked.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      buffer(response).then((body) => resolve({ status, headers, body }), reject);
    });
    asked.end();
  });
}

interface Line {
  readonly level: string;
  readonly msg: string;
}

/** A log that keeps its lines. */
export function keptLog(): { log: Logger; lines: Line[] } {
  const lines: Line[] = [];
  const formatters = { level: (level: string) => ({ level }) };
  const log = pino(
    { level: 'debug', formatters },
    { write: (line) => lines.push(JSON.parse(line)) },
  );
  return { log, lines };
}

/** `listen` on any port of loopback, with options of which a test says what it is about. */
export function serve(app: Koa, options: Partial<ListenOptions> = {}): Promise<Listening> {
  return listen(app, {
    host: '127.0.0.1',
    port: 0,
    flags: { host: '--host', port: '--port' },
    timeouts: { readMs: 10_000, headersMs: 5_000, writeMs: 60_000, idleMs: 60_000 },
    clock: new TestClock(),
    log: keptLog().log,
    ...options,
  });
}
