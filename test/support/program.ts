// The whole program on a simulated cluster, for tests: its ports, its log, what it serves.

import { type Running, run } from '../../src/app/run.ts';
import { parseCommandLine } from '../../src/config/flags.ts';
import { flags } from '../../src/config/options.ts';
import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { seededRandom } from '../../src/demo/random.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { contextOf } from './context.ts';
import { hastyClock } from './start.ts';

/** Its pauses are so many times shorter. */
const hasty = hastyClock(20);

/** A line of the log: its level, message and keys. */
export interface Line {
  readonly level: string;
  readonly message: string;
  readonly keys: Readonly<Record<string, unknown>>;
}

export class TestProgram {
  readonly lines: Line[] = [];
  readonly #stop: AbortSignal | undefined;
  readonly #clock: Clock;
  #running: Running | undefined;

  /** `stop` is what the process's signals abort. */
  constructor(stop?: AbortSignal, clock: Clock = hasty) {
    this.#stop = stop;
    this.#clock = clock;
  }

  /** Starts it on free ports of loopback; rejects as `run` does. */
  async start(...args: string[]): Promise<void> {
    const anywhere = ['--host=127.0.0.1', '--telemetry-host=127.0.0.1'];
    const ports = ['--port=0', '--telemetry-port=0'];
    const { values } = parseCommandLine(flags, [...anywhere, ...ports, ...args]);
    const { lines } = this;
    const logs = (level: string) => (keys: unknown, message?: string) => {
      lines.push({ level, message: message ?? '', keys: keys as Line['keys'] });
    };
    const log = {
      debug: logs('debug'),
      info: logs('info'),
      warn: logs('warn'),
      error: logs('error'),
    };
    this.#running = await run(
      values,
      contextOf({ clock: this.#clock, log, ...(this.#stop && { stop: this.#stop }) }),
    );
  }

  get running(): Running {
    if (this.#running === undefined) throw new Error('expected a program that was started');
    return this.#running;
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  /** What was logged with this message. */
  said(message: string): Line[] {
    return this.lines.filter((line) => line.message === message);
  }

  /** The exposition of the cluster; a status other than 200 is part of it. */
  scrape(headers: Record<string, string> = {}): Promise<string> {
    return get(`http://127.0.0.1:${this.running.metrics.port}/metrics`, headers);
  }

  /** The series about the program itself whose names start so. */
  async self(prefix: string): Promise<string[]> {
    const text = await get(`http://127.0.0.1:${this.running.telemetry.port}/metrics`, {});
    return text.split('\n').filter((line) => line.startsWith(prefix));
  }
}

async function get(url: string, headers: Record<string, string>): Promise<string> {
  const answer = await fetch(url, { headers });
  return `${answer.status === 200 ? '' : `${answer.status} `}${await answer.text()}`;
}

/** A simulated API server with these objects, listening; and where. */
export async function clusterOf(
  ...objects: readonly object[]
): Promise<{ server: ApiServer; url: string }> {
  const server = new ApiServer({ clock: systemClock, random: seededRandom(1) });
  for (const object of objects) server.create(object as ApiObject);
  const { url } = await server.listen(0, '127.0.0.1');
  return { server, url };
}

/** The reference to the object that a pod belongs to. */
interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

export const pod = (name: string, labels: Record<string, string> = {}, owner?: Owner) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels, ...(owner && { ownerReferences: [owner] }) },
  spec: { containers: [{ name: 'a', image: 'b' }] },
  status: {},
});

export const node = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: {},
  status: {},
});

export const statefulSet = (name: string, replicas: number, readyReplicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name, namespace: 'default' },
  spec: { replicas, selector: { matchLabels: {} }, template: {}, serviceName: name },
  status: { replicas, readyReplicas, observedGeneration: 1_000 },
});
