// What a command is, and what it is given of the process.
import type { Clock, Thread } from '../clock.ts';
import type { CommandLine, Flags } from '../flags.ts';
import type { BuildInfo } from '../metrics/self.ts';

/** The process as commands see it; main.ts makes the real one. */
export interface Edge {
  print(text: string): void;
  /** Aborted by SIGTERM and SIGINT. */
  readonly stop: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly thread: Thread;
  readonly random: () => number;
  readonly build: BuildInfo;
}

/** A word of the command line and what it does; resolves to the exit code. */
export interface Command {
  readonly summary: string;
  /** What --help says above the flags. */
  readonly about: string;
  readonly flags: Flags;
  /** The one word it takes behind its name, where it takes one. */
  readonly argument?: Argument;
  /** It holds a cluster until it is stopped, so the process is to be sized for that. */
  readonly lasts?: boolean;
  run(edge: Edge, line: CommandLine<Flags>): Promise<number>;
}

export interface Argument {
  /** What stands for the word in --help. */
  readonly placeholder: string;
  readonly choices: readonly string[];
}

/** A command whose `run` gets the values of its own flags, typed. */
export function command<F extends Flags>(
  row: Omit<Command, 'flags' | 'run'> & {
    flags: F;
    run(edge: Edge, line: CommandLine<F>): Promise<number>;
  },
): Command {
  return row as Command;
}
