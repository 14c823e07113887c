// NamespaceFilter keeps of a collection what is in namespaces that match --namespace-selector.
import type { Clock } from '../lib/clock.ts';
import { aborted } from '../lib/deadline.ts';
import type { ObjectIdentity, ObjectVersion, Relist, Sink } from '../store/types.ts';
import type { SelectedNamespaces } from './selectedNamespaces.ts';

/** Changes of the set are followed together, so late: many at once cost as much as one. */
const settleMs = 1_000;
/** Between two lists for namespaces that joined lies this time, and no less than a list takes. */
const restMsMin = 4_000;
/** Namespaces that are known to have had objects left out; beyond it all count as such. */
const droppedMax = 4_096;
/** Objects looked at in one turn of the event loop. */
const lookedAtMax = 2_000;

export interface NamespaceFilterOptions {
  readonly namespaces: Pick<SelectedNamespaces, 'has' | 'listen'>;
  readonly clock: Clock;
  /** What of the collection is stored. */
  readonly stored: () => Iterable<ObjectVersion>;
  /** Called when objects of one more namespace are kept. */
  readonly onScopeGrows?: (namespace: string) => void;
  /** Called when objects of namespaces that do not match any more have been deleted. */
  readonly onScopeShrinks?: () => void;
  /** Asks for a full list of the collection. */
  readonly relist: () => void;
}

/**
 * The filter looks at the set with each object. So what is stored can be wrong in two ways, which
 * are mended soon after a change: objects of a namespace that left are deleted; where objects of a
 * namespace that joined were left out before, the collection is listed again. None were where the
 * namespace is new, as most are that join: that costs no list. Both wait for a list under way,
 * which would be interrupted, or bring the objects back.
 */
export class NamespaceFilter {
  readonly #options: NamespaceFilterOptions;
  readonly #target: Sink;
  /** Namespaces of which something was left out since the last list began. */
  readonly #dropped = new Set<string>();
  #droppedAll = false;
  /** Namespaces that match, of which something was left out. */
  readonly #missing = new Set<string>();
  /** Whether something may be stored of a namespace that does not match any more. */
  #surplus = false;
  /** Whether a list was asked for that has not begun. */
  #asked = false;
  /** When the list under way began. */
  #listSinceMs: number | undefined;
  #restUntilMs = Number.NEGATIVE_INFINITY;
  #settling: Promise<void> | undefined;

  constructor(target: Sink, options: NamespaceFilterOptions) {
    this.#target = target;
    this.#options = options;
  }

  /** The target, but it gets what is in namespaces that match. */
  get sink(): Sink {
    const target = this.#target;
    return {
      accepts: (metadata) => this.#admits(metadata) && target.accepts?.(metadata) !== false,
      ...this.#passing(target),
      relist: () => this.#relist(target.relist()),
      drained: () => target.drained(),
    };
  }

  /** Whether the store is as the set of now asks for. */
  get settled(): boolean {
    return this.#missing.size === 0 && !this.#surplus;
  }

  /** Follows the set until the signal aborts; the returned promise resolves when that is over. */
  async run(signal: AbortSignal): Promise<void> {
    const { namespaces } = this.#options;
    const settle = (): void => {
      if (!this.settled) this.#settling ??= this.#settle(signal);
    };
    const stop = namespaces.listen({
      joined: (namespace) => {
        this.#options.onScopeGrows?.(namespace);
        if (this.#droppedAll || this.#dropped.has(namespace)) this.#missing.add(namespace);
        settle();
      },
      left: (namespace) => {
        this.#missing.delete(namespace);
        this.#surplus = true;
        settle();
      },
    });
    await aborted(signal);
    stop();
    await this.#settling;
  }

  #admits({ namespace }: ObjectIdentity): boolean {
    const name = namespace ?? '';
    if (this.#options.namespaces.has(name)) return true;
    this.#drop(name);
    return false;
  }

  #drop(namespace: string): void {
    if (this.#dropped.size < droppedMax) this.#dropped.add(namespace);
    else if (!this.#dropped.has(namespace)) this.#droppedAll = true;
  }

  #passing(target: Pick<Sink, 'put' | 'delete'>): Pick<Sink, 'put' | 'delete'> {
    return {
      put: (object) => (this.#admits(object.metadata) ? target.put(object) : undefined),
      delete: (object) => (this.#admits(object.metadata) ? target.delete(object) : undefined),
    };
  }

  #relist(target: Relist): Relist {
    this.#listBegins();
    return {
      ...this.#passing(target),
      drained: () => target.drained(),
      commit: () => target.commit().finally(() => this.#listEnds()),
      abort: () => target.abort().finally(() => this.#listEnds()),
    };
  }

  /** What was left out before is in this list, or is left out of it again. */
  #listBegins(): void {
    this.#dropped.clear();
    this.#droppedAll = false;
    this.#missing.clear();
    this.#asked = false;
    this.#listSinceMs = this.#options.clock.now();
  }

  #listEnds(): void {
    if (this.#listSinceMs === undefined) return;
    const now = this.#options.clock.now();
    this.#restUntilMs = now + Math.max(restMsMin, now - this.#listSinceMs);
    this.#listSinceMs = undefined;
  }

  async #settle(signal: AbortSignal): Promise<void> {
    const { clock, relist } = this.#options;
    while (!this.settled && !signal.aborted) {
      await clock.sleep(settleMs, signal);
      if (this.#listSinceMs !== undefined || signal.aborted) continue;
      if (this.#surplus) await this.#deleteSurplus();
      if (this.#missing.size === 0 || this.#asked || clock.now() < this.#restUntilMs) continue;
      this.#asked = true;
      relist();
    }
    this.#settling = undefined;
  }

  /** Deletes what is stored of namespaces that do not match, unless a list begins meanwhile. */
  async #deleteSurplus(): Promise<void> {
    const { stored, namespaces, clock } = this.#options;
    this.#surplus = false;
    let lookedAt = 0;
    for (const { key, uid } of stored()) {
      const [namespace = '', name = ''] = key.split('/');
      if (!namespaces.has(namespace)) {
        this.#drop(namespace);
        this.#target.delete({ metadata: { namespace, name, uid } });
      }
      if (++lookedAt % lookedAtMax > 0) continue;
      await clock.turn();
      if (this.#listSinceMs !== undefined) {
        this.#surplus = true;
        return;
      }
    }
    this.#options.onScopeShrinks?.();
  }
}
