// Builds programs from Go modules in fixed versions, once, into a cache outside the project.
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { keptFolder, makeOnce } from './kept.ts';

const DOWNLOAD_TIMEOUT_MS = 5 * 60_000;
const BUILD_TIMEOUT_MS = 30 * 60_000;

export interface GoModule {
  /** The folder with go.mod and go.sum, which pin every version. */
  readonly folder: string;
  /** Go package by the name of the program that is built from it; `.` is the folder's own. */
  readonly programs: Readonly<Record<string, string>>;
  /** Variables to set by the linker (-X). */
  readonly variables?: Readonly<Record<string, string>>;
  /** Build tags. */
  readonly tags?: readonly string[];
}

/** The path of a program, which exists after `buildGoModule`. */
export const goProgram = (module: GoModule, program: string): string =>
  join(builtFolder(module), program);

/**
 * Builds the programs of a module unless they exist. Once per state of go.mod this takes minutes
 * and the Go module proxy. Throws an error that names what could not be built.
 */
export function buildGoModule(module: GoModule): void {
  makeOnce(builtFolder(module), (folder) => {
    for (const [program, path] of Object.entries(module.programs)) {
      build(module, path, join(folder, program));
    }
  });
}

/** The output folder, which depends on go.mod, on sources of our own, and on the tags. */
function builtFolder({ folder, tags = [] }: GoModule): string {
  const sources = globSync('*.go', { cwd: folder }).sort();
  const files = ['go.mod', 'go.sum', ...sources].map((file) => readFileSync(join(folder, file)));
  return keptFolder(basename(folder), [...files, ...tags]);
}

interface Downloaded {
  readonly Dir?: string;
  readonly Error?: string;
}

/** The sources of `module@version` in Go's module cache, downloaded if needed. */
export function goSources(module: string): string {
  const args = ['mod', 'download', '-json', module];
  const { stdout, stderr, error } = spawnSync('go', args, {
    encoding: 'utf8',
    timeout: DOWNLOAD_TIMEOUT_MS,
  });
  const { Dir, Error: reason = stderr } = JSON.parse(stdout || '{}') as Downloaded;
  if (Dir !== undefined) return Dir;
  throw new Error(`\`go ${args.join(' ')}\` failed: ${error?.message ?? reason}`);
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
