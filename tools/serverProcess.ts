// ServerProcess runs a server that logs to a file, can be restarted, and dies with this process.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { until } from './until.ts';

const READY_TIMEOUT_MS = 60_000;
/** A server that is still running this long after SIGTERM is killed. */
const TERM_TIMEOUT_MS = 20_000;

export class ServerProcess {
  readonly name: string;
  readonly log: string;
  readonly #args: () => readonly string[];
  readonly #isReady: () => Promise<boolean>;
  #child: ChildProcess | undefined;

  /** `args` returns the program and its arguments, and is called at each start. */
  constructor(
    name: string,
    log: string,
    args: () => readonly string[],
    isReady: () => Promise<boolean>,
  ) {
    this.name = name;
    this.log = log;
    this.#args = args;
    this.#isReady = isReady;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it and waits until it is ready; throws an error that names its log if it exits. */
  async start(): Promise<void> {
    const log = openSync(this.log, 'a');
    // With setpriv the kernel kills it when this process ends in any way.
    const args = ['--pdeathsig', 'KILL', ...this.#args()];
    const child = spawn('setpriv', args, { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#child = child;
    await once(child, 'spawn');
    const isReady = async (): Promise<true | undefined> => {
      if (await this.#isReady()) return true;
      const ended = child.exitCode ?? child.signalCode;
      if (ended === null) return undefined;
      const last = readFileSync(this.log, 'utf8').trim().split('\n').at(-1);
      throw new Error(`${this.name} ended with ${ended}, see ${this.log}: ${last}`);
    };
    await until(`${this.name} was ready, see ${this.log}`, isReady, READY_TIMEOUT_MS);
  }

  /** Sends `signal` and waits for the exit, if it is running. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const killing = setTimeout(() => child.kill('SIGKILL'), TERM_TIMEOUT_MS);
    await ended;
    clearTimeout(killing);
    this.#child = undefined;
  }
}

/** Different loopback ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
