// Builds the Dockerfile with buildah, without a network, on stand-ins for its two bases.
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { outcomeOf } from '../support/outcome.ts';
import { npmCache } from './tools.ts';

const root = join(import.meta.dirname, '../..');

const BUILD_TIMEOUT_MS = 5 * 60_000;
const USERS = [
  'root:x:0:0:root:/root:/sbin/nologin',
  'nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin',
];

/** What a container runtime takes from an image's configuration. */
export interface ImageConfig {
  readonly Entrypoint: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env: readonly string[];
  readonly User: string;
  readonly Labels: Readonly<Record<string, string>>;
}

export interface Image {
  readonly config: ImageConfig;
  /** The folder that holds the image's files, and that of the base it stands on. */
  readonly files: string;
  readonly baseFiles: string;
}

const BUILD_BASE = 'localhost/build-base';
const RUNTIME_BASE = 'localhost/runtime-base';

/**
 * The image as the Dockerfile says, below `folder`; throws buildah's last words where it fails. The
 * stand-in of the runtime is Node and its libraries, no more; that of the build stage has sh, sed
 * and npm too.
 */
export function buildImage(folder: string): Image {
  const buildah = (...args: string[]): string => run('buildah', storedIn(folder, args));
  const made = (name: string, fill: (files: string) => void, ...config: string[]): string => {
    const container = buildah('from', 'scratch');
    const files = buildah('mount', container);
    fill(files);
    buildah('config', ...config, container);
    buildah('commit', '--quiet', container, name);
    return files;
  };
  made(BUILD_BASE, layBuildBase, '--env=PATH=/usr/local/bin:/usr/bin:/bin', ...NPM_OFFLINE);
  const entrypoint = '--entrypoint=["/nodejs/bin/node"]';
  const baseFiles = made(RUNTIME_BASE, layRuntimeBase, '--env=PATH=/usr/bin:/bin', entrypoint);
  const bases = [`BUILD_IMAGE=${BUILD_BASE}`, `RUNTIME_IMAGE=${RUNTIME_BASE}`];
  buildah(
    'bud',
    '--pull-never',
    `--volume=${npmCache}:/npm-cache:rw`,
    '--tag=localhost/kubestate',
    ...bases.map((base) => `--build-arg=${base}`),
    root,
  );
  const files = buildah('mount', buildah('from', '--pull-never', 'localhost/kubestate'));
  const inspected = buildah('inspect', '--type=image', 'localhost/kubestate');
  const { OCIv1 } = JSON.parse(inspected) as { OCIv1: { config: ImageConfig } };
  return { config: OCIv1.config, files, baseFiles };
}

const NPM_OFFLINE = ['--env=npm_config_cache=/npm-cache', '--env=npm_config_offline=true'];

function layRuntimeBase(files: string): void {
  layProgram(files, process.execPath, '/nodejs/bin/node');
  mkdirSync(join(files, 'etc'));
  writeFileSync(join(files, 'etc/passwd'), `${USERS.join('\n')}\n`);
  // As in the real one: a place where anybody may write, unless the root is read-only.
  mkdirSync(join(files, 'tmp'));
  chmodSync(join(files, 'tmp'), 0o1777);
}

function layBuildBase(files: string): void {
  for (const folder of ['tmp', 'npm-cache']) mkdirSync(join(files, folder));
  layProgram(files, process.execPath, '/usr/local/bin/node');
  for (const program of ['sh', 'sed']) layProgram(files, found(program), `/bin/${program}`);
  layProgram(files, found('env'), '/usr/bin/env');
  const npm = join(files, 'usr/local/lib/npm');
  cpSync(join(dirname(found('npm')), '..'), npm, { recursive: true });
  symlinkSync('../lib/npm/bin/npm-cli.js', join(files, 'usr/local/bin/npm'));
}

const found = (program: string): string =>
  realpathSync(run('sh', ['-c', 'command -v "$0"', program]));

/** Copies a program of this machine to `path`, and its libraries to where they are here. */
function layProgram(files: string, program: string, path: string): void {
  const libraries = run('ldd', [program]).match(/\/\S+/g) ?? [];
  const copies = [[program, path] as const, ...libraries.map((one) => [one, one] as const)];
  for (const [from, to] of copies) {
    const place = join(files, to);
    mkdirSync(dirname(place), { recursive: true });
    copyFileSync(from, place);
  }
}

/** No layers that share files: these need mounts that not every machine allows. */
function storedIn(folder: string, args: readonly string[]): string[] {
  const storage = [`--root=${join(folder, 'storage')}`, `--runroot=${join(folder, 'run')}`];
  return [...storage, '--storage-driver=vfs', ...args];
}

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = outcomeOf(program, args, {
    env: { ...process.env, BUILDAH_ISOLATION: 'chroot' },
    msMax: BUILD_TIMEOUT_MS,
  });
  if (status === 0) return stdout.trim();
  const reason = stderr.trim().split('\n').slice(-5).join('\n');
  throw new Error(`\`${program} ${args.join(' ')}\` failed: ${reason}`);
}
