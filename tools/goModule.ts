// Programs built once from Go modules of fixed versions, and kept outside the project.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { keptFolder, makeOnce } from './kept.ts';

const DOWNLOAD_TIMEOUT_MS = 5 * 60_000;
const BUILD_TIMEOUT_MS = 30 * 60_000;

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
  makeOnce(builtFolder(module), (folder) => {
    for (const [program, path] of Object.entries(module.programs)) {
      build(module, path, join(folder, program));
    }
  });
}

/** A changed go.mod or tag leads to another folder. */
function builtFolder({ folder, tags = [] }: GoModule): string {
  const files = ['go.mod', 'go.sum'].map((file) => readFileSync(join(folder, file)));
  return keptFolder(basename(folder), [...files, ...tags]);
}

interface Downloaded {
  readonly Dir?: string;
  readonly Error?: string;
}

/** The sources of `module@version`, in Go's own cache, where they are downloaded to if need be. */
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
