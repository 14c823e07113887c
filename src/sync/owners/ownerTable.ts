// OwnerTable keeps the controller of each object of one kind, by uid: a link of chains of owners.

import type { Clock } from '../../lib/clock.ts';
import { inSteps } from '../../lib/inSteps.ts';
import { controllerOf, type OwnerReference } from '../../lib/ownerKey.ts';
import type { KubeObject, ObjectMeta } from '../../metrics/object.ts';
import type { Relist, Sink } from '../../store/types.ts';
import { ownersPerTurn } from './owners.ts';

export type Labels = Readonly<Record<string, string>>;

/** What is kept of an object that may own others. Within a table, equal entries are one. */
export interface OwnerEntry {
  /** Empty where the object is in none. */
  readonly namespace: string;
  readonly controller: OwnerReference | undefined;
  /** Those that were asked for; undefined where it has none of them. */
  readonly labels: Labels | undefined;
}

export interface OwnerTableOptions {
  /** The labels to keep of an object; without it none is kept. */
  readonly keepLabels?: ((labels: Labels) => Labels | undefined) | undefined;
  /** Called once the object of that uid is new, has another entry, or is gone. */
  onChange(uid: string): void;
  /** The steps that follow once a list was committed: any object may have changed. */
  onRelisted(): Iterable<void>;
  readonly clock: Pick<Clock, 'turn'>;
}

/** An entry, and how many objects have it. */
interface SharedEntry extends OwnerEntry {
  readonly key: string;
  uses: number;
}

type Entries = Map<string, SharedEntry>;

/** A table has parts as a store has: each collection fills its own. */
export class OwnerTable {
  readonly #options: OwnerTableOptions;
  /** By namespace; that of all namespaces, and of kinds that are in none, is the empty one. */
  readonly #parts = new Map<string, Entries>();
  /**
   * Objects that say the same share an entry: most owners have no controller themselves, and most
   * ReplicaSets of a Deployment are its past.
   */
  readonly #shared = new Map<string, SharedEntry>();

  constructor(options: OwnerTableOptions) {
    this.#options = options;
  }

  /** How many objects there are. */
  get size(): number {
    return [...this.#parts.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** The entry of an object that is in the namespace, or in none. */
  get(uid: string, namespace: string): OwnerEntry | undefined {
    return this.#parts.get('')?.get(uid) ?? this.#parts.get(namespace)?.get(uid);
  }

  /** What controls the objects, or nothing: each once for every namespace. */
  *controllers(): Generator<OwnerReference | undefined> {
    for (const { controller } of this.#shared.values()) yield controller;
  }

  /** What keeps the part equal to its collection; `part` is its namespace, if it has one. */
  sinkOf(part = ''): Sink {
    const entries = (): Entries => this.#parts.get(part) ?? new Map();
    return {
      put: ({ metadata }) => this.#put(part, metadata),
      delete: ({ metadata: { uid = '' } }) => {
        const entry = entries().get(uid ?? '');
        if (entry === undefined) return;
        entries().delete(uid ?? '');
        this.#release(entry);
        this.#options.onChange(uid ?? '');
      },
      relist: () => this.#relist(part),
      drained: atOnce,
    };
  }

  #put(part: string, metadata: ObjectMeta): void {
    let entries = this.#parts.get(part);
    if (entries === undefined) {
      entries = new Map();
      this.#parts.set(part, entries);
    }
    if (this.#set(entries, metadata)) this.#options.onChange(uidOf(metadata));
  }

  #relist(part: string): Relist {
    const listed: Entries = new Map();
    let committed = false;
    const inTurns = (steps: Iterable<void>) => inSteps(steps, ownersPerTurn, this.#options.clock);
    return {
      put: ({ metadata }: KubeObject) => void this.#set(listed, metadata),
      delete: ({ metadata }: KubeObject) => {
        const entry = listed.get(metadata.uid ?? '');
        if (entry !== undefined) this.#release(entry);
        listed.delete(metadata.uid ?? '');
      },
      drained: atOnce,
      commit: async () => {
        committed = true;
        const before = this.#parts.get(part);
        this.#parts.set(part, listed);
        await inTurns(this.#options.onRelisted());
        if (before !== undefined) await inTurns(this.#releaseAll(before));
      },
      abort: async () => {
        if (!committed) await inTurns(this.#releaseAll(listed));
        return committed;
      },
    };
  }

  /** Whether that changes anything; throws where the object has no uid. */
  #set(entries: Entries, metadata: ObjectMeta): boolean {
    const uid = uidOf(metadata);
    const before = entries.get(uid);
    const entry = this.#use(metadata);
    if (entry === before) {
      this.#release(entry);
      return false;
    }
    entries.set(uid, entry);
    if (before !== undefined) this.#release(before);
    return true;
  }

  #use(metadata: ObjectMeta): SharedEntry {
    const { namespace, labels } = metadata;
    const controller = controllerOf(metadata);
    const kept = this.#options.keepLabels?.(labels ?? {});
    const key = JSON.stringify([namespace ?? '', controller, kept]);
    let entry = this.#shared.get(key);
    if (entry === undefined) {
      entry = { namespace: namespace ?? '', controller, labels: kept, key, uses: 0 };
      this.#shared.set(key, entry);
    }
    entry.uses++;
    return entry;
  }

  *#releaseAll(entries: Entries): Generator<void> {
    for (const entry of entries.values()) yield this.#release(entry);
  }

  #release(entry: SharedEntry): void {
    entry.uses--;
    if (entry.uses === 0) this.#shared.delete(entry.key);
  }
}

function uidOf({ uid }: ObjectMeta): string {
  if (typeof uid === 'string' && uid !== '') return uid;
  throw new Error('expected an object with metadata.uid, got one without');
}

const atOnce = (): Promise<void> => Promise.resolve();
