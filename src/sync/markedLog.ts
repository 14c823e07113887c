// markedLog says in each line which flag it is about: two reflectors may follow one resource.
import type { Logger } from '../lib/log.ts';

export function markedLog(log: Logger, flag: string): Logger {
  const marking = (level: keyof Logger): Logger[typeof level] =>
    ((keys: object, message: string) =>
      log[level]({ ...keys, for: flag }, message)) as Logger[typeof level];
  return {
    debug: marking('debug'),
    info: marking('info'),
    warn: marking('warn'),
    error: marking('error'),
  };
}
