// Runs the end-to-end suites, or those given: gets the tools, starts mocha in a network of its own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TARGET } from './target.ts';
import { installTools } from './tools.ts';

/** Processes have a namespace too, so that what a broken suite leaves running ends with it. */
const NAMESPACES = ['--net', '--mount', '--mount-proc', '--pid', '--fork', '--kill-child'];

/**
 * Enters a network namespace with nothing but loopback, and there lays a hosts file of ours over
 * the machine's. Only the suites see either: their ports are free, and no request leaves.
 */
const ENTER = 'ip link set lo up && mount --bind "$0" /etc/hosts && exec "$@"';

const root = join(import.meta.dirname, '../..');

function main(): number {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error('The end-to-end suites need root on Linux, for a network namespace.');
  }
  installTools();
  run(process.execPath, [join(root, 'tools/build.ts')]);
  const folder = mkdtempSync(join(tmpdir(), 'kubestate-e2e-'));
  try {
    const hosts = join(folder, 'hosts');
    writeFileSync(hosts, `${readFileSync('/etc/hosts', 'utf8')}\n127.0.0.1 ${TARGET}\n`);
    const mocha = [join(root, 'node_modules/.bin/mocha'), '--config', 'test/e2e/mocharc.json'];
    const given = process.argv.slice(2);
    const all = given.some((arg) => arg.endsWith('.e2e.ts')) ? [] : ['test/e2e/*.e2e.ts'];
    const args = [...mocha, ...given, ...all];
    return run('unshare', [...NAMESPACES, 'sh', '-c', ENTER, hosts, ...args], false);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a program in the project's root with our terminal; a failure is thrown unless expected. */
function run(program: string, args: readonly string[], mustSucceed = true): number {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (error) throw new Error(`${program} could not be started: ${error.message}`);
  if (mustSucceed && status !== 0) throw new Error(`${program} ended with ${status}.`);
  return status ?? 1;
}

try {
  process.exitCode = main();
} catch (error) {
  process.stderr.write(`e2e: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
