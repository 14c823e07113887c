// Command is one word of the command line: its help, its flags and what it runs.
import type { CommandLine, Flags } from '../config/flags.ts';
import type { ProcessContext } from '../lib/processContext.ts';

export interface Command {
  readonly summary: string;
  /** What --help says above the flags. */
  readonly about: string;
  readonly flags: Flags;
  /** The argument behind its name, if it takes one. */
  readonly argument?: Argument;
  /** The command whose flags it takes, too: help and docs do not repeat these. */
  readonly inherits?: string;
  /** Runs until it is stopped, with a cluster in memory: Node's memory options are set for it. */
  readonly lasts?: boolean;
  /** Resolves to the exit code. */
  run(context: ProcessContext, line: CommandLine<Flags>): Promise<number>;
}

export interface Argument {
  /** Its name in --help. */
  readonly placeholder: string;
  /** What it may be; any, completed with names of files, where it is `files`. */
  readonly choices: readonly string[] | 'files' | 'any';
  /** How many there may be; by default one of the choices, or one file and more. */
  readonly least?: number;
  readonly most?: number;
}

/** A command whose `run` gets the values of its own flags, typed. */
export function command<F extends Flags>(
  row: Omit<Command, 'flags' | 'run'> & {
    flags: F;
    run(context: ProcessContext, line: CommandLine<F>): Promise<number>;
  },
): Command {
  return row as Command;
}
