// routeStrays turns what Node and libraries write past the log into lines of the log.
import { formatWithOptions } from 'node:util';
import type { Logger } from '../lib/log.ts';
import { logOnce } from '../lib/logThrottle.ts';

const EXIT_FAULT = 1;
/** Characters logged of what a library printed. */
const toldCharsMax = 500;
const printing = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir'] as const;

interface Warning extends Error {
  readonly code?: string;
}

/**
 * Logs warnings, deprecations, output to the console and uncaught errors from here on, so that
 * stderr holds lines of JSON only. It cannot be undone: for commands that run until stopped.
 */
export function routeStrays(log: Logger): void {
  const warnOnce = logOnce(log);
  const warn = ({ name, code, message }: Warning): void => {
    warnOnce(`${name} ${code} ${message}`, { warning: name, code, error: message }, 'Node warns');
  };
  // Node's own listener prints to stderr.
  process.removeAllListeners('warning');
  process.on('warning', warn);
  // The package depd prints where this event has no listener.
  process.on('deprecation' as 'warning', warn);
  for (const method of printing) {
    console[method] = (...words: unknown[]): void => {
      const text = formatWithOptions({ colors: false }, ...words).slice(0, toldCharsMax);
      warnOnce(`console ${text}`, { text }, 'a library printed');
    };
  }
  process.on('uncaughtException', (err, origin) => {
    log.error({ err, origin }, 'exiting: an error was not caught');
    process.exit(EXIT_FAULT);
  });
}
