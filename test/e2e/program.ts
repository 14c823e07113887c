// Starts programs for the end-to-end suites and waits for what they do.
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;

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

  /** Waits as `until` does, and fails at once where the program ends instead. */
  until<T>(what: string, probe: () => Promise<T | undefined>, withinMs: number): Promise<T> {
    const ended = new AbortController();
    this.exitCode.then(
      (code) => ended.abort(new Error(`${this.name} ended with ${code}:\n${this.stderr}`)),
      (error) => ended.abort(error),
    );
    return until(what, probe, withinMs, ended.signal);
  }
}

/** The first value that `probe` gives; fails where none comes in time, or `signal` aborts. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  withinMs: number,
  signal?: AbortSignal,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    signal?.throwIfAborted();
    if (performance.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await sleep(POLL_MS);
  }
}
