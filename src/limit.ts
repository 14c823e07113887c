// The most objects that are held of one resource: a sink that lets in no more, whoever sends them.
import { keyOf } from './kube/objects.ts';
import type { ListedObject, Relisting, Sink } from './kube/types.ts';

/** Told of objects that are left out, by their number. */
export type OnDropped = (objects: number) => void;

/** An object that is held: how it is told apart, and by which part it came. */
interface Held {
  readonly metadata: ListedObject['metadata'];
  readonly part: string | undefined;
}

/** A list on its way in: what it holds of what was served before it, and what is new. */
interface Staged {
  readonly served: Map<string, Held>;
  readonly fresh: Map<string, Held>;
}

/**
 * The limit of one resource, across all its parts. What is served stays, through relists too; what
 * is beyond the limit is left out and not kept, so that it can come only with its next event or
 * relist, once others have gone.
 */
export class ObjectLimit {
  readonly #objectsMax: number;
  readonly #onDropped: OnDropped;
  readonly #held = new Map<string, Held>();
  #reached = false;

  constructor(objectsMax: number, onDropped: OnDropped) {
    this.#objectsMax = objectsMax;
    this.#onDropped = onDropped;
  }

  /** Whether anything was ever left out. */
  get reached(): boolean {
    return this.#reached;
  }

  /** Lets through to `sink`, which keeps one part of the store, what the limit leaves room for. */
  over(sink: Sink, part: string | undefined): Sink {
    return {
      put: (object) => {
        const key = keyOf(object);
        if (!this.#held.has(key) && this.#held.size >= this.#objectsMax) return this.#drop(1);
        sink.put(object);
        this.#held.set(key, heldOf(object, part));
      },
      delete: (object) => {
        sink.delete(object);
        const held = this.#held.get(keyOf(object));
        if (held?.part === part) forget(this.#held, object);
      },
      relist: () => this.#relist(sink.relist(), part),
      room: () => sink.room(),
    };
  }

  #relist(relisting: Relisting, part: string | undefined): Relisting {
    const staged: Staged = { served: new Map(), fresh: new Map() };
    return {
      put: (object) => {
        const key = keyOf(object);
        const { served, fresh } = staged;
        const target = this.#held.has(key) && !fresh.has(key) ? served : fresh;
        // More new ones than this could not stay even if all that is served were gone.
        if (target === fresh && !fresh.has(key) && fresh.size >= this.#objectsMax) {
          return this.#drop(1);
        }
        relisting.put(object);
        target.set(key, heldOf(object, part));
      },
      delete: (object) => {
        relisting.delete(object);
        forget(staged.served, object);
        forget(staged.fresh, object);
      },
      room: () => relisting.room(),
      commit: () => this.#commit(relisting, part, staged),
      abort: () => relisting.abort(),
    };
  }

  /** Only now it is known how much of what was served is gone, and so how much room there is. */
  async #commit(
    relisting: Relisting,
    part: string | undefined,
    { served, fresh }: Staged,
  ): Promise<void> {
    for (const [key, held] of this.#held) {
      if (held.part === part && !served.has(key)) this.#held.delete(key);
    }
    for (const [key, held] of served) this.#held.set(key, held);
    let dropped = 0;
    for (const [key, held] of fresh) {
      if (this.#held.size < this.#objectsMax || this.#held.has(key)) {
        this.#held.set(key, held);
      } else {
        relisting.delete(held);
        dropped++;
      }
    }
    if (dropped > 0) this.#drop(dropped);
    await relisting.commit();
  }

  #drop(objects: number): void {
    this.#reached = true;
    this.#onDropped(objects);
  }
}

/** No more than what tells an object apart: the rest of it is not kept. */
function heldOf(
  { metadata: { namespace, name, uid } }: ListedObject,
  part: string | undefined,
): Held {
  return { metadata: { name, namespace: namespace ?? null, uid: uid ?? null }, part };
}

/** As the store does: another uid under the same key is another object, and stays. */
function forget(held: Map<string, Held>, object: ListedObject): void {
  const key = keyOf(object);
  const known = held.get(key)?.metadata.uid;
  const { uid } = object.metadata;
  if (known && uid && known !== uid) return;
  held.delete(key);
}
