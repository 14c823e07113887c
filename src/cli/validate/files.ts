// filesIn reads what the command line names: files, and the .yaml and .yml files of folders.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, errorMessage } from '../../lib/errors.ts';

/** A folder with more files than this is most likely not the one that is meant. */
const filesMax = 1_000;
const fileBytesMax = 512 * 1024 * 1024;

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** Throws ConfigError for what cannot be read; `what` is what the file holds. */
export function filesIn(
  paths: readonly string[],
  what: string,
  pattern = /\.ya?ml$/,
): readonly TextFile[] {
  return paths.flatMap((path) => {
    try {
      return filesAt(path, pattern).map((one) => ({ path: one, text: readText(one) }));
    } catch (error) {
      const got = errorMessage(error);
      throw new ConfigError({ place: path, expected: `a file or folder with ${what}`, got });
    }
  });
}

function filesAt(path: string, pattern: RegExp): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => !name.startsWith('.') && pattern.test(name));
  if (names.length === 0) throw new Error('no such file in it');
  if (names.length > filesMax) throw new Error(`${names.length} files, of at most ${filesMax}`);
  return names.sort().map((name) => join(path, name));
}

function readText(path: string): string {
  const { size } = statSync(path);
  if (size > fileBytesMax) throw new Error(`${size} bytes, of at most ${fileBytesMax}`);
  return readFileSync(path, 'utf8');
}
