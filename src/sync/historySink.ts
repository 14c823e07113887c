// withHistory is a Sink that tells an ObjectHistory of every state that its objects have.
import { keyOf } from '../lib/objectKey.ts';
import type { KubeObject } from '../metrics/object.ts';
import type { Relist, Sink, Store } from '../store/types.ts';

/** What follows the objects of a store over their states, by their uids. */
export interface ObjectHistory {
  /** Told of each state: of an event, of a list, and of a deletion that has it. */
  saw(object: KubeObject): void;
  /** The object is gone, or served no more. */
  forget(uid: string): void;
  /** Only these are left. */
  retain(uids: ReadonlySet<string>): void;
}

/** The history of one store, and the lists that all of its sinks have open. */
export interface FollowedStore {
  readonly history: ObjectHistory;
  readonly store: Pick<Store, 'versions' | 'versionOf'>;
  openLists: number;
}

/** `sink` is one part of the store. */
export function withHistory(sink: Sink, followed: FollowedStore): Sink {
  const { history, store } = followed;
  return {
    ...(sink.accepts && { accepts: sink.accepts }),
    put(object) {
      history.saw(object);
      sink.put(object);
    },
    delete(object) {
      if (hasState(object)) history.saw(object);
      sink.delete(object);
      const { uid } = object.metadata;
      // Another part may have taken it over.
      const isThere = store.versionOf(keyOf(object.metadata))?.uid === uid;
      if (uid && !isThere) history.forget(uid);
    },
    relist: () => relistOf(sink.relist(), followed),
    drained: () => sink.drained(),
  };
}

function relistOf(relist: Relist, followed: FollowedStore): Relist {
  const { history } = followed;
  followed.openLists++;
  let isOpen = true;
  /** An object of a list that is open is not in the store yet. */
  const end = (): void => {
    if (!isOpen) return;
    isOpen = false;
    if (--followed.openLists > 0) return;
    const uids = new Set<string>();
    for (const { uid } of followed.store.versions()) if (uid !== undefined) uids.add(uid);
    history.retain(uids);
  };
  return {
    put(object) {
      history.saw(object);
      relist.put(object);
    },
    delete(object) {
      if (hasState(object)) history.saw(object);
      relist.delete(object);
    },
    drained: () => relist.drained(),
    commit: () => relist.commit().finally(end),
    abort: () => relist.abort().finally(end),
  };
}

/** A deletion may have the name alone. */
const hasState = (object: KubeObject): boolean => 'status' in object;
