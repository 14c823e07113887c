// Finds golden cases: in test/resources/<plural>, each object beside the series expected of it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The names of the resource's cases: `bare` for bare.yaml; none where it has no folder. */
export function goldenCasesOf(plural: string, folder: string = import.meta.dirname): string[] {
  const files = existsSync(join(folder, plural)) ? readdirSync(join(folder, plural)) : [];
  return files.filter((file) => file.endsWith('.yaml')).map((file) => file.replace('.yaml', ''));
}

/** A file of a case; one that is missing is an error that says what to write there. */
export function readGolden(
  plural: string,
  file: string,
  folder: string = import.meta.dirname,
): string {
  const path = join(folder, plural, file);
  if (existsSync(path)) return readFileSync(path, 'utf8');
  const holds = file.endsWith('.yaml') ? 'an object' : 'the series of the object beside it';
  throw new Error(`test/resources/${plural}/${file}: expected ${holds}, got no file; write it.`);
}
