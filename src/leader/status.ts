// LeaderStatus and ElectionWork: an election's state for the ports, its counts for telemetry.

/** A replica's state in the election. */
export interface LeaderStatus {
  /** Scrapes are answered. */
  readonly serves: boolean;
  /** Connections are kept alive; false makes clients reconnect, to the leader. */
  readonly keepsConnections: boolean;
  /** The label is off the replica's pod unless it leads, and the lease was read. */
  readonly ready: boolean;
  /** The same in a sentence. */
  readonly sentence: string;
}

/** Counts of an election. */
export interface ElectionWork {
  readonly leads: boolean;
  /** How often this replica began, and ceased, to lead. */
  readonly began: number;
  readonly ceased: number;
  /** Rounds that failed. */
  readonly failures: number;
  /** When the lease was last read or written, in milliseconds since 1970. */
  readonly contactMs: number | undefined;
}
