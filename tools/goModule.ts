// Programs built once from Go modules of fixed versions, and kept outside the project.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const BUILD_TIMEOUT_MS = 30 * 60_000;

/** Outside the project, so that a fresh clone need not build and download all of it again. */
export const cacheFolder = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'kubestate-e2e',
);

export interface GoModule {
  /** The folder with go.mod and go.sum, which say every version. */
  readonly folder: string;
  /** What is built from it: program to package. */
  readonly programs: Readonly<Record<string, string>>;
  /** Variables that the linker sets in all of them. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Build tags, which leave out what is not used. */
  readonly tags?: readonly string[];
}

/** Where a program of the module is; there is one only after `buildGoModule`. */
export const goProgram = (module: GoModule, program: string): string =>
  join(builtFolder(module), program);

/**
 * Builds the module's programs unless they stand, which takes minutes and the Go module proxy once
 * for each state of go.mod; throws a sentence that names what could not be built.
 */
export function buildGoModule(module: GoModule): void {
  const built = builtFolder(module);
  if (existsSync(built)) return;
  mkdirSync(cacheFolder, { recursive: true });
  // Built beside and renamed, so that a build broken off is not taken for a finished one.
  const building = mkdtempSync(`${built}-`);
  for (const [program, path] of Object.entries(module.programs)) {
    build(module, path, join(building, program));
  }
  try {
    renameSync(building, built);
  } catch (error) {
    rmSync(building, { recursive: true });
    // Another build may have been first; what it made is the same.
    if (!existsSync(built)) throw error;
  }
  removeStale(built, Date.now());
}

/**
 * Removes what was built beside this folder of other states of its module, and what builds that
 * were broken off have left; not what may be in the making.
 */
export function removeStale(built: string, now: number): void {
  const module = basename(built).replace(/-[0-9a-f]{12}$/, '');
  for (const name of readdirSync(dirname(built))) {
    const sibling = join(dirname(built), name);
    if (sibling === built || !name.startsWith(`${module}-`)) continue;
    const [isOfModule, unfinished] =
      /^-[0-9a-f]{12}(-\w{6})?$/.exec(name.slice(module.length)) ?? [];
    if (isOfModule === undefined) continue;
    const idleMs = now - (statSync(sibling, { throwIfNoEntry: false })?.mtimeMs ?? now);
    if (unfinished !== undefined && idleMs <= BUILD_TIMEOUT_MS) continue;
    rmSync(sibling, { recursive: true, force: true });
  }
}

/** A folder named by what goes in, so that a changed go.mod or tag leads to another one. */
function builtFolder({ folder, tags = [] }: GoModule): string {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(folder, file)));
  for (const tag of tags) hash.update(tag);
  return join(cacheFolder, `${basename(folder)}-${hash.digest('hex').slice(0, 12)}`);
}

function build(
  { folder, variables = {}, tags = [] }: GoModule,
  path: string,
  program: string,
): void {
  const set = Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`);
  const ldflags = ['-s', '-w', ...set].join(' ');
  const options = ['-trimpath', '-buildvcs=false', `-ldflags=${ldflags}`, `-tags=${tags.join()}`];
  const args = ['build', ...options, '-o', program];
  process.stdout.write(`go build ${path}\n`);
  const { status, stderr, error } = spawnSync('go', [...args, path], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '-mod=readonly' },
    timeout: BUILD_TIMEOUT_MS,
  });
  if (status === 0) return;
  const reason = error?.message ?? stderr.trim().split('\n').at(-1);
  throw new Error(
    `The end-to-end suites need \`go build ${path}\` in ${folder}, and it failed: ${reason}`,
  );
}
