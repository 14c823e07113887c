// The process as a test lends it to the program: no environment, the machine's own clock and files.
import { readdirSync, readFileSync } from 'node:fs';
import type { RunContext } from '../../src/app/pipeline.ts';
import { systemClock, systemThread } from '../../src/lib/clock.ts';

/** The context of a run that nothing stops, but for what is given. */
export const contextOf = (given: Pick<RunContext, 'log'> & Partial<RunContext>): RunContext => ({
  env: {},
  readFile: readFileSync,
  readFolder: (path) => readdirSync(path),
  clock: systemClock,
  thread: systemThread,
  random: Math.random,
  memoryBytes: 2 ** 30,
  setV8Flags: () => undefined,
  build: { version: '0', revision: '', branch: '', node: 'v0', platform: 'linux', arch: 'x64' },
  stop: new AbortController().signal,
  ...given,
});
