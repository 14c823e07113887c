// Completed is what the scripts of all shells are made of: commands, their flags and values.

/** The values that a flag is completed with: these words, names of files, or nothing. */
export type Values = readonly string[] | 'files';

export interface CompletedFlag {
  readonly name: string;
  readonly short: string | undefined;
  readonly help: string;
  readonly values: Values;
  /** The name of its value; a switch has none. */
  readonly placeholder: string | undefined;
  /** What it means alone; a flag that has this takes a value behind `=` only, as switches do. */
  readonly bare: string | undefined;
}

/** A command; the first one is the default. */
export interface Completed {
  readonly name: string;
  readonly summary: string;
  /** The arguments that it takes. */
  readonly words: Values;
  readonly flags: readonly CompletedFlag[];
}

/** A text as one word of a shell, whatever it holds. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
