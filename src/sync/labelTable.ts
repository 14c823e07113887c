// LabelTable follows the labels of namespaces or nodes, for the objects that inherit them.
import type { Client } from '../kube/client.ts';
import { Reflector } from '../kube/reflector.ts';
import type { ReflectorObserver, SyncStatus } from '../kube/types.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { memberOf } from '../lib/memberOf.ts';
import type { KubeObject } from '../metrics/object.ts';
import type { LabelSourceName } from '../metrics/promotedLabels.ts';
import type { LabelSource } from '../metrics/promotion.ts';
import type { Relist, Sink } from '../store/types.ts';
import { markedLog } from './markedLog.ts';

/** How often it is looked whether the first list was refused for good. */
const refusedMs = 500;

/** A source that is followed at run time; `run` it once. */
export interface FollowedSource extends LabelSource {
  readonly name: LabelSourceName;
  readonly status: SyncStatus;
  /** Resolves once all labels are known, or will not be: refused, or the signal aborted. */
  known(signal: AbortSignal): Promise<void>;
  /** Works until the signal aborts; never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

export interface LabelTableOptions {
  /** The resource, which is in the core group. */
  readonly name: LabelSourceName;
  /** The labels that are promoted; others are not kept. */
  readonly keys: readonly string[];
  readonly client: Client;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** As for all lists: --use-apiserver-cache. */
  readonly fromMemory: boolean;
  /** Counts the list and the watch, which are not those of a resource that is served. */
  readonly observer: Omit<ReflectorObserver, 'malformed'>;
}

type Labels = Readonly<Record<string, string>>;

export class LabelTable implements FollowedSource {
  readonly name: LabelSourceName;
  readonly #keys: readonly string[];
  readonly #clock: Clock;
  readonly #reflector: Reflector;
  readonly #listeners = new Set<(key: string) => void>();
  readonly #firstList = Promise.withResolvers<void>();
  /** By the object's name; without those that have none of the labels. */
  #labels = new Map<string, Labels>();

  constructor({ name, keys, observer, ...rest }: LabelTableOptions) {
    this.name = name;
    this.#keys = keys;
    this.#clock = rest.clock;
    const log = markedLog(rest.log, '--promote-labels');
    this.#reflector = new Reflector({
      ...rest,
      log,
      // Of all objects, whatever the shard: those of this shard may inherit from any.
      collection: { resource: name, group: '', version: 'v1', representation: 'metadata' },
      sink: this.#sink(),
      observer: {
        ...observer,
        malformed: (object, err) =>
          log.warn({ object, err }, 'object or event left out: it cannot be read'),
      },
    });
  }

  labelsOf(key: string): Labels | undefined {
    return this.#labels.get(key);
  }

  listen(listener: (key: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  get status(): SyncStatus {
    return this.#reflector.status;
  }

  async known(signal: AbortSignal): Promise<void> {
    const isOpen = (): boolean => {
      const { synced, refused } = this.#reflector.status;
      return !synced && !refused && !signal.aborted;
    };
    while (isOpen()) {
      const waiting = new AbortController();
      const wait = this.#clock.sleep(refusedMs, AbortSignal.any([signal, waiting.signal]));
      await Promise.race([this.#firstList.promise, wait]);
      waiting.abort();
    }
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.#reflector.run(signal);
  }

  #sink(): Sink {
    return {
      put: ({ metadata }) => this.#set(metadata.name, this.#wanted(metadata)),
      delete: ({ metadata }) => this.#set(metadata.name, undefined),
      relist: () => this.#relist(),
      drained: () => Promise.resolve(),
    };
  }

  #relist(): Relist {
    const listed = new Map<string, Labels>();
    let committed = false;
    return {
      put: ({ metadata }) => {
        const labels = this.#wanted(metadata);
        if (labels === undefined) listed.delete(metadata.name);
        else listed.set(metadata.name, labels);
      },
      delete: ({ metadata }) => void listed.delete(metadata.name),
      drained: () => Promise.resolve(),
      commit: async () => {
        committed = true;
        for (const name of [...this.#labels.keys()]) {
          if (!listed.has(name)) this.#set(name, undefined);
        }
        for (const [name, labels] of listed) this.#set(name, labels);
        this.#firstList.resolve();
      },
      abort: async () => committed,
    };
  }

  /** Undefined where it has none of them. */
  #wanted({ labels }: KubeObject['metadata']): Labels | undefined {
    const wanted = this.#keys.flatMap((key): [string, string][] => {
      const value = memberOf(labels ?? {}, key);
      return value === undefined ? [] : [[key, value]];
    });
    return wanted.length === 0 ? undefined : Object.fromEntries(wanted);
  }

  #set(name: string, labels: Labels | undefined): void {
    const before = this.#labels.get(name);
    if (this.#keys.every((key) => before?.[key] === labels?.[key])) return;
    if (labels === undefined) this.#labels.delete(name);
    else this.#labels.set(name, labels);
    for (const listener of this.#listeners) listener(name);
  }
}
