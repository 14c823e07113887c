// Settings are the options of one configuration: the command line, with the config file over it.
import { createHash } from 'node:crypto';
import type { ConfigError } from '../lib/errors.ts';
import type { Flag, Flags } from './flags.ts';
import { flags, type Options } from './options.ts';

/** Bytes of a file's hash that its gauge shows: a double holds 48 bits exactly. */
const hashBytes = 6;

export interface Settings {
  readonly options: Options;
  /** A sentence for each key of the file that no flag has. */
  readonly unknown: readonly string[];
  /** Keys of the file whose flags have no effect in kubestate. */
  readonly ignored: readonly string[];
  /** The same error, with each flag that the file set named by its key, file and line. */
  located(error: ConfigError): ConfigError;
}

/** Settings without a config file. */
export const settingsOf = (commandLine: Options): Settings => ({
  options: commandLine,
  unknown: [],
  ignored: [],
  located: (error) => error,
});

/** The command line with the text of the config file over it; rejects with ConfigError. */
export async function settingsWith(
  commandLine: Options,
  text: string,
  path: string,
): Promise<Settings> {
  const { locate, readConfigFile } = await import('./configFile.ts');
  const { values, places, unknown } = readConfigFile(flags, text, path);
  const rows: Flags = flags;
  const ignored = [...places].filter(([name]) => rows[name]?.ignored).map(([, { key }]) => key);
  return {
    options: { ...commandLine, ...values },
    unknown,
    ignored,
    located: (error) => locate(error, path, places),
  };
}

/** `next`, but flags that need a restart keep their running value and are named in `stayed`. */
export function keepRestartRequired(
  running: Options,
  next: Options,
): { readonly options: Options; readonly stayed: readonly string[] } {
  const stayed = rowsOf(flags)
    .filter(([name, flag]) => flag.restartRequired && !same(running[name], next[name]))
    .map(([name]) => name);
  const kept = Object.fromEntries(stayed.map((name) => [name, running[name]]));
  return { options: { ...next, ...kept }, stayed };
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const rowsOf = (rows: Flags): [keyof Options, Flag<unknown>][] =>
  Object.entries(rows) as [keyof Options, Flag<unknown>][];

/** The hash of a file's content as a number for a gauge; the same content gives the same number. */
export const hashOf = (text: string): number =>
  createHash('sha256').update(text).digest().readUIntLE(0, hashBytes);
