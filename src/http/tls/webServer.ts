// Web applies the web configuration to both ports, TLS, headers and users, and reloads its files.
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type Koa from 'koa';
import type { Clock } from '../../lib/clock.ts';
import { ConfigError, errorMessage } from '../../lib/errors.ts';
import {
  type Contents,
  PollLoop,
  readUntilStable,
  recordedReads,
  sameContents,
} from '../../lib/fileWatcher.ts';
import type { Logger } from '../../lib/log.ts';
import { logOnce } from '../../lib/logThrottle.ts';
import { basicAuth } from '../auth/basicAuth.ts';
import { BcryptThread } from '../auth/bcryptThread.ts';
import { type AccessRules, accessLoss } from './accessLoss.ts';
import { tlsSettings } from './tls.ts';
import { readWebConfig } from './webConfig.ts';

/** Files are polled this often; a content counts once it was the same at two polls. */
const pollMs = 5_000;
/** Files that drop access control must have been unchanged for as long as this. */
const lossMsMin = 60_000;

export interface WebOptions {
  /** The file of --tls-config. */
  readonly path: string;
  /** Whether --auth-filter is on; users would need the same header. */
  readonly authFilter: boolean;
  readonly readFile: (path: string) => Buffer;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The settings of the files at one time. */
interface Settings extends AccessRules {
  readonly contents: Contents;
}

/** The files at the last poll. */
interface Seen {
  readonly contents: Contents;
  /** Since when they have been the same. */
  readonly sinceMs: number;
  /** What was logged about them. */
  logged?: 'rejected' | 'delayed';
}

/** One for both ports; its servers and guards follow the files while `run` polls them. */
export class Web {
  /** Middleware for each app, in this order. */
  readonly guards: readonly Koa.Middleware[];
  readonly #options: WebOptions;
  readonly #servers: TlsServer[] = [];
  readonly #bcrypt = new BcryptThread();
  readonly #warn: ReturnType<typeof logOnce>;
  readonly #polls: PollLoop;
  #settings: Settings;
  #seen: Seen;

  /** Throws a ConfigError where a file is wrong. */
  constructor(options: WebOptions) {
    this.#options = options;
    this.#warn = logOnce(options.log);
    this.#polls = new PollLoop(options.clock, pollMs);
    const { contents, settings } = readUntilStable(() => read(options));
    this.#settings = settings();
    this.#seen = { contents, sinceMs: options.clock.now() };
    this.guards = [
      (ctx, next) => this.#withHeaders(ctx, next),
      basicAuth({
        users: () => this.#settings.config.users,
        compare: (...comparison) => this.#bcrypt.compare(...comparison),
      }),
    ];
  }

