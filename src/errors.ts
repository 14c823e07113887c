// The errors that end a start: what the user typed wrong, and what the world did not let us do.

/** A wrong flag, file or value: one sentence with what was expected, got, where, and what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** What a reader of YAML has to say, without the words of the file that it may repeat. */
export function yamlProblem(message: string): string {
  const [what = message] = message.split(/[:"|>\n]| at line /);
  return what.trim();
}

/** The world did not let us: one sentence; the process exits with 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
