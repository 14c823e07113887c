// What the reflector needs to know: how an object is named, where it is listed, what it drives.

/** As much of an object as list and watch need; the rest is the sink's business. */
export interface ListedObject {
  metadata: {
    name: string;
    namespace?: string | null;
    uid?: string | null;
    resourceVersion?: string | null;
  };
}

/** One collection of the API: a resource in all namespaces, or in one. */
export interface Collection {
  /** RBAC plural, e.g. `pods`. */
  readonly resource: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly namespace?: string;
  readonly fieldSelector?: string;
  /** How much of each object is asked for; all of it where nothing is said. */
  readonly representation?: Representation;
}

/** How much of each object is asked for: all of it, its metadata alone, or that and some cells. */
export type Representation = 'object' | 'metadata' | { readonly columns: Columns };

/** Fields of an object by the column of the server's table that each is read from. */
export type Columns = Readonly<Record<string, string>>;

/** What a reflector keeps equal to the server; the store fulfils it. */
export interface Sink {
  put(object: ListedObject): void;
  delete(object: ListedObject): void;
  relist(): Relisting;
  /** Resolves once there is room for more; asked for every few objects. */
  room(): Promise<void>;
}

/** A list on its way in: visible in one step at `commit`, or never. */
export interface Relisting {
  put(object: ListedObject): void;
  /** Takes back what was put: a list streamed by a watch goes on changing until it is complete. */
  delete(object: ListedObject): void;
  room(): Promise<void>;
  /** Resolves once the list is visible; until then the sink is given nothing more. */
  commit(): Promise<void>;
  /** May come while a commit is under way, and then decides nothing; it never throws. */
  abort(): void;
}

/** Which state of an object is held; the store tells. */
export interface HeldVersion {
  /** namespace/name; begins with the slash where there is no namespace. */
  readonly key: string;
  readonly uid: string | undefined;
  /** metadata.resourceVersion, empty where there is none. */
  readonly version: string;
}

export type Outcome = 'success' | 'error';

/** What a reflector tells about its work; counters and gauges are made of it. */
export interface ReflectorObserver {
  /** A full list ended, whether paged or streamed by a watch. */
  list(outcome: Outcome): void;
  /** A watch was opened, or refused. */
  watch(outcome: Outcome): void;
  /** A full list starts, the first one included; `reason` is one of a few constants. */
  relist(reason: string): void;
  /** A watch is opened again at the last version; `reason` is one of a few constants. */
  watchRestart(reason: string): void;
  event(): void;
  bookmark(): void;
  /** An item or event that could not be read; `key` is namespace/name where that much was. */
  malformed(key: string, error: unknown): void;
}

/** Where a reflector stands; what readiness and the landing page show. */
export interface SyncStatus {
  /** A first complete list has been committed. */
  readonly synced: boolean;
  /** The server's refusal is final: readiness waits no longer, though tries go on. */
  readonly refused: boolean;
  /** The server does not have the resource at all, so nothing of it is missing. */
  readonly absent: boolean;
  /** What it is at, in words: `watching`, `listing`, `forbidden: …`. */
  readonly detail: string;
  /** What is held was right once, and the server does not let us see what it has become. */
  readonly stale: boolean;
}
