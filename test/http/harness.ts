// What tests of the two ports share: a port on loopback, a clock that is wound by hand, requests.
import { type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type Koa from 'koa';
import { pino } from 'pino';
import { type Clock, systemClock } from '../../src/clock.ts';
import { type Listening, type ListenOptions, listen } from '../../src/http/server.ts';
import type { Logger } from '../../src/log.ts';

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

/** Time that passes only when a test says so. */
export class HandClock implements Clock {
  #now = 1_700_000_000_000;
  readonly turn = systemClock.turn;
  readonly #sleepers = new Set<{ until: number; wake: () => void }>();

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sleeper = { until: this.#now + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        resolve();
      });
    });
  }

  pass(ms: number): void {
    this.#now += ms;
    for (const sleeper of this.#sleepers) {
      if (sleeper.until > this.#now) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }
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
    clock: new HandClock(),
    log: keptLog().log,
    ...options,
  });
}

/** Resolves once `holds`; the test's own time limit is what fails it. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
