// What the tests of kube share: a clock that stands still, a sink and an observer that remember.
import { setTimeout as delay, setImmediate as quiet } from 'node:timers/promises';
import type { Clock } from '../../src/clock.ts';
import { Client } from '../../src/kube/client.ts';
import { openTransport } from '../../src/kube/transport.ts';
import type { ListedObject, ReflectorObserver, Relisting, Sink } from '../../src/kube/types.ts';
import type { Logger } from '../../src/log.ts';
import { Turns } from '../../src/turns.ts';

const patienceMsMax = 5_000;
/** Answers of nock need a few turns from being given to being used. */
const quietTurns = 10;

/** A clock that moves only when told to. */
export class TestClock implements Clock {
  #nowMs = 1_000_000;
  readonly #sleeps = new Set<{ readonly dueMs: number; readonly wake: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  wall(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const wake = (): void => {
        this.#sleeps.delete(sleep);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleep = { dueMs: this.#nowMs + ms, wake };
      this.#sleeps.add(sleep);
      signal?.addEventListener('abort', wake);
    });
  }

  turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** The waits under way, in milliseconds still to go. */
  get pending(): number[] {
    return [...this.#sleeps].map(({ dueMs }) => dueMs - this.#nowMs).sort((a, b) => a - b);
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    for (const { dueMs, wake } of [...this.#sleeps]) if (dueMs <= this.#nowMs) wake();
  }

  /** Lets a wait of exactly this length pass, once there is one. */
  async pass(ms: number): Promise<void> {
    await until(
      () => this.pending.includes(ms),
      () => `a wait of ${ms} ms among ${this.pending.join(', ') || 'none'}`,
    );
    this.advance(ms);
  }
}

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
  room = (): Promise<void> => Promise.resolve();
  /** What is waited for before a list that is committed shows; likewise. */
  served = (): Promise<void> => Promise.resolve();

  put(object: ListedObject): void {
    this.puts++;
    this.objects.set(keyOf(object), String(object.metadata.resourceVersion));
  }

  delete(object: ListedObject): void {
    this.objects.delete(keyOf(object));
  }

  relist(): Relisting {
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
      room: () => this.room(),
      commit: async () => {
        await this.served();
        if (closed) return;
        close('commits');
        this.objects = built.objects;
      },
      abort: () => {
        if (!closed) close('aborts');
      },
    };
  }

  /** `namespace/name@version`, sorted. */
  get content(): string[] {
    return [...this.objects].map(([key, version]) => `${key}@${version}`).sort();
  }
}

function keyOf({ metadata }: ListedObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** Remembers everything it is told, one word or two for each. */
export class RecordingObserver implements ReflectorObserver {
  readonly told: string[] = [];
  list(outcome: string): void {
    this.told.push(`list ${outcome}`);
  }
  watch(outcome: string): void {
    this.told.push(`watch ${outcome}`);
  }
  relist(reason: string): void {
    this.told.push(`relist ${reason}`);
  }
  watchRestart(reason: string): void {
    this.told.push(`restart ${reason}`);
  }
  event(): void {
    this.told.push('event');
  }
  bookmark(): void {
    this.told.push('bookmark');
  }
  malformed(key: string): void {
    this.told.push(`malformed ${key}`);
  }
}

/** A logger that keeps its lines as `level message`. */
export function recordingLog(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (_keys: unknown, message?: string) =>
    void lines.push(`${level} ${message}`);
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** A client of a server named by its URL, without credentials. */
export function clientOf(server: string, clock: Clock, log: Logger): Client {
  const surroundings = {
    env: {},
    readFile: (path: string): Buffer => {
      throw new Error(`no file is to be read, got ${path}`);
    },
  };
  const transport = openTransport({ apiserver: server }, surroundings, { clock, log });
  return new Client({
    transport,
    userAgent: 'kubestate/test',
    clock,
    turns: new Turns(clock),
    log,
  });
}

/** An object as the server sends it. */
export function object(key: string, version: number, more: object = {}): ListedObject {
  const [namespace, name] = key.split('/') as [string, string];
  return { metadata: { namespace, name, resourceVersion: String(version), ...more } };
}
