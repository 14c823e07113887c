// SlowAnswers makes the answers that read much text: as NDJSON with progress, few at once.
import { Readable } from 'node:stream';
import type Koa from 'koa';
import { clientOf, type Release, Slots } from '../http/slots.ts';
import { errorMessage } from '../lib/errors.ts';
import type { Snapshot } from '../store/types.ts';
import { familiesIn, familyIn, quoted } from './answers.ts';
import type * as api from './api.ts';
import { ApiRefusal } from './refusal.ts';
import { type ScanOptions, ScanThread } from './scanThread.ts';
import type { ScanKind, ScanResult } from './scanWorker.ts';
import type { ExplorerSource } from './source.ts';

/** Answers that are made at once; each holds a snapshot, and up to 16 MB in the thread. */
const runningMax = 2;
/** Requests that wait for one of these to end, and how long. */
const waitingMax = 4;
const waitMs = 5_000;
/** Between two lines of progress. */
const progressMs = 250;

/** Makes one answer; the signal aborts when the client is gone. */
type Work<T> = (signal: AbortSignal, onProgress: (done: number) => void) => Promise<T>;

type Source = Pick<ExplorerSource, 'stores' | 'clock' | 'log'>;

export class SlowAnswers {
  readonly #source: Source;
  readonly #thread: ScanThread;
  readonly #slots = new Slots({
    total: runningMax,
    perClient: runningMax,
    perLoopback: runningMax,
  });
  #waiting = 0;

  constructor(source: Source, thread = new ScanThread({ clock: source.clock })) {
    this.#source = source;
    this.#thread = thread;
  }

  /** Ends the thread. */
  close(): Promise<void> {
    return this.#thread.close();
  }

  familyLabels(ctx: Koa.Context, name: string): Promise<void> {
    // At once, so that an unknown name is no slow answer.
    familyIn(this.#source.stores.sizes(), name);
    return this.#answer<api.FamilyLabels>(ctx, () => {
      const { stores } = this.#source;
      const sizes = stores.sizes();
      const family = familyIn(sizes, name);
      const snapshot = stores.snapshot(() => true);
      return async (signal, onProgress) => {
        const scan = { kind: 'labels', series: family.series } as const;
        const options = { scan, family: name, textBytes: family.bytes, signal, onProgress };
        const { kind, ...labels } = await this.#scan(snapshot, options, 'labels');
        return { snapshot: sizes.state, family, ...labels };
      };
    });
  }

  zeros(ctx: Koa.Context): Promise<void> {
    return this.#answer<api.Zeros>(ctx, () => {
      const { stores } = this.#source;
      const sizes = stores.sizes();
      const all = familiesIn(sizes);
      const textBytes = all.reduce((bytes, family) => bytes + family.bytes, 0);
      const snapshot = stores.snapshot(() => true);
      return async (signal, onProgress) => {
        const options = { scan: { kind: 'zeros' } as const, textBytes, signal, onProgress };
        const { families } = await this.#scan(snapshot, options, 'zeros');
        const found = new Map(families.map((one) => [one.name, one]));
        return {
          snapshot: sizes.state,
          families: all.map(({ name }) => found.get(name) ?? { name, series: 0, zeros: 0 }),
        };
      };
    });
  }

  /** `-` stands for the cluster-scoped objects. */
  namespaceFamilies(ctx: Koa.Context, asked: string): Promise<void> {
    const namespace = asked === '-' ? '' : asked;
    this.#resourcesIn(namespace);
    return this.#answer<api.NamespaceFamilies>(ctx, () => {
      const { stores } = this.#source;
      const sizes = stores.sizes();
      const resources = this.#resourcesIn(namespace);
      const names = new Set(resources.map(({ resource }) => resource));
      const whole = resources
        .filter(({ namespaces }) => namespaces.size === 1)
        .map(({ resource }) => resource);
      const textBytes = resources.reduce((bytes, one) => bytes + one.bytes, 0);
      const resourceOf = new Map(familiesIn(sizes).map((one) => [one.name, one.resource]));
      const snapshot = stores.snapshot((of) => of.some((name) => names.has(name)));
      return async (signal, onProgress) => {
        const scan = { kind: 'namespace', namespace, whole } as const;
        const options = { scan, textBytes, signal, onProgress };
        const { families } = await this.#scan(snapshot, options, 'namespace');
        const counted = families
          .filter(({ series }) => series > 0)
          .map(({ name, series, bytes }) => ({
            name,
            resource: resourceOf.get(name) ?? '',
            series,
            bytes,
          }));
        counted.sort((one, other) => other.bytes - one.bytes);
        return { snapshot: sizes.state, namespace, families: counted };
      };
    });
  }

  /** The resources with objects in the namespace; refuses where there is none. */
  #resourcesIn(namespace: string) {
    const { resources } = this.#source.stores.sizes();
    const found = resources.filter(({ namespaces }) => namespaces.has(namespace));
    if (found.length > 0) return found;
    const got = namespace === '' ? 'no cluster-scoped object' : quoted(namespace);
    throw new ApiRefusal(
      404,
      `Expected a namespace with objects that are held, got ${got}: api/v1/namespaces lists them.`,
    );
  }

  /** Reads the text of the family, or of all, and releases the snapshot. */
  async #scan<K extends ScanKind['kind']>(
    snapshot: Pick<Snapshot, 'texts' | 'release'>,
    { family, ...options }: Omit<ScanOptions, 'packs'> & { readonly family?: string },
    kind: K,
  ): Promise<Extract<ScanResult, { kind: K }>> {
    const packs = snapshot.texts(family);
    const result = await this.#thread.scan({ ...options, packs }).finally(snapshot.release);
    if (result.kind !== kind) throw new Error(`expected a result of ${kind}, got ${result.kind}`);
    return result as Extract<ScanResult, { kind: K }>;
  }

  /** Waits for a slot; `open` takes the snapshot, once the answer can be made. */
  async #answer<T>(ctx: Koa.Context, open: () => Work<T>): Promise<void> {
    ctx.type = 'application/x-ndjson';
    if (ctx.method === 'HEAD') {
      ctx.status = 200;
      return;
    }
    const closed = new AbortController();
    let release: Release | undefined;
    ctx.res.once('close', () => {
      closed.abort('closed');
      release?.();
    });
    release = await this.#slot(ctx, closed.signal);
    // The client may have disconnected just as it got the slot.
    if (closed.signal.aborted) return void release();
    const { clock, log } = this.#source;
    const opened = open();
    // The place is free as soon as the work is done, however slowly the client reads.
    const work: Work<T> = (...given) => opened(...given).finally(release);
    ctx.body = Readable.from(linesOf(work, closed.signal, clock, log), { objectMode: false });
  }

  async #slot(ctx: Koa.Context, signal: AbortSignal): Promise<Release> {
    const client = clientOf(ctx.req.socket);
    const now = this.#slots.tryAcquire(client);
    if (now !== undefined) return now;
    const busy = `Expected at most ${runningMax} slow answers at once, got one more; try again.`;
    if (this.#waiting >= waitingMax) throw new ApiRefusal(503, busy);
    this.#waiting++;
    try {
      const slot = await this.#slots.acquire(client, waitMs, this.#source.clock, signal);
      if (slot !== undefined) return slot;
      throw new ApiRefusal(503, busy);
    } finally {
      this.#waiting--;
    }
  }
}

const lineOf = <T>(line: api.Slow<T>): string => `${JSON.stringify(line)}\n`;

async function* linesOf<T>(
  work: Work<T>,
  closed: AbortSignal,
  clock: Source['clock'],
  log: Source['log'],
): AsyncGenerator<string> {
  const ended = new AbortController();
  let progress = 0;
  const result = work(closed, (done) => {
    progress = done;
  }).then(
    (value): api.Slow<T> => ({ result: value }),
    (err: unknown): api.Slow<T> => {
      if (!closed.aborted) log.error({ err }, 'a slow answer of the explorer failed');
      return { error: `The answer could not be made: ${errorMessage(err)}; try again.` };
    },
  );
  void result.then(() => ended.abort());
  while (!ended.signal.aborted) {
    yield lineOf<T>({ progress });
    await clock.sleep(progressMs, ended.signal);
  }
  yield lineOf(await result);
}
