// What the tests of exec plugins share: a kubeconfig with one, a server to log in to, a clock.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import nock from 'nock';
import { type Processes, systemProcesses } from '../../src/kube/childProcess.ts';
import { openTransport, type Transport } from '../../src/kube/transport.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { TestClock } from '../support/clock.ts';
import { kubeconfigOf } from '../support/kubeconfig.ts';

/** How often it is looked whether something is left. */
export const lookMs = 50;

export const v1 = 'client.authentication.k8s.io/v1';

/** A shell script whose standard output is an ExecCredential with this status. */
export const handingOut = (status: object): string =>
  `echo '${JSON.stringify({ kind: 'ExecCredential', apiVersion: v1, status })}'`;
export const token = (text: string): string => handingOut({ token: text });

/** Whether the process does anything yet; one that nobody has buried does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** A clock on which looks for what is left of a plugin go by; all else waits to be told. */
export class LookingClock extends TestClock {
  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms !== lookMs) return super.sleep(ms, signal);
    await delay(5);
    this.advance(ms);
  }
}

export const script = (text: string) => ({ args: ['-c', text] });

export async function get(
  transport: Transport,
  signal = new AbortController().signal,
): Promise<void> {
  const answer = await transport.request('/', {}, { headers: {}, signal, bodyTimeoutMs: 0 });
  await answer.body.text();
}

export const failing = async (transport: Transport): Promise<string> => {
  const error: unknown = await get(transport).catch((reason: unknown) => reason);
  expect(error).to.be.instanceOf(Error);
  return (error as Error).message;
};

interface Opened {
  readonly user?: object;
  readonly cluster?: object;
  readonly env?: Record<string, string>;
  readonly processes?: Processes;
  readonly clock?: TestClock | typeof systemClock;
}

/** For the tests of one suite: makes and takes away what they need around each of them. */
export function pluginSuite() {
  const closers: (() => unknown)[] = [];
  let folder: string;
  let server: string;
  let seen: IncomingHttpHeaders[] = [];

  // Sockets are to be real ones, not nock's.
  before(() => nock.restore());
  after(() => nock.activate());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    seen = [];
    const listening = createServer(({ headers }, response) => {
      seen.push(headers);
      response.end('{}');
    });
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => listening.close(resolve)));
    server = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  const configOf = (exec: object, { user, cluster }: Opened): string =>
    kubeconfigOf(
      { server, ...cluster },
      { exec: { apiVersion: v1, command: 'sh', ...exec }, ...user },
    );

  function open(exec: object, options: Opened = {}) {
    const kubeconfig = join(folder, 'config');
    writeFileSync(kubeconfig, configOf(exec, options));
    const lines: object[] = [];
    const at = (level: string) => (keys: object, message?: string) =>
      void lines.push({ level, message, ...keys });
    const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
    const { clock = systemClock, processes = systemProcesses } = options;
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin', ...options.env };
    const processContext = { env, readFile: (path: string) => readFileSync(path) };
    const transport = openTransport({ kubeconfig }, processContext, { clock, log, processes });
    closers.push(() => transport.close());
    return { transport, lines };
  }

  const path = (name: string): string => join(folder, name);
  const written = (name: string): string => readFileSync(path(name), 'utf8');
  const isWritten = (name: string): boolean => {
    try {
      return written(name).endsWith('\n');
    } catch {
      return false;
    }
  };
  const tokens = (): unknown[] => seen.map(({ authorization }) => authorization);

  const closeLater = (close: () => unknown): void => void closers.push(close);
  return {
    closeLater,
    configOf,
    open,
    path,
    written,
    isWritten,
    tokens,
  };
}
