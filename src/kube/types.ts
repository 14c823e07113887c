// Types of a reflector: the collection that it follows, what it reports, its status.
import type { ResourceObserver } from '../telemetry/registry.ts';

/** One collection of the API: a resource in all namespaces, or in one; all of it, or selected. */
export interface Collection {
  /** RBAC plural, e.g. `pods`. */
  readonly resource: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Versions to ask for where the server does not have that one, the newest first. */
  readonly olderVersions?: readonly string[];
  readonly namespace?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  /** Ranges of hashes of uids, as an API server takes them: lib/hashRanges.ts. */
  readonly shardSelector?: string;
  /** How much of each object is asked for; all of it by default. */
  readonly representation?: Representation;
  /** Names of fields whose integers keep all digits, as bigints where a number would not do. */
  readonly exactIntegers?: readonly string[] | 'all';
  /** The objects are asked for as protobuf, where they can be read so and the server has it. */
  readonly protobuf?: boolean;
  /** Specs are parsed only if they are read: lib/deferredSpec.ts. */
  readonly deferSpec?: boolean;
}

/** How much of each object is asked for: all, metadata alone, or that and cells of a table. */
export type Representation = 'object' | 'metadata' | { readonly columns: Columns };

/** Fields of an object by the column of the server's table that each is read from. */
export type Columns = Readonly<Record<string, string>>;

/** Counts what a reflector does: the methods are rows of telemetry/table.ts. */
export interface ReflectorObserver extends Omit<ResourceObserver, 'malformed'> {
  /** An item or event could not be read; `key` is namespace/name where that much was. */
  malformed(key: string, error: unknown): void;
}

/** The status of a reflector, as readiness and the landing page show it. */
export interface SyncStatus {
  /** A first complete list has been committed. */
  readonly synced: boolean;
  /** The server's refusal is final: readiness waits no longer, though retries go on. */
  readonly refused: boolean;
  /** The server does not have the resource at all, so no object of it is missing. */
  readonly absent: boolean;
  /** What it is doing, in words: `watching`, `listing`, `forbidden: …`. */
  readonly detail: string;
  /** Undefined while a watch is open, and before the first list. */
  readonly behind: Behind | undefined;
}

/** No watch is open: the store is behind, and after a while its state is stale. */
export interface Behind {
  /** By the clock: until then the store was up to date. */
  readonly sinceMs: number;
  /** Why it is not, as the end of a sentence. */
  readonly why: string;
}

/** How a full list came: streamed by a watch, in one body, or in pages. */
export type ListedBy = 'WatchList' | 'LIST' | 'LIST in pages';

/** The encoding that the server has answered in. */
export type WireFormat = 'protobuf' | 'JSON';

/** Where a reflector stands, for people. */
export interface ReflectorReport {
  readonly namespace: string | undefined;
  readonly fieldSelector: string | undefined;
  /** The version of the last event, bookmark or list; undefined before the first list. */
  readonly resourceVersion: string | undefined;
  /** How its last list came; undefined before the first. */
  readonly listedBy: ListedBy | undefined;
  /** That of the last answer; undefined before the first. */
  readonly wireFormat: WireFormat | undefined;
  /** How much of each object is asked for. */
  readonly representation: 'object' | 'metadata' | 'table';
}
