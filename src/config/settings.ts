// The settings in force: the command line, and over it the file of --config.
import { createHash } from 'node:crypto';
import { ConfigError } from '../errors.ts';
import type { Flag, Flags } from '../flags.ts';
import { flags, type Options } from '../options.ts';

/** How many bytes of a file's hash are its value in a gauge: a double holds 48 bits exactly. */
const hashBytes = 6;

/** Everything that a run is made of, and how to speak of it. */
export interface Settings {
  readonly options: Options;
  /** One sentence for each key of the file that no flag has. */
  readonly unknown: readonly string[];
  /** Flags without effect here that the file sets, by their keys. */
  readonly ignored: readonly string[];
  /** The error, as the user must read it: what the file set is named by key, file and line. */
  sentenceOf(error: ConfigError): ConfigError;
}

/** The command line alone. */
export const settingsOf = (commandLine: Options): Settings => ({
  options: commandLine,
  unknown: [],
  ignored: [],
  sentenceOf: (error) => error,
});

/** The command line under the file of this text; rejects with ConfigError on a wrong one. */
export async function settingsWith(
  commandLine: Options,
  text: string,
  path: string,
): Promise<Settings> {
  const { inWordsOfFile, readConfigFile } = await import('./file.ts');
  const { values, places, unknown } = readConfigFile(flags, text, path);
  const rows: Flags = flags;
  const ignored = [...places].filter(([name]) => rows[name]?.ignored).map(([, { key }]) => key);
  return {
    options: { ...commandLine, ...values },
    unknown,
    ignored,
    sentenceOf: ({ message }) => new ConfigError(inWordsOfFile(message, path, places)),
  };
}

/** Throws ConfigError where an option asks for what comes with a later version. */
export function refuseLater(options: Options): void {
  for (const [name, { later, ...flag }] of rowsOf(flags)) {
    if (!later || options[name] === flag.default) continue;
    throw new ConfigError(
      `--${name}: expected no custom resources, got a setting for them; ` +
        'they come with a later version: leave it out until then.',
    );
  }
}

/** `next`, but for what only a start can change: that is as it runs, and named in `stayed`. */
export function keepFixed(
  running: Options,
  next: Options,
): { readonly options: Options; readonly stayed: readonly string[] } {
  const stayed = rowsOf(flags)
    .filter(([name, { fixed }]) => fixed && !same(running[name], next[name]))
    .map(([name]) => name);
  const kept = Object.fromEntries(stayed.map((name) => [name, running[name]]));
  return { options: { ...next, ...kept }, stayed };
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const rowsOf = (rows: Flags): [keyof Options, Flag<unknown>][] =>
  Object.entries(rows) as [keyof Options, Flag<unknown>][];

/** A file's content as the value of a gauge: the same content gives the same one everywhere. */
export const hashOf = (text: string): number =>
  createHash('sha256').update(text).digest().readUIntLE(0, hashBytes);
