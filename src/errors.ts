// The two classes of error: what the user typed, and what the API server answered.

/** A wrong flag, file or value: one sentence with what was expected, got, where, and what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The world did not let us: one sentence; the process exits with 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
