// The structured logger, to stderr: stdout belongs to the commands.
import {
  type DestinationStream,
  destination,
  type Logger as PinoLogger,
  pino,
  stdTimeFunctions,
} from 'pino';

/** Constant message plus keys: `log.warn({ resource }, 'watch ended')`. */
export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error'>;

/** Writes JSON lines at once: what was said last before an end is what one wants to read. */
export function openLog(
  level: 'debug' | 'info' | 'warn' | 'error' | 'silent',
  to: DestinationStream = destination({ dest: 2, sync: true }),
): Logger {
  const formatters = { level: (label: string) => ({ level: label }) };
  const timestamp = stdTimeFunctions.isoTime;
  const serializers = { err: loggedError };
  const options = { level, base: null, formatters, timestamp, serializers };
  return pino(options, to);
}

const causesMax = 5;
/** What of an error's own fields is told; others may hold requests with their headers, or files. */
const toldKeys = ['code', 'status', 'reason', 'syscall', 'address', 'port'] as const;

/** An error as the log has it: no field and no word of it that may repeat what was read or sent. */
export function loggedError(error: unknown, causes = 0): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const fields = error as unknown as Record<string, unknown>;
  const told = toldKeys.filter((key) => ['string', 'number'].includes(typeof fields[key]));
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return {
    type: error.name,
    message: wordsOf(error),
    ...Object.fromEntries(told.map((key) => [key, fields[key]])),
    stack: frames.join('\n'),
    ...(error.cause !== undefined &&
      causes < causesMax && { cause: loggedError(error.cause, causes + 1) }),
  };
}

/** The message of an error; where it quotes the text that it is about, without that. */
export const wordsOf = ({ name, message }: Error): string =>
  name === 'SyntaxError' ? message.replace(/,? (?:\.\.\.)?".*$/s, '') : message;

/** Beyond so many subjects nothing more is said, for by then it is a flood; all are counted. */
const subjectsMax = 1_000;

/** Warnings that are said once for each subject. */
export function logOnce(
  log: Pick<Logger, 'warn'>,
): (subject: string, keys: object, message: string) => void {
  const said = new Set<string>();
  return (subject, keys, message) => {
    if (said.has(subject) || said.size >= subjectsMax) return;
    said.add(subject);
    log.warn(keys, message);
    if (said.size === subjectsMax) log.warn({ subjectsMax }, 'saying no more of this kind');
  };
}
