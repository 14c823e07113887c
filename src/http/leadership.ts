// Whether this replica is the one that serves, as the pages of both ports need to know it.

/** Where this replica stands in an election. */
export interface Standing {
  /** Scrapes are answered. */
  readonly serves: boolean;
  /** Connections may be kept; where not, clients are told to connect anew. */
  readonly keeps: boolean;
  /** Nothing is in the way of leading or following. */
  readonly ready: boolean;
  /** The same for people. */
  readonly sentence: string;
}

/** Asked at each request; undefined where there is no election. */
export type Leadership = () => Standing | undefined;

export const noElection: Leadership = () => undefined;
