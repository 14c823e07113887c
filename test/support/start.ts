// The whole program in a test: flags as a user types them, on free ports of loopback.

import { type Running, run } from '../../src/app/run.ts';
import { parseCommandLine } from '../../src/config/flags.ts';
import { flags } from '../../src/config/options.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import type { Logger } from '../../src/lib/log.ts';
import { contextOf } from './context.ts';

const silent: Logger = { debug: noop, info: noop, warn: noop, error: noop };

/** A clock on which pauses are so many times shorter: for tests about what is done, not when. */
export const hastyClock = (times: number): Clock => ({
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms / times, signal),
});

/** A clock on which all time passes so many times faster: for tests of what comes late. */
export function fastClock(times: number): Clock {
  const startMs = systemClock.now();
  return {
    ...hastyClock(times),
    now: () => startMs + (systemClock.now() - startMs) * times,
  };
}

interface StartOptions {
  readonly log?: Logger;
  readonly clock?: Clock;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the program; whoever starts it stops it. */
export function start(
  args: readonly string[],
  { log = silent, clock = systemClock, env = {} }: StartOptions = {},
): Promise<Running> {
  const { values } = parseCommandLine(flags, [
    ...args,
    '--host=127.0.0.1',
    '--telemetry-host=127.0.0.1',
    '--port=0',
    '--telemetry-port=0',
  ]);
  return run(values, contextOf({ env, clock, log }));
}

function noop(): void {}
