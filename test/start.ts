// The whole program in a test: flags as a user types them, on free ports of loopback.
import { type Clock, systemClock, systemThread } from '../src/clock.ts';
import { parseCommandLine } from '../src/flags.ts';
import type { Logger } from '../src/log.ts';
import { flags } from '../src/options.ts';
import { type Running, run } from '../src/run.ts';

const silent: Logger = { debug: noop, info: noop, warn: noop, error: noop };

const build = {
  ...{ version: '0', revision: '', branch: '' },
  ...{ node: 'v0', platform: 'linux', arch: 'x64' },
};

/** A clock on which pauses are so many times shorter: for tests about what is done, not when. */
export const hastyClock = (times: number): Clock => ({
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms / times, signal),
});

/** Starts the program; whoever starts it stops it. */
export function start(
  args: readonly string[],
  { log = silent, clock = systemClock }: { log?: Logger; clock?: Clock } = {},
): Promise<Running> {
  const { values } = parseCommandLine(flags, [
    ...args,
    '--host=127.0.0.1',
    '--telemetry-host=127.0.0.1',
    '--port=0',
    '--telemetry-port=0',
  ]);
  const surroundings = { env: {}, clock, thread: systemThread, random: Math.random, log, build };
  return run(values, surroundings);
}

function noop(): void {}
