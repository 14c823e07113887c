// The store of compressed segments: what a reflector puts in shows in a scrape after a batch.
import { isOlder } from '../../versions.ts';
import type { KubeObject } from '../object.ts';
import type { HeldVersion, Relist, Store, StoreSize } from '../store.ts';
import type { Held } from './block.ts';
import type { Holding } from './holding.ts';
import { type RelistWork, SegmentRelist } from './relist.ts';
import { isSame, stands, versionOf } from './version.ts';

/** What a store needs of those who do the work. */
export interface BatchWork extends RelistWork {
  /** Something changed: it is to be served within the bound. */
  changed(): void;
}

export class SegmentStore implements Store {
  readonly #holding: Holding;
  readonly #work: BatchWork;
  #relists = 0;

  constructor(holding: Holding, work: BatchWork) {
    this.#holding = holding;
    this.#work = work;
  }

  put(object: KubeObject, part?: string): void {
    const told = versionOf(object);
    const known = this.#holding.index.get(told.key);
    // Two parts may tell of one object in any order; within one the order is the server's.
    if (known !== undefined && known.part !== part && isOlder(told.version, known.version)) return;
    if (known !== undefined && stands(known, told)) {
      known.part = part;
      return;
    }
    const texts = this.#holding.render(object);
    const { series, bytes } = texts;
    const held: Held = { ...told, part, series, bytes, seen: 0 };
    if (known !== undefined && isSame(known, told) && known.block.hasRoomFor(known, texts)) {
      this.#holding.change(known, known.block.diff(known.slot, texts), held);
    } else {
      this.#holding.enter(this.#holding.place(held, texts));
    }
    this.#work.changed();
  }

  delete(object: KubeObject, part?: string): void {
    const told = versionOf(object);
    const known = this.#holding.index.get(told.key);
    if (known === undefined || known.part !== part || !isSame(known, told)) return;
    this.#holding.leave(known);
    this.#work.changed();
  }

  relist(part?: string): Relist {
    return new SegmentRelist(this.#holding, this.#work, part, ++this.#relists);
  }

  room(): Promise<void> {
    return this.#work.room();
  }

  *versions(part?: string): Generator<HeldVersion> {
    for (const entry of this.#holding.index.values()) {
      if (part === undefined || entry.part === part) yield entry;
    }
  }

  get size(): StoreSize {
    return this.#holding.size;
  }
}
