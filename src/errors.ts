// The errors that end a start: what the user typed wrong, and what the world did not let us do.

/** A wrong flag, file or value: one sentence with what was expected, got, where, and what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The world did not let us: one sentence; the process exits with 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
