// The answers of /api/v1 as types: what the server makes, and what the page and `top` read.

/** Objects, series and bytes of plain exposition text, headers excepted. */
export interface Size {
  readonly objects: number;
  readonly series: number;
  readonly bytes: number;
}

/** A sentence about the state that is served, as on the pages and in /readyz. */
export interface Headline {
  readonly sentence: string;
  readonly good: boolean;
}

/** A refusal, with any status of 400 and above. */
export interface ApiError {
  /** One sentence: what was expected, what was got, and what to do. */
  readonly error: string;
}

/** GET api/v1/status: answered in every state, before the sync and by a follower as well. */
export interface Status {
  readonly version: string;
  /** Unix time in seconds at which the process started. */
  readonly startedAt: number;
  /** Unix time in seconds of this answer. */
  readonly now: number;
  /** The snapshot that sizes are of; grows with each change of the served text. */
  readonly snapshot: number;
  /** Whether /metrics answers: false before the sync, and where another replica leads. */
  readonly serves: boolean;
  /** How fresh the state is, in one line. */
  readonly freshness: Headline;
  /** Everything else that is to be said, such as the replica's part in an election. */
  readonly headlines: readonly Headline[];
  /** Age of the oldest change that is not served yet, in seconds. */
  readonly stalenessSeconds: number;
  readonly telemetryPort: number;
  readonly total: Size;
  readonly resources: readonly ResourceState[];
}

export interface ResourceState extends Size {
  /** The plural; of a custom resource the whole name. */
  readonly resource: string;
  readonly state: 'synced' | 'stale' | 'refused' | 'waiting' | 'absent' | 'joining';
  /** What its reflector does, or why it fails. */
  readonly detail: string;
  readonly families: number;
  /** Seconds since the last event of its watches; null before the first. */
  readonly lastEventSeconds: number | null;
}

/** GET api/v1/families: every family that is served, also those without series. */
export interface Families {
  readonly snapshot: number;
  readonly families: readonly FamilySize[];
}

export interface FamilySize {
  readonly name: string;
  readonly resource: string;
  readonly series: number;
  readonly bytes: number;
  readonly type: 'gauge' | 'counter' | 'info' | 'stateset';
  readonly stability: 'STABLE' | 'BETA' | 'ALPHA';
  readonly help: string;
}

/** GET api/v1/namespaces?limit=N: cluster-scoped objects are under the empty name. */
export interface Namespaces {
  readonly snapshot: number;
  /** Largest first. */
  readonly namespaces: readonly NamespaceSize[];
  /** Smaller namespaces that are left out because `limit` is reached, and what they have. */
  readonly more: Size & { readonly namespaces: number };
}

export interface NamespaceSize extends Size {
  readonly namespace: string;
  /** The same by resource; resources without objects there are left out. */
  readonly resources: readonly (Size & { readonly resource: string })[];
}

/**
 * Answers that take time are NDJSON (application/x-ndjson): lines of progress, and a last line with
 * the result or an error. Closing the connection cancels the work.
 */
export type Slow<T> =
  /** The part that is done, from 0 to 1. */
  { readonly progress: number } | { readonly result: T } | ApiError;

/** GET api/v1/families/{name}/labels, slow: what one family's series are made of. */
export interface FamilyLabels {
  readonly snapshot: number;
  readonly family: FamilySize;
  /** At most 256. */
  readonly labels: readonly LabelStatistics[];
  /** Labels beyond these: so many or more. */
  readonly moreLabels: number;
  /** The namespaces that make most of it, largest first, at most 20; none without such a label. */
  readonly namespaces: readonly {
    readonly namespace: string;
    readonly series: number;
    readonly bytes: number;
  }[];
  /** Series whose value is 0. */
  readonly zeros: number;
  /** Up to 10 series as they are on /metrics, from all over the family. */
  readonly samples: readonly string[];
}

export interface LabelStatistics {
  readonly name: string;
  /** How many values it has. */
  readonly values: number;
  /** False where there are too many to hold: then `values` and `top` are estimates of a sketch. */
  readonly exact: boolean;
  /** The values of most series, largest first, at most 10. */
  readonly top: readonly { readonly value: string; readonly series: number }[];
}

/** GET api/v1/namespaces/{namespace}/families, slow (`-` for cluster-scoped objects). */
export interface NamespaceFamilies {
  readonly snapshot: number;
  readonly namespace: string;
  /** Families with series there, largest first. */
  readonly families: readonly {
    readonly name: string;
    readonly resource: string;
    readonly series: number;
    readonly bytes: number;
  }[];
}

/** GET api/v1/zeros, slow: for every family the number of series whose value is 0. */
export interface Zeros {
  readonly snapshot: number;
  readonly families: readonly {
    readonly name: string;
    readonly series: number;
    readonly zeros: number;
  }[];
}

/** GET api/v1/objects?search=TEXT&limit=N: objects whose namespace/name contains the text. */
export interface Objects {
  readonly objects: readonly FoundObject[];
  /** Whether there are more than are answered. */
  readonly more: boolean;
}

export interface FoundObject {
  readonly resource: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  readonly series: number;
  readonly bytes: number;
}

/** GET api/v1/objects/{resource}/{namespace}/{name}, `-` for no namespace: all that is exported. */
export interface ObjectText extends FoundObject {
  readonly snapshot: number;
  readonly families: readonly {
    readonly name: string;
    readonly type: FamilySize['type'];
    readonly help: string;
    /** Its lines as they are on /metrics. */
    readonly text: string;
  }[];
}

/** GET api/v1/history: the last hour, oldest first. */
export interface History {
  /** Seconds between two points. */
  readonly interval: number;
  readonly points: readonly HistoryPoint[];
}

export interface HistoryPoint {
  /** Unix time in seconds at which the interval ended. */
  readonly time: number;
  readonly series: number;
  readonly bytes: number;
  /** Objects added, changed and deleted, per second of the interval. */
  readonly changes: number;
}

/** GET api/v1/usage: what well-known dashboards and rules, and our own, read of each family. */
export interface Usage {
  readonly sources: readonly UsageSource[];
}

export interface UsageSource {
  /** Such as "kubernetes-mixin" or "kubestate". */
  readonly source: string;
  /** A tool asks Prometheus itself, or scrapes. */
  readonly kind: 'dashboard' | 'alert' | 'recording rule' | 'tool';
  /** Title of the dashboard, name of the rule or tool; `all alerts` where none are told apart. */
  readonly name: string;
  readonly families: readonly string[];
}
