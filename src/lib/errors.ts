// ConfigError and StartError end a start: their facts are fields; one function makes the message.

/** What an error says, as data. No field may hold a secret. */
export interface ErrorFields {
  /** The flag, or the flags, as typed: `--port`; of a config file `port (/etc/ksm.yaml:2)`. */
  readonly flag?: string | readonly string[] | undefined;
  /** Where it is, beside the flag: `/etc/web.yaml:4: tls_server_config.key`, `HTTPS_PROXY`. */
  readonly place?: string | undefined;
  readonly expected: string;
  readonly got?: string | undefined;
  /** What to do. */
  readonly hint?: string | undefined;
}

/** `a, b and c`. Intl would do it, and take 6 MB: the tables of ICU that it loads. */
const listed = (words: readonly string[]): string => {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
};

/** `--port: expected a whole number, got "x"; name another.` */
export function sentenceOf({ flag, place, expected, got, hint }: ErrorFields): string {
  const flags = flag === undefined ? '' : listed([flag].flat());
  const subject = [flags, place].filter(Boolean).join(' ');
  const parts = [
    subject && `${subject}: `,
    `expected ${expected}`,
    // The message of another error may end with a full stop.
    got !== undefined && `, got ${got.replace(/\.$/, '') || 'nothing'}`,
    hint && `; ${hint}`,
  ];
  const text = parts.filter(Boolean).join('');
  return /[.?]$/.test(text) ? text : `${text}.`;
}

class ExpectationError extends Error implements ErrorFields {
  readonly flag: string | readonly string[] | undefined;
  readonly place: string | undefined;
  readonly expected: string;
  readonly got: string | undefined;
  readonly hint: string | undefined;

  constructor(fields: ErrorFields, options?: ErrorOptions) {
    super(oneLine(sentenceOf(fields)), options);
    const { flag, place, expected, got, hint } = fields;
    this.flag = typeof flag === 'object' ? flag.map(oneLine) : flag && oneLine(flag);
    this.place = place && oneLine(place);
    this.expected = oneLine(expected);
    this.got = got && oneLine(got);
    this.hint = hint && oneLine(hint);
  }
}

/** The user gave a wrong flag, file or value; the process exits with 2. */
export class ConfigError extends ExpectationError {
  override readonly name = 'ConfigError';
}

/** The machine or the network refused something, such as a port; the process exits with 1. */
export class StartError extends ExpectationError {
  override readonly name = 'StartError';
}

/** The text in one line and without what a terminal takes for commands: names may hold both. */
function oneLine(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The process was told to stop: work in progress is abandoned, which is no failure. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  /** `SIGTERM` or `SIGINT`. */
  readonly signal: string;

  constructor(signal: string) {
    super(`stopped by ${signal}`);
    this.signal = signal;
  }
}

/** The name of the signal to the process that aborted this AbortSignal, if one did. */
export const signalOf = ({ reason }: AbortSignal): string | undefined =>
  reason instanceof Stopped ? reason.signal : undefined;

/**
 * What an error says, in words for a log line or a sentence; the code of one that says nothing, and
 * for several errors in one, what each of them says.
 */
export function errorMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  // A host with several addresses fails with one error for each, in an error without a message.
  if (error instanceof AggregateError) return error.errors.map(errorMessage).join(', ');
  return errorCode(error) ?? error.name;
}

/** The code of an error of Node or undici; undefined of all other errors. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  // A host with several addresses: they mostly fail alike.
  return error instanceof AggregateError ? error.errors.map(errorCode).find(Boolean) : undefined;
}

/** The HTTP status of an API server's refusal; undefined of others, as of a broken connection. */
export function httpStatusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' ? status : undefined;
}

export const isForbidden = (error: unknown): boolean => httpStatusOf(error) === 403;
export const isNotFound = (error: unknown): boolean => httpStatusOf(error) === 404;
export const isConflict = (error: unknown): boolean => httpStatusOf(error) === 409;

/** Whether the process, or the machine, has no file descriptor left for what failed. */
export function isOutOfFiles(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'EMFILE' || code === 'ENFILE';
}
