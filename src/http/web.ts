// The web configuration at work: TLS, headers and users of both ports, re-read as its files change.
import { createHash } from 'node:crypto';
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type Koa from 'koa';
import type { Clock } from '../clock.ts';
import { ConfigError } from '../errors.ts';
import { type Logger, logOnce } from '../log.ts';
import { basicAuth } from './basicAuth.ts';
import { BcryptThread } from './bcryptThread.ts';
import { type TlsSettings, tlsSettings } from './tls.ts';
import { readWebConfig, type WebConfig } from './webConfig.ts';

/** The files are looked at this often. */
const lookMs = 5_000;

export interface WebOptions {
  /** The file of --tls-config. */
  readonly path: string;
  /** --auth-filter is on: it and users want the same header. */
  readonly authFilter: boolean;
  readonly readFile: (path: string) => Buffer;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What the files say at one time. */
interface Settings {
  readonly config: WebConfig;
  readonly tls: TlsSettings | undefined;
  readonly digest: string;
}

/** Both ports have one; its servers and guards follow the files while `run` looks at them. */
export class Web {
  /** For each app, in this order. */
  readonly guards: readonly Koa.Middleware[];
  readonly #options: WebOptions;
  readonly #servers: TlsServer[] = [];
  readonly #bcrypt = new BcryptThread();
  readonly #warn: ReturnType<typeof logOnce>;
  #settings: Settings;
  /** What was wrong when the files were last looked at. */
  #wrong: string | undefined;

  /** Throws a ConfigError where a file is wrong. */
  constructor(options: WebOptions) {
    this.#options = options;
    this.#warn = logOnce(options.log);
    this.#settings = readSettings(options);
    this.guards = [
      (ctx, next) => this.#withHeaders(ctx, next),
      basicAuth({
        users: () => this.#settings.config.users,
        compare: (password, hash) => this.#bcrypt.compare(password, hash),
      }),
    ];
  }

  /** Makes a server of HTTP or HTTPS, as the files had it at the start. */
  readonly createServer = (options: ServerOptions, listener: RequestListener): Server => {
    const { tls } = this.#settings;
    if (tls === undefined) return createServer(options, listener);
    const { context, requestCert } = tls;
    const server = createTlsServer(
      {
        ...options,
        ...context,
        requestCert,
        // Who is let in is decided below, where it can change.
        rejectUnauthorized: false,
        handshakeTimeout: options.headersTimeout || undefined,
      },
      listener,
    );
    server.prependListener('secureConnection', (socket) => this.#turnAway(socket));
    this.#servers.push(server);
    return server;
  };

  /** Looks at the files until `signal` aborts; what is wrong is logged, and what was stays. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(lookMs, signal);
      if (!signal.aborted) this.#look();
    }
  }

  /** Ends what checks passwords; for when no request is left. */
  close(): Promise<void> {
    return this.#bcrypt.close();
  }

  /** What clients speak to the servers. */
  get scheme(): 'http' | 'https' {
    return this.#settings.tls === undefined ? 'http' : 'https';
  }

  #look(): void {
    const { path, log } = this.#options;
    try {
      const settings = readSettings(this.#options);
      this.#wrong = undefined;
      if (settings.digest === this.#settings.digest) return;
      this.#replace(settings);
      log.info({ path }, 'web configuration read again');
    } catch (error) {
      const message = error instanceof ConfigError ? error.message : String(error);
      if (message === this.#wrong) return;
      this.#wrong = message;
      log.error({ path, error: message }, 'web configuration refused, the old one goes on');
    }
  }

  #replace(settings: Settings): void {
    const { path } = this.#options;
    const { tls } = settings;
    if ((tls === undefined) !== (this.#settings.tls === undefined)) {
      throw new ConfigError(
        `--tls-config ${path}: expected tls_server_config to stay ${tls ? 'away' : 'there'}, for ` +
          'an open port speaks either HTTP or HTTPS; restart to change that.',
      );
    }
    this.#settings = settings;
    if (tls === undefined) return;
    for (const server of this.#servers) {
      server.setSecureContext(tls.context);
      // Node reads this for every connection, but has no method to change it.
      Object.assign(server, { requestCert: tls.requestCert });
    }
  }

  #turnAway(socket: TLSSocket): void {
    const reason = this.#settings.tls?.refusal(socket);
    if (reason === undefined) return;
    const { remoteAddress } = socket;
    this.#warn(reason, { remoteAddress, reason }, 'connection refused: who it is is not shown');
    socket.destroy();
  }

  async #withHeaders(ctx: Koa.Context, next: Koa.Next): Promise<void> {
    await next();
    // After the pages have set theirs: who configures a header means it.
    ctx.set(this.#settings.config.headers);
  }
}

function readSettings({ path, authFilter, readFile }: WebOptions): Settings {
  const digest = createHash('sha256');
  const readAndNote = (file: string): Buffer => {
    const bytes = readFile(file);
    digest.update(`${bytes.length}\n`).update(bytes);
    return bytes;
  };
  const config = readWebConfig(path, readAndNote);
  if (authFilter && config.users.size > 0) {
    throw new ConfigError(
      `--tls-config ${path}: expected no basic_auth_users beside --auth-filter, for both are ` +
        `sent in the Authorization header, got ${config.users.size}; leave one of the two out.`,
    );
  }
  const source = `--tls-config ${path}`;
  const tls = config.tls && tlsSettings(config.tls, source, readAndNote);
  return { config, tls, digest: digest.digest('base64') };
}
