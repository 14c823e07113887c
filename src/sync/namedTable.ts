// namedTable is the Sink of a table that has one entry for each object, by its name.
import type { KubeObject } from '../metrics/object.ts';
import type { Sink } from '../store/types.ts';

/** What is known of objects of which no two have the same name. */
export interface NamedTable<V> {
  /** The entry of an object; throws where that says too little. */
  read(object: KubeObject): V;
  set(name: string, entry: V): void;
  delete(name: string): void;
  /** After a list: these are all. */
  replace(listed: Map<string, V>): void;
}

export function namedTable<V>(table: NamedTable<V>): Sink {
  return {
    put: (object) => table.set(object.metadata.name, table.read(object)),
    delete: ({ metadata }) => table.delete(metadata.name),
    drained: atOnce,
    relist() {
      const listed = new Map<string, V>();
      let committed = false;
      return {
        put: (object) => void listed.set(object.metadata.name, table.read(object)),
        delete: ({ metadata }) => void listed.delete(metadata.name),
        drained: atOnce,
        async commit() {
          committed = true;
          table.replace(listed);
        },
        abort: async () => committed,
      };
    },
  };
}

const atOnce = (): Promise<void> => Promise.resolve();
