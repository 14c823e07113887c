// What reflectors are made of that follow no resource that is served, but what others depend on.
import type { Client } from '../kube/client.ts';
import type { ReflectorObserver } from '../kube/types.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';

export interface SideReflectorOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Counts lists and watches, which are not those of a resource that is served. */
  readonly observer: Omit<ReflectorObserver, 'malformed'>;
  /** As for all lists: --use-apiserver-cache. */
  readonly fromMemory: boolean;
}

/** The log, with what it is for in each line: two reflectors may follow one resource. */
export function markedLog(log: Logger, purpose: string): Logger {
  const marking = (level: keyof Logger): Logger[typeof level] =>
    ((keys: object, message: string) =>
      log[level]({ ...keys, for: purpose }, message)) as Logger[typeof level];
  return {
    debug: marking('debug'),
    info: marking('info'),
    warn: marking('warn'),
    error: marking('error'),
  };
}

/** The observer; in addition, the log says which objects cannot be read. */
export const sayingMalformed = (
  { log, observer }: Pick<SideReflectorOptions, 'log' | 'observer'>,
  resource: string,
): ReflectorObserver => ({
  ...observer,
  malformed: (object, err) =>
    log.warn({ resource, object, err }, 'object or event left out: it cannot be read'),
});
