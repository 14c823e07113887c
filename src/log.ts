// The structured logger, to stderr: stdout belongs to the commands.
import { type Logger as PinoLogger, pino } from 'pino';

/** Constant message plus keys: `log.warn({ resource }, 'watch ended')`. */
export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error'>;

export function openLog(level: 'debug' | 'info' | 'warn' | 'error' | 'silent'): Logger {
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: false }));
}
