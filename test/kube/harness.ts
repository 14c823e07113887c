// What the tests of kube share: a clock that stands still, a sink and an observer that remember.

import { setTimeout as delay, setImmediate as quiet } from 'node:timers/promises';
import { Client } from '../../src/kube/client.ts';
import { openTransport } from '../../src/kube/transport.ts';
import type { ReflectorObserver } from '../../src/kube/types.ts';
import type { BodyTicks } from '../../src/kube/watchBody.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { Logger } from '../../src/lib/log.ts';
import { keyOf } from '../../src/lib/objectKey.ts';
import { TimeSlicer } from '../../src/lib/timeSlicer.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import type { Relist, Sink } from '../../src/store/types.ts';
import { noopObserver } from '../../src/telemetry/registry.ts';
import { TestClock } from '../support/clock.ts';
import { kubeconfigOf } from '../support/kubeconfig.ts';

const patienceMsMax = 5_000;
/** Answers of nock need a few turns from being given to being used. */
const quietTurns = 10;

/** A clock that moves only when told to, and an event loop that turns only then, too. */
export class LoopClock extends TestClock {
  readonly startMs = this.now();
  #turning: (() => void)[] = [];

  override turn(): Promise<void> {
    return new Promise((resolve) => this.#turning.push(resolve));
  }

  /** One turn, and all that is done before the next one; false where nobody waits for it. */
  async goOn(): Promise<boolean> {
    const turning = this.#turning;
    this.#turning = [];
    for (const resolve of turning) resolve();
    await quiet();
    return turning.length > 0;
  }
}

/** Resolves once the condition holds; rejects with what was expected if it never does. */
export async function until(condition: () => boolean, expected: () => string): Promise<void> {
  const giveUp = performance.now() + patienceMsMax;
  while (!condition()) {
    if (performance.now() > giveUp) throw new Error(`never saw ${expected()}`);
    await delay(1);
  }
}

/** Resolves once what is looked at has stayed the same for some turns of the event loop. */
export async function settled(look: () => unknown): Promise<void> {
  let seen = '';
  for (let same = 0; same < quietTurns; same++) {
    const now = JSON.stringify(look());
    if (now !== seen) same = 0;
    seen = now;
    await delay(1);
  }
}

/** A sink that keeps versions by key, and what was ever visible in it. */
export class MemorySink implements Sink {
  objects = new Map<string, string>();
  /** All that was ever put, seen or not. */
  puts = 0;
  readonly relistings = { open: 0, commits: 0, aborts: 0 };
  /** What is waited for before the sink takes more; a test may put another in its place. */
  drained = (): Promise<void> => Promise.resolve();
  /** What is waited for before a list that is committed shows; likewise. */
  served = (): Promise<void> => Promise.resolve();

  put(object: KubeObject): void {
    this.puts++;
    this.objects.set(keyOf(object.metadata), String(object.metadata.resourceVersion));
  }

  delete(object: KubeObject): void {
    this.objects.delete(keyOf(object.metadata));
  }

  relist(): Relist {
    const built = new MemorySink();
    this.relistings.open++;
    let closed = false;
    const close = (how: 'commits' | 'aborts'): void => {
      closed = true;
      this.relistings.open--;
      this.relistings[how]++;
    };
    return {
      put: (object) => {
        this.puts++;
        built.put(object);
      },
      delete: (object) => built.delete(object),
      drained: () => this.drained(),
      commit: async () => {
        await this.served();
        if (closed) return;
        close('commits');
        this.objects = built.objects;
      },
      abort: () => {
        if (!closed) close('aborts');
        return Promise.resolve(false);
      },
    };
  }

  /** `namespace/name@version`, sorted. */
  get content(): string[] {
    return [...this.objects].map(([key, version]) => `${key}@${version}`).sort();
  }
}

/** Keeps each call as one word or two: the method, and what it was called with first. */
export function recordingObserver(): ReflectorObserver & { readonly told: string[] } {
  const told: string[] = [];
  const methods = Object.keys(noopObserver).map((method) => {
    const word = method === 'watchRestart' ? 'restart' : method;
    return [
      method,
      (...[first]: string[]) => told.push(first === undefined ? word : `${word} ${first}`),
    ];
  });
  return { ...Object.fromEntries(methods), told };
}

/** A logger that keeps its lines as `level message`. */
export function recordingLog(): Logger & {
  readonly lines: string[];
  /** The keys of each line, with its message. */
  readonly keys: { readonly message: string; readonly [key: string]: unknown }[];
} {
  const lines: string[] = [];
  const keys: { readonly message: string }[] = [];
  const at = (level: string) => (given: unknown, message?: string) => {
    lines.push(`${level} ${message}`);
    keys.push({ ...(given as object), message: message ?? '' });
  };
  return {
    lines,
    keys,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  };
}

/** Reads every watch as its bytes come, for tests of what is read and not of when. */
export const readAtOnce: BodyTicks = {
  wait: (body) => body.close(),
  used: (body) => body.close(),
  got: () => undefined,
  forget: () => undefined,
};

/** The only file that is read, by a client that is given a certificate to trust. */
const trustFile = '/trust';
/** A kubeconfig names a server; --apiserver replaces it. */
const nowhere = 'https://kube.test';

const trusting = (certificate: string): Buffer => {
  const ca = Buffer.from(certificate).toString('base64');
  return Buffer.from(kubeconfigOf({ server: nowhere, 'certificate-authority-data': ca }));
};

/** A client of a server named by its URL, without credentials; it trusts `certificate`. */
export function clientOf(
  server: string,
  clock: Clock,
  log: Logger,
  ticks: BodyTicks = readAtOnce,
  certificate?: string,
): Client {
  const processContext = {
    env: {},
    readFile: (path: string): Buffer => {
      if (path === trustFile && certificate !== undefined) return trusting(certificate);
      throw new Error(`no file is to be read, got ${path}`);
    },
  };
  const kubeconfig = certificate === undefined ? undefined : trustFile;
  const flags = { apiserver: server, kubeconfig };
  const transport = openTransport(flags, processContext, { clock, log });
  return new Client({
    transport,
    userAgent: 'kubestate/test',
    clock,
    timeSlicer: new TimeSlicer(clock),
    ticks,
    log,
  });
}

/** An object as the server sends it. */
export function object(key: string, version: number, more: object = {}): KubeObject {
  const [namespace, name] = key.split('/') as [string, string];
  return { metadata: { namespace, name, resourceVersion: String(version), ...more } };
}
