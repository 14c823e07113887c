// Starts programs for the end-to-end suites and waits for what they do.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { errorMessage } from '../../src/lib/errors.ts';
import { until } from '../../tools/until.ts';
import { reachable } from './get.ts';

/** The built program. */
export const kubestate = join(import.meta.dirname, '../../dist/kubestate.cjs');

const READY_TIMEOUT_MS = 40_000;
/** How much of a program's log a failure shows. */
const LOG_CHARS_MAX = 8_000;

/** A running program with all that it has said; `stop` ends it and tells its exit code. */
export class Program {
  readonly name: string;
  readonly exitCode: Promise<number | null>;
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;

  get pid(): number | undefined {
    return this.#child.pid;
  }

  constructor(name: string, args: readonly string[]) {
    this.name = name;
    this.#child = spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.exitCode = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', resolve);
    });
  }

  /** Sends `signal` and waits for the end. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal);
    return this.exitCode;
  }

  /** Waits as `until` does, and no longer than the program runs; a failure ends with its log. */
  async until<T>(what: string, probe: () => Promise<T | undefined>, withinMs: number): Promise<T> {
    const ended = new AbortController();
    this.exitCode.then(
      (code) => ended.abort(new Error(`${this.name} ended with ${code}:\n${this.stderr}`)),
      (error) => ended.abort(error),
    );
    try {
      return await until(what, probe, withinMs, ended.signal);
    } catch (error) {
      if (ended.signal.aborted) throw error;
      const log = this.stderr.slice(-LOG_CHARS_MAX);
      throw new Error(`${errorMessage(error)}; ${this.name} runs, and logged:\n${log}`);
    }
  }

  /** Waits until it answers 200 to a GET of this URL, as `until` waits. */
  answers(url: string, withinMs = READY_TIMEOUT_MS): Promise<true> {
    const ok = async () => (await reachable(url))?.status === 200 || undefined;
    return this.until(`200 from ${url}`, ok, withinMs);
  }
}
