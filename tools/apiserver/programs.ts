// kube-apiserver, etcd and their tools: where they are, and how they are built from their modules.
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

/** A folder beside this file with a go.mod, and what is built from it: program to package. */
const MODULES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  etcd: {
    etcd: 'go.etcd.io/etcd/server/v3',
    etcdutl: 'go.etcd.io/etcd/etcdutl/v3',
  },
  kubernetes: {
    'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
    kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  },
};

/** The programs by name, as paths; there are such only after `buildPrograms`. */
export function programPath(program: string): string {
  const module = Object.keys(MODULES).find((name) => program in (MODULES[name] ?? {}));
  if (module === undefined) throw new Error(`No module in tools/apiserver makes ${program}.`);
  return join(folderOf(module), program);
}

/**
 * Builds what is missing, which takes some minutes and the Go module proxy once for each state of
 * the go.mod files; throws a sentence that names what could not be built.
 */
export function buildPrograms(): void {
  for (const [module, programs] of Object.entries(MODULES)) {
    const folder = folderOf(module);
    if (existsSync(folder)) continue;
    mkdirSync(cacheFolder, { recursive: true });
    // Built beside and renamed, so that a build broken off is not taken for a finished one.
    const building = mkdtempSync(`${folder}-`);
    for (const [program, path] of Object.entries(programs)) {
      build(module, path, join(building, program));
    }
    try {
      renameSync(building, folder);
    } catch (error) {
      rmSync(building, { recursive: true });
      // Another build may have been first; what it made is the same.
      if (!existsSync(folder)) throw error;
    }
    removeStale(folder, Date.now());
  }
}

/**
 * Removes what was built beside this folder of other states of its module, and what builds that
 * were broken off have left; not what may be in the making.
 */
export function removeStale(folder: string, now: number): void {
  const [, module = ''] = /^(.*)-[0-9a-f]{12}$/.exec(basename(folder)) ?? [];
  for (const name of readdirSync(dirname(folder))) {
    const sibling = join(dirname(folder), name);
    if (sibling === folder || !name.startsWith(`${module}-`)) continue;
    const finished = /^-[0-9a-f]{12}$/.test(name.slice(module.length));
    const idleMs = now - (statSync(sibling, { throwIfNoEntry: false })?.mtimeMs ?? now);
    if (finished || idleMs > BUILD_TIMEOUT_MS) rmSync(sibling, { recursive: true, force: true });
  }
}

/** A folder named by what goes in, so that a changed go.mod leads to another one. */
function folderOf(module: string): string {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) {
    hash.update(readFileSync(join(import.meta.dirname, module, file)));
  }
  return join(cacheFolder, `${module}-${hash.digest('hex').slice(0, 12)}`);
}

function build(module: string, path: string, program: string): void {
  const cwd = join(import.meta.dirname, module);
  const version = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\S*)/.exec(
    readFileSync(join(cwd, 'go.mod'), 'utf8'),
  );
  const stamps = [
    ['gitVersion', version?.[1]],
    ['gitMajor', version?.[2]],
    ['gitMinor', version?.[3]],
  ].map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  const ldflags = ['-s', '-w', ...(version === null ? [] : stamps)].join(' ');
  const args = ['build', '-trimpath', '-buildvcs=false', `-ldflags=${ldflags}`, '-o', program];
  process.stdout.write(`apiserver: go build ${path}\n`);
  const { status, stderr, error } = spawnSync('go', [...args, path], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '-mod=readonly' },
    timeout: BUILD_TIMEOUT_MS,
  });
  if (status === 0) return;
  const reason = error?.message ?? stderr.trim().split('\n').at(-1);
  throw new Error(
    `A real API server needs \`go build ${path}\` in ${cwd}, and it failed: ${reason}`,
  );
}
