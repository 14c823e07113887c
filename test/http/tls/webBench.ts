// A port that a web configuration rules, over files that a test writes.

import { readFileSync } from 'node:fs';
import { type AgentOptions, request } from 'node:https';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import { Router } from '@koa/router';
import type Koa from 'koa';
import { answerOk, appOf } from '../../../src/http/app.ts';
import type { Listening } from '../../../src/http/server.ts';
import { Web } from '../../../src/http/tls/webServer.ts';
import { TestClock } from '../../support/clock.ts';
import { type Answer, keptLog, serve } from '../harness.ts';

export const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');

export const ca = fixture('ca.pem');
export const identity = (name: string): AgentOptions => ({
  cert: fixture(`${name}.pem`),
  key: fixture(`${name}.key`),
});

/** Of the password "swordfish", at the lowest cost there is. */
export const hash = '$2y$04$abcdefghijklmnopqrstuugIEnm3ZbWF6xb2GcoE3L1CoGJFMKtu.';

const appWith = (guards: readonly Koa.Middleware[]): Koa => {
  const router = new Router();
  router.get('/metrics', (ctx) => {
    ctx.set('X-Frame-Options', 'deny');
    ctx.body = 'metrics';
  });
  router.get('/healthz', answerOk);
  return appOf(router, guards);
};

/** Files by path, a web configuration over them, and one port that it serves. */
export class Bench {
  readonly clock = new TestClock();
  readonly kept = keptLog();
  readonly files: Record<string, string> = {
    '/web/ca.pem': ca,
    '/web/server.pem': fixture('server.pem'),
    '/web/server.key': fixture('server.key'),
  };
  /** Called before a file is read. */
  onRead: ((path: string) => void) | undefined;
  readonly #stop = new AbortController();
  #web: Web | undefined;
  #listening: Listening | undefined;

  set config(text: string) {
    this.files['/web/web.yml'] = text;
  }

  open({ authFilter = false } = {}): Web {
    const { clock } = this;
    const readFile = (path: string): Buffer => {
      this.onRead?.(path);
      const text = this.files[path];
      if (text === undefined) throw new Error(`ENOENT: ${path}`);
      return Buffer.from(text);
    };
    const { log } = this.kept;
    this.#web = new Web({ path: '/web/web.yml', authFilter, readFile, clock, log });
    return this.#web;
  }

  async start(config: string): Promise<void> {
    this.config = config;
    const web = this.open();
    const { createServer } = web;
    this.#listening = await serve(appWith(web.guards), { createServer });
    void web.run(this.#stop.signal);
  }

  /** Whether the web configuration in force has users. */
  get hasUsers(): boolean | undefined {
    return this.#web?.hasUsers;
  }

  get port(): number {
    return this.#listening?.port ?? 0;
  }

  /** Lets the files be looked at so often, and what follows happen. */
  async look(times = 2): Promise<void> {
    for (let look = 0; look < times; look++) {
      this.clock.advance(5_000);
      for (let turns = 0; turns < 5; turns++) await this.clock.turn();
    }
  }

  get warnings(): object[] {
    return this.kept.lines.filter(({ level }) => level === 'warn');
  }

  get errors(): unknown[] {
    return this.kept.lines
      .filter(({ level }) => level === 'error')
      .map((line) => (line as { error?: unknown }).error);
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#listening?.close(0);
    await this.#web?.close();
  }
}

export const base = 'tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n';
export const withTls = (...lines: string[]): string => base + lines.map((l) => `  ${l}\n`).join('');

export function askTls(
  port: number,
  options: AgentOptions = {},
  path = '/metrics',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, ca, agent: false, ...options });
    asked.on('error', reject);
    asked.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      buffer(response).then((body) => resolve({ status, headers, body }), reject);
    });
    asked.end();
  });
}

/** Whether a client with these options gets an answer. */
export const served = (port: number, options?: AgentOptions): Promise<boolean> =>
  askTls(port, options).then(
    ({ status }) => status === 200,
    () => false,
  );

/** What `look` sees of a handshake, or the code of the error that ends it. */
export function handshake<T>(
  port: number,
  options: object,
  look: (socket: TLSSocket) => T,
): Promise<T | string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, ca, ...options }, () => {
      resolve(look(socket));
      socket.destroy();
    });
    socket.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => resolve(code));
  });
}

export const protocol = (socket: TLSSocket): string => socket.getProtocol() ?? '';
export const cipher = (socket: TLSSocket): string => socket.getCipher().name;
export const serial = (socket: TLSSocket): string => socket.getPeerX509Certificate()?.subject ?? '';
export const dated = { ciphers: 'ALL:@SECLEVEL=0', minVersion: 'TLSv1' };
