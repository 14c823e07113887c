// The structured logger, to stderr: stdout belongs to the commands.
import { destination, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';

/** Constant message plus keys: `log.warn({ resource }, 'watch ended')`. */
export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error'>;

/** Writes JSON lines at once: what was said last before an end is what one wants to read. */
export function openLog(level: 'debug' | 'info' | 'warn' | 'error' | 'silent'): Logger {
  const formatters = { level: (label: string) => ({ level: label }) };
  const timestamp = stdTimeFunctions.isoTime;
  return pino({ level, base: null, formatters, timestamp }, destination({ dest: 2, sync: true }));
}

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
