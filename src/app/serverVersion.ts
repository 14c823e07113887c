// ServerVersion asks the API server for its version, and keeps the answer for the page.
import { asRecord } from '../kube/objects.ts';
import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import { errorMessage } from '../lib/errors.ts';

/** An answer older than this is asked for again when it is read. */
const freshMs = 60_000;
const requestMsMax = 5_000;

/** The API server: its URL, and a way to ask it. */
export interface WatchedServer {
  readonly server: string;
  get(path: string, signal: AbortSignal): Promise<unknown>;
}

/** The last answer. */
export interface AskedVersion {
  readonly server: string;
  /** Such as `v1.34.1`; undefined where the last request failed. */
  readonly version: string | undefined;
  readonly failure: string | undefined;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

export interface ServerVersionOptions {
  /** The one that is watched now. */
  readonly server: () => WatchedServer;
  readonly clock: Clock;
}

/** One for the process; it asks only when it is told to. */
export class ServerVersion {
  readonly #options: ServerVersionOptions;
  #last: AskedVersion | undefined;
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(options: ServerVersionOptions) {
    this.#options = options;
  }

  /** Asks now; rejects with the server's error. */
  async ask(signal: AbortSignal): Promise<{ server: string; version: string }> {
    const { clock } = this.#options;
    const client = this.#options.server();
    const { server } = client;
    this.#askedMs = clock.now();
    const answered = (version?: string, failure?: string): void => {
      this.#last = { server, version, failure, atMs: clock.wall() };
    };
    try {
      const { gitVersion } = asRecord(await client.get('/version', signal));
      answered(String(gitVersion));
      return { server, version: String(gitVersion) };
    } catch (error) {
      answered(undefined, errorMessage(error));
      throw error;
    }
  }

  /** The last answer; where it is no longer fresh, the server is asked for the next reader. */
  read(): AskedVersion | undefined {
    if (this.#options.clock.now() - this.#askedMs >= freshMs) void this.#askAgain();
    return this.#last;
  }

  async #askAgain(): Promise<void> {
    // The failure is kept, and the page shows it.
    await withDeadline(this.#options.clock, requestMsMax, (signal) => this.ask(signal)).catch(
      () => undefined,
    );
  }
}
