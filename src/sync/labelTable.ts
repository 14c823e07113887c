// LabelTable follows the labels of namespaces or nodes, for the objects that inherit them.
import { Reflector } from '../kube/reflector.ts';
import type { SyncStatus } from '../kube/types.ts';
import { membersOf } from '../lib/members.ts';
import type { LabelSourceName } from '../metrics/promotedLabels.ts';
import type { LabelSource } from '../metrics/promotion.ts';
import { namedTable } from './namedTable.ts';
import { markedLog, type SideReflectorOptions, sayingMalformed } from './sideReflector.ts';

/** A source that is followed at run time; `run` it once. */
export interface FollowedSource extends LabelSource {
  readonly name: LabelSourceName;
  /** Once that is synced or refused, what inherits from it is listed. */
  readonly status: SyncStatus;
  /** Works until the signal aborts; never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

export interface LabelTableOptions extends SideReflectorOptions {
  /** The resource, which is in the core group. */
  readonly name: LabelSourceName;
  /** The labels that are promoted; others are not kept. */
  readonly keys: readonly string[];
}

type Labels = Readonly<Record<string, string>>;

export class LabelTable implements FollowedSource {
  readonly name: LabelSourceName;
  readonly #keys: readonly string[];
  readonly #reflector: Reflector;
  readonly #listeners = new Set<(key: string) => void>();
  /** By the object's name; without those that have none of the labels. */
  readonly #labels = new Map<string, Labels>();

  constructor({ name, keys, ...options }: LabelTableOptions) {
    this.name = name;
    this.#keys = keys;
    const log = markedLog(options.log, '--promote-labels');
    this.#reflector = new Reflector({
      ...options,
      log,
      observer: sayingMalformed({ ...options, log }, name),
      // Of all objects, whatever the shard: those of this shard may inherit from any.
      collection: { resource: name, group: '', version: 'v1', representation: 'metadata' },
      sink: namedTable<Labels | undefined>({
        read: ({ metadata }) => membersOf(metadata.labels ?? {}, keys),
        set: (object, labels) => this.#set(object, labels),
        delete: (object) => this.#set(object, undefined),
        replace: (listed) => this.#replace(listed),
      }),
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

  async run(signal: AbortSignal): Promise<void> {
    await this.#reflector.run(signal);
  }

  #replace(listed: ReadonlyMap<string, Labels | undefined>): void {
    for (const name of [...this.#labels.keys()]) {
      if (!listed.has(name)) this.#set(name, undefined);
    }
    for (const [name, labels] of listed) this.#set(name, labels);
  }

  #set(name: string, labels: Labels | undefined): void {
    const before = this.#labels.get(name);
    if (this.#keys.every((key) => before?.[key] === labels?.[key])) return;
    if (labels === undefined) this.#labels.delete(name);
    else this.#labels.set(name, labels);
    for (const listener of this.#listeners) listener(name);
  }
}
