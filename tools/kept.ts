// What is made once and kept outside of the project: programs that were built, packages, caches.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Nothing is in the making for longer. */
const MAKING_MS_MAX = 30 * 60_000;

/** Outside the project, so that a fresh clone need not build and download all of it again. */
export const cacheFolder = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'kubestate-e2e',
);

/** The folder for what is made of these texts: another one where one of them is another. */
export function keptFolder(name: string, texts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text);
  return join(cacheFolder, `${name}-${hash.digest('hex').slice(0, 12)}`);
}

/**
 * Has a folder filled unless it stands. It is filled beside and renamed, so that one broken off is
 * not taken for a finished one; then what was made of other texts goes.
 */
export function makeOnce(kept: string, fill: (folder: string) => void): void {
  if (existsSync(kept)) return;
  mkdirSync(dirname(kept), { recursive: true });
  const making = mkdtempSync(`${kept}-`);
  try {
    fill(making);
    renameSync(making, kept);
  } catch (error) {
    rmSync(making, { recursive: true });
    // Another process may have been first; what it made is the same.
    if (!existsSync(kept)) throw error;
  }
  removeStale(kept, Date.now());
}

/**
 * Removes what was made beside this folder of other texts, and what was left where that was broken
 * off; not what may be in the making.
 */
export function removeStale(kept: string, now: number): void {
  const called = basename(kept).replace(/-[0-9a-f]{12}$/, '');
  for (const name of readdirSync(dirname(kept))) {
    const sibling = join(dirname(kept), name);
    if (sibling === kept || !name.startsWith(`${called}-`)) continue;
    const [isCalledSo, unfinished] =
      /^-[0-9a-f]{12}(-\w{6})?$/.exec(name.slice(called.length)) ?? [];
    if (isCalledSo === undefined) continue;
    const idleMs = now - (statSync(sibling, { throwIfNoEntry: false })?.mtimeMs ?? now);
    if (unfinished !== undefined && idleMs <= MAKING_MS_MAX) continue;
    rmSync(sibling, { recursive: true, force: true });
  }
}