  /** Makes an HTTP or HTTPS server, as the files say at the start. */
  readonly createServer = (options: ServerOptions, listener: RequestListener): Server => {
    const { tls } = this.#settings;
    if (tls === undefined) return createServer(options, listener);
    const { context, requestCert } = tls;
    const server = createTlsServer(
      {
        ...options,
        ...context,
        requestCert,
        // Clients are verified below, where the rules can change.
        rejectUnauthorized: false,
        handshakeTimeout: options.headersTimeout || undefined,
      },
      listener,
    );
    server.prependListener('secureConnection', (socket) => this.#verifyClient(socket));
    this.#servers.push(server);
    return server;
  };

  /** Polls the files until `signal` aborts; wrong ones are logged, and the last good ones stay. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#polls.run(signal, () => this.#poll());
  }

  /** Polls the files at once. */
  pollNow(): void {
    this.#polls.pollNow();
  }

  /** Ends the thread that checks passwords; for when no request is left. */
  close(): Promise<void> {
    return this.#bcrypt.close();
  }

  /** Whether a name and a password are asked for at the moment. */
  get hasUsers(): boolean {
    return this.#settings.config.users.size > 0;
  }

  /** What clients speak to the servers. */
  get scheme(): 'http' | 'https' {
    return this.#settings.tls === undefined ? 'http' : 'https';
  }

  #poll(): void {
    const { clock, path, log } = this.#options;
    const { contents, settings } = read(this.#options);
    if (!sameContents(contents, this.#seen.contents)) {
      // It may still be being written, in place or file after file.
      this.#seen = { contents, sinceMs: clock.now() };
      return;
    }
    const unchanged = sameContents(contents, this.#settings.contents);
    if (unchanged || this.#seen.logged === 'rejected') return;
    try {
      this.#accept(settings());
    } catch (error) {
      this.#seen.logged = 'rejected';
      log.error(
        { path, error: errorMessage(error) },
        'web configuration rejected, the previous one stays in use',
      );
    }
  }

  /** Applies settings that have settled; where they drop access control, a minute later. */
  #accept(settings: Settings): void {
    const { clock, path, log } = this.#options;
    const dropped = accessLoss(this.#settings, settings);
    const waits = dropped.length > 0 && clock.now() - this.#seen.sinceMs < lossMsMin;
    if (waits && this.#seen.logged === 'delayed') return;
    if (waits) {
      this.#seen.logged = 'delayed';
      const seconds = lossMsMin / 1_000;
      log.warn(
        { path, dropped, seconds },
        'web configuration not applied yet, because it drops access control: it is applied if ' +
          `the files stay unchanged for ${seconds} s`,
      );
      return;
    }
    this.#replace(settings);
    if (dropped.length === 0) log.info({ path }, 'web configuration reloaded');
    else log.warn({ path, dropped }, 'web configuration reloaded: it drops access control');
  }

  #replace(settings: Settings): void {
    const { path } = this.#options;
    const { tls } = settings;
    if ((tls === undefined) !== (this.#settings.tls === undefined)) {
      throw new ConfigError({
        flag: '--tls-config',
        place: path,
        expected:
          `tls_server_config to stay ${tls ? 'away' : 'there'}, for an open port speaks ` +
          'either HTTP or HTTPS',
        hint: 'restart to change that',
      });
    }
    this.#settings = settings;
    if (tls === undefined) return;
    for (const server of this.#servers) {
      server.setSecureContext(tls.context);
      // Node reads this for every connection, but has no method to change it.
      Object.assign(server, { requestCert: tls.requestCert });
    }
  }

  #verifyClient(socket: TLSSocket): void {
    const reason = this.#settings.tls?.refusal(socket);
    if (reason === undefined) return;
    const { remoteAddress } = socket;
    this.#warn(
      reason,
      { remoteAddress, reason },
      'connection closed: the client certificate was not accepted',
    );
    socket.destroy();
  }

  async #withHeaders(ctx: Koa.Context, next: Koa.Next): Promise<void> {
    await next();
    // After the pages, so that configured headers win.
    ctx.set(this.#settings.config.headers);
  }
}

/** The files' contents, also of missing and wrong ones, and the settings that they make. */
function read(options: WebOptions): { contents: Contents; settings: () => Settings } {
  const { read, contents } = recordedReads(options.readFile);
  try {
    const rules = rulesOf(options, read);
    return { contents, settings: () => ({ ...rules, contents }) };
  } catch (error) {
    const settings = (): never => {
      throw error;
    };
    return { contents, settings };
  }
}

/** Throws a ConfigError where a file is wrong. */
function rulesOf({ path, authFilter }: WebOptions, readFile: WebOptions['readFile']): AccessRules {
  const config = readWebConfig(path, readFile);
  if (authFilter && config.users.size > 0) {
    throw new ConfigError({
      flag: ['--tls-config', '--auth-filter'],
      place: `(${path})`,
      expected:
        'no basic_auth_users beside --auth-filter, for both are sent in the Authorization header',
      got: String(config.users.size),
      hint: 'leave one of the two out',
    });
  }
  return { config, tls: config.tls && tlsSettings(config.tls, path, readFile) };
}
