// outcomeOf runs a program to its end, within a time: Mocha's own time does not pass meanwhile.
import { spawnSync } from 'node:child_process';
import { errorCode } from '../../src/lib/errors.ts';

const outputBytesMax = 512 * 1024 * 1024;
const endMsMax = 120_000;

/** What a program that has run to its end leaves behind. */
export interface Outcome {
  /** Null where a signal has ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface OutcomeOptions {
  readonly cwd?: string;
  /** Instead of this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** The text of its stdin. */
  readonly input?: string;
  readonly msMax?: number;
}

/** Throws where it cannot be started, or does not end in time. */
export function outcomeOf(
  program: string,
  args: readonly string[],
  { cwd, env, input = '', msMax = endMsMax }: OutcomeOptions = {},
): Outcome {
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    input,
    maxBuffer: outputBytesMax,
    timeout: msMax,
    killSignal: 'SIGKILL',
    ...(cwd !== undefined && { cwd }),
    ...(env !== undefined && { env }),
  });
  if (error === undefined) return { status, signal, stdout, stderr };
  const isLate = errorCode(error) === 'ETIMEDOUT';
  const reason = isLate ? `no end within ${msMax} ms\n${stderr}` : error.message;
  throw new Error(`\`${program} ${args.join(' ')}\` failed: ${reason}`);
}
