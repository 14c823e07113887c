// Counters are the series of counted families: each counts over many objects, and outlives them.
import type { Clock } from '../lib/clock.ts';
import type { Count, CountedFamily } from '../metrics/counts.ts';
import type { KubeObject } from '../metrics/object.ts';
import type { Renderer } from '../metrics/render.ts';
import { rendererOfTexts } from '../metrics/rendered.ts';
import { formatNumber, labelsWriter } from '../metrics/text.ts';
import type { Store, StoreSize } from './types.ts';

/** The most counters of one store; what others would count is counted together, without labels. */
export const countersMax = 10_000;
/** A counter is dropped once it has had no object for so long. */
export const idleMsMax = 3_600_000;

/** What tells a series from others. */
export type Series = Pick<Count, 'family' | 'labels' | 'namespace'>;

/** One series; a `Counters` alone changes it. */
export interface Counter extends Series {
  value: number;
  /** Objects that count in it. */
  objects: number;
  /** Which flush serves it first, as 0; undefined once a scrape has seen that. */
  zeroIn: number | undefined;
}

/** The flushes of the store of the counters, numbered as they begin. */
export interface Flushes {
  /** The one that will serve a change of now. */
  readonly next: number;
  /** The last one whose changes are served. */
  readonly served: number;
}

export interface CountersOptions {
  readonly families: readonly CountedFamily[];
  readonly store: Pick<Store, 'put' | 'delete' | 'size' | 'textsOf'>;
  readonly flushes: () => Flushes;
  readonly clock: Pick<Clock, 'now'>;
  /** Called with each new thing to count that gets no counter of its own. */
  onFull(family: string): void;
}

/**
 * A counter appears as 0, and shows what it has counted once a scrape has seen that: of a series
 * that begins with another number, Prometheus' `increase` would miss the first. It stays for an
 * hour after the last of its objects.
 */
export class Counters {
  readonly #options: CountersOptions;
  readonly #families: readonly Map<string, Counter>[];
  /** What is counted beyond the limit, by family. */
  readonly #rests = new Map<number, Counter>();
  /** Counters that no scrape has seen yet. */
  readonly #unseen = new Set<Counter>();
  /** Counters without objects, and since when; the one that has had none for longest first. */
  readonly #idle = new Map<Counter, number>();
  #count = 0;

  constructor(options: CountersOptions) {
    this.#options = options;
    this.#families = options.families.map(() => new Map());
  }

  /** Which of the families has the name; -1 where none does. */
  familyOf(name: string): number {
    return this.#options.families.findIndex((family) => family.name === name);
  }

  get size(): StoreSize {
    return this.#options.store.size;
  }

  /** As `Store.textsOf`, of a counter. */
  textsOf(key: string): ReturnType<Store['textsOf']> {
    return this.#options.store.textsOf(key);
  }

  /** The counter of the series, for an object that counts in it from now on until `release`. */
  hold(series: Series): Counter {
    const counter = this.#find(series);
    counter.objects++;
    this.#idle.delete(counter);
    return counter;
  }

  /** An object of the counter is gone. */
  release(counter: Counter): void {
    counter.objects--;
    if (counter.objects === 0) this.#idle.set(counter, this.#options.clock.now());
    this.#expire();
  }

  add(counter: Counter, growth: number): void {
    if (growth === 0) return;
    counter.value += growth;
    if (counter.zeroIn === undefined) this.#write(counter);
  }

  /** For a snapshot of now: to be called when a scrape has read all of it. */
  onRead(): () => void {
    this.#expire();
    const { served } = this.#options.flushes();
    return () => this.#seen(served);
  }

  /** Drops the counters without objects of namespaces that are not included any more. */
  scopeShrinks(includes: (namespace: string) => boolean): void {
    for (const counter of this.#idle.keys()) {
      if (counter.namespace !== '' && !includes(counter.namespace)) this.#drop(counter);
    }
  }

