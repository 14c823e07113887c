// A cache outside the project for what is built or downloaded once: programs, packages.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** No build takes longer than this. */
const MAKING_MS_MAX = 30 * 60_000;
/** What another checkout of the project uses may not be removed under it. */
const UNUSED_MS_MAX = 24 * 60 * 60_000;

/** Outside the project, so that a fresh clone can use it. */
export const cacheFolder = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'kubestate-e2e',
);

/** The folder for what is built from these texts, named by their hash. */
export function keptFolder(name: string, texts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text);
  return join(cacheFolder, `${name}-${hash.digest('hex').slice(0, 12)}`);
}

/**
 * Fills a folder unless it exists. It is filled under another name and renamed, so that an
 * interrupted build is not taken for a finished one. Then stale folders of other texts are removed.
 */
export function makeOnce(kept: string, fill: (folder: string) => void): void {
  if (existsSync(kept)) {
    const now = new Date();
    utimesSync(kept, now, now);
    return;
  }
  mkdirSync(dirname(kept), { recursive: true });
  const making = mkdtempSync(`${kept}-`);
  try {
    fill(making);
    renameSync(making, kept);
  } catch (error) {
    rmSync(making, { recursive: true });
    // Another process may have been first, with the same result.
    if (!existsSync(kept)) throw error;
  }
  removeStale(kept, Date.now());
}

/**
 * Removes folders of other texts that nobody has used for a day, and those of interrupted builds,
 * but none that a running build may be filling.
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
    if (idleMs <= (unfinished === undefined ? UNUSED_MS_MAX : MAKING_MS_MAX)) continue;
    rmSync(sibling, { recursive: true, force: true });
  }
}
