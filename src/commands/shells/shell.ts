// What the scripts of all shells are made of.

/** The values that a flag is completed with: these words, names of files, or nothing. */
export type Values = readonly string[] | 'files';

export interface CompletedFlag {
  readonly name: string;
  readonly short: string | undefined;
  readonly help: string;
  readonly values: Values;
  /** What stands for its value; a switch has none, and takes one behind `=` only. */
  readonly placeholder: string | undefined;
}

/** A command; the first one is what is done without a word. */
export interface Completed {
  readonly name: string;
  readonly summary: string;
  /** What may stand behind its name. */
  readonly words: readonly string[];
  readonly flags: readonly CompletedFlag[];
}

/** A text as one word of a shell, whatever it holds. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