  /**
   * Goes on from the values of others, in whose place these are served from now on; returns the
   * counters that do. Where both follow the `sameObjects`, those are among them that no object
   * counts in here: they end when the others would have ended them.
   */
  continue(from: Counters, sameObjects: boolean): ReadonlySet<Counter> {
    from.#expire();
    const continued = new Set<Counter>();
    const idleSince = new Map(this.#idle);
    for (const old of from.#all()) {
      const { name } = from.#options.families[old.family] as CountedFamily;
      const family = this.familyOf(name);
      if (family < 0) continue;
      const isRest = from.#rests.get(old.family) === old;
      const known = isRest ? this.#rests.get(family) : this.#families[family]?.get(old.labels);
      if (known === undefined && (!sameObjects || this.#count >= countersMax)) continue;
      const counter = known ?? this.#open({ ...old, family }, isRest);
      if (known === undefined) {
        idleSince.set(counter, from.#idle.get(old) ?? this.#options.clock.now());
      }
      counter.value = old.value;
      continued.add(counter);
      if (old.zeroIn === undefined) {
        counter.zeroIn = undefined;
        this.#unseen.delete(counter);
      }
      this.#write(counter);
    }
    this.#idle.clear();
    for (const [counter, since] of [...idleSince].sort(([, a], [, b]) => a - b)) {
      this.#idle.set(counter, since);
    }
    return continued;
  }

  *#all(): Generator<Counter> {
    for (const counters of this.#families) yield* counters.values();
    yield* this.#rests.values();
  }

  /** A scrape has seen what this flush, and those before it, have written. */
  #seen(flush: number): void {
    for (const counter of this.#unseen) {
      if (counter.zeroIn === undefined || counter.zeroIn > flush) continue;
      counter.zeroIn = undefined;
      this.#unseen.delete(counter);
      if (counter.value !== 0) this.#write(counter);
    }
  }

  #find(series: Series): Counter {
    const { family, labels } = series;
    const known = this.#families[family]?.get(labels);
    if (known !== undefined) return known;
    this.#expire();
    if (this.#count >= countersMax) return this.#rest(family);
    return this.#open(series, false);
  }

  #rest(family: number): Counter {
    const { name, labels } = this.#options.families[family] as CountedFamily;
    this.#options.onFull(name);
    const known = this.#rests.get(family);
    return known ?? this.#open({ family, labels: labelsWriter(labels)([]), namespace: '' }, true);
  }

  /** A counter that appears as 0; the rest is what is counted beyond the limit. */
  #open({ family, labels, namespace }: Series, isRest: boolean): Counter {
    const zeroIn = this.#options.flushes().next;
    const counter = { family, labels, namespace, value: 0, objects: 0, zeroIn };
    if (isRest) {
      this.#rests.set(family, counter);
    } else {
      this.#families[family]?.set(labels, counter);
      this.#count++;
    }
    this.#unseen.add(counter);
    this.#write(counter);
    return counter;
  }

  #write(counter: Counter): void {
    const { family, value, zeroIn } = counter;
    const object = this.#objectOf(counter);
    const shown = zeroIn === undefined ? value : 0;
    const text = `${object.metadata.name} ${formatNumber(shown)}\n`;
    this.#options.store.put({ ...object, family, text } as CounterObject);
  }

  /** The object that stands for it in its store, named by its series. */
  #objectOf({ family, labels, namespace }: Counter): KubeObject {
    const { name } = this.#options.families[family] as CountedFamily;
    return { metadata: { namespace, name: `${name}{${labels}}` } };
  }

  /** Drops counters that have had no object for an hour. */
  #expire(): void {
    const until = this.#options.clock.now() - idleMsMax;
    for (const [counter, since] of this.#idle) {
      if (since > until) return;
      this.#drop(counter);
    }
  }

  #drop(counter: Counter): void {
    this.#idle.delete(counter);
    this.#unseen.delete(counter);
    this.#options.store.delete(this.#objectOf(counter));
    if (this.#rests.get(counter.family) === counter) this.#rests.delete(counter.family);
    else if (this.#families[counter.family]?.delete(counter.labels)) this.#count--;
  }
}

/** What the store of the counters gets in place of an object of the API. */
interface CounterObject extends KubeObject {
  readonly family: number;
  readonly text: string;
}

/** The renderer of that store. */
export const rendererOfCounters = (families: readonly CountedFamily[]): Renderer =>
  rendererOfTexts(families, (object) => {
    const { family, text } = object as CounterObject;
    return families.map((_, i) => (i === family ? text : ''));
  });
