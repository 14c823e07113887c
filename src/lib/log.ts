// openLog makes the structured log on stderr; stdout is for the output of commands.
import {
  type DestinationStream,
  destination,
  type Logger as PinoLogger,
  pino,
  stdTimeFunctions,
} from 'pino';
import type { LogRing } from './logRing.ts';

/** Constant message plus keys: `log.warn({ resource }, 'watch ended')`. */
export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error'>;

/**
 * Writes JSON lines synchronously: the last line before a crash matters most. Warnings and errors
 * go into the ring, too.
 */
export function openLog(
  level: 'debug' | 'info' | 'warn' | 'error' | 'silent',
  to: DestinationStream = destination({ dest: 2, sync: true }),
  ring?: Pick<LogRing, 'add'>,
): Logger {
  const formatters = { level: (label: string) => ({ level: label }) };
  const timestamp = stdTimeFunctions.isoTime;
  const serializers = { err: loggedError };
  const hooks = { streamWrite: withoutControls };
  const options = { level, base: null, formatters, timestamp, serializers, hooks };
  return pino(options, ring === undefined ? to : withRing(to, ring));
}

/** pino writes the level first. */
const warned = /^\{"level":"(?:warn|error)"/;

function withRing(to: DestinationStream, ring: Pick<LogRing, 'add'>): DestinationStream {
  return {
    write(line) {
      to.write(line);
      if (warned.test(line)) ring.add(line);
    },
  };
}

/** Escapes the control characters and line ends that JSON allows, for terminals and log readers. */
const withoutControls = (line: string): string =>
  line.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const causesMax = 5;
/** The logged fields of an error; others may hold requests with their headers, or files. */
const loggedKeys = ['code', 'status', 'reason', 'syscall', 'address', 'port'] as const;

/** An error as a log line has it, without anything that may repeat what was read or sent. */
export function loggedError(error: unknown, causes = 0): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const fields = error as unknown as Record<string, unknown>;
  const keys = loggedKeys.filter((key) => ['string', 'number'].includes(typeof fields[key]));
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return {
    type: error.name,
    message: wordsOf(error),
    ...Object.fromEntries(keys.map((key) => [key, fields[key]])),
    stack: frames.join('\n'),
    ...(error.cause !== undefined &&
      causes < causesMax && { cause: loggedError(error.cause, causes + 1) }),
  };
}

/** The message of an error, without the quoted input of a SyntaxError. */
export const wordsOf = ({ name, message }: Error): string =>
  name === 'SyntaxError' ? message.replace(/,? (?:\.\.\.)?".*$/s, '') : message;
