// ServedSizes counts what one store serves, by family and by namespace, as flushes change it.
import { namespaceOf } from '../lib/objectKey.ts';
import type { BlockText } from './segment.ts';
import type { StoreSize } from './types.ts';

/** By namespace; that of cluster-scoped objects is empty. */
type Sizes = Map<string, Mutable<StoreSize>>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What changed in each namespace since the last flush. */
export type NamespaceChanges = ReadonlyMap<string, StoreSize>;

/**
 * Families are counted by the segments that a flush replaces. Namespaces are counted by object: a
 * change is pending until the flush that serves it commits.
 */
export class ServedSizes {
  /** By family. */
  readonly series: number[];
  readonly bytes: number[];
  /** Namespaces with objects. */
  readonly namespaces: Sizes = new Map();
  objects = 0;
  #pending: Sizes = new Map();

  constructor(families: number) {
    this.series = new Array<number>(families).fill(0);
    this.bytes = new Array<number>(families).fill(0);
  }

  /** An object came, went or changed: by so much the content grows with the next flush. */
  change(key: string, objects: number, series: number, bytes: number): void {
    if (objects === 0 && series === 0 && bytes === 0) return;
    add(this.#pending, namespaceOf(key), objects, series, bytes);
  }

  /** Takes what is pending, for a flush that begins. */
  takePending(): NamespaceChanges {
    const taken = this.#pending;
    this.#pending = new Map();
    return taken;
  }

  /** The flush failed: what was taken is pending again. */
  rollback(taken: NamespaceChanges): void {
    for (const [namespace, { objects, series, bytes }] of taken) {
      add(this.#pending, namespace, objects, series, bytes);
    }
  }

  /** What was taken is served. */
  commit(taken: NamespaceChanges): void {
    for (const [namespace, { objects, series, bytes }] of taken) {
      const size = add(this.namespaces, namespace, objects, series, bytes);
      if (size.objects === 0) this.namespaces.delete(namespace);
      this.objects += objects;
    }
  }

  /** The text of a block is served in place of another one; undefined stands for none. */
  replaced(old: BlockText | undefined, text: BlockText | undefined): void {
    for (let family = 0; family < this.series.length; family++) {
      const [before, after] = [old?.segments[family], text?.segments[family]];
      if (before === after) continue;
      (this.series[family] as number) += (after?.series ?? 0) - (before?.series ?? 0);
      (this.bytes[family] as number) += (after?.textBytes ?? 0) - (before?.textBytes ?? 0);
    }
  }
}

function add(
  sizes: Sizes,
  namespace: string,
  objects: number,
  series: number,
  bytes: number,
): StoreSize {
  const size = sizes.get(namespace);
  if (size === undefined) {
    const first = { objects, series, bytes };
    sizes.set(namespace, first);
    return first;
  }
  size.objects += objects;
  size.series += series;
  size.bytes += bytes;
  return size;
}
