// Compares generated files with those on disk.
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

export interface Stale {
  readonly path: string;
  readonly reason: string;
}

/**
 * The files below `root` that differ from `files`, are missing, or are in one of `folders` without
 * being generated any more.
 */
export async function differing(
  root: string,
  files: Readonly<Record<string, string>>,
  folders: readonly string[],
): Promise<Stale[]> {
  const stale: Stale[] = [];
  for (const [path, text] of Object.entries(files)) {
    const standing = await orUndefined(readFile(join(root, path), 'utf8'));
    if (standing === undefined) stale.push({ path, reason: 'is missing' });
    else if (standing !== text) stale.push({ path, reason: 'differs from what the tables make' });
  }
  for (const folder of folders) {
    const below = readdir(join(root, folder), { recursive: true, withFileTypes: true });
    for (const entry of (await orUndefined(below)) ?? []) {
      const path = relative(root, join(entry.parentPath, entry.name));
      if (entry.isFile() && files[path] === undefined)
        stale.push({ path, reason: 'is made by no table any more' });
    }
  }
  return stale;
}

/** The result of `reading`, or `undefined` if the file does not exist; throws other errors. */
async function orUndefined<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
