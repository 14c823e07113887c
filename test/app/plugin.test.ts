// The program as a process with an exec plugin that hangs: told to end, both end.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isAlive } from '../kube/pluginSuite.ts';
import { kubeconfigOf } from '../support/kubeconfig.ts';
import { until } from '../support/until.ts';

const main = new URL('../../src/main.ts', import.meta.url).pathname;
/** What a plugin that hangs would cost: it is given up after a minute. */
const endMsMax = 8_000;

describe('The program with a plugin that hangs', () => {
  let folder: string;
  let running: ChildProcess | undefined;
  let stderr: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-'));
  });
  afterEach(() => {
    running?.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** Starts the program; resolves to the plugin and what that started, once both run. */
  async function start(plugin: string, ...args: string[]): Promise<number[]> {
    const kubeconfig = join(folder, 'config');
    const pids = join(folder, 'pids');
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      interactiveMode: 'IfAvailable',
      command: 'sh',
      args: ['-c', `${plugin} echo $$ $! > ${pids}; wait; wait`],
    };
    writeFileSync(kubeconfig, kubeconfigOf({ server: 'http://127.0.0.1:1' }, { exec }));
    const ports = ['--host=127.0.0.1', '--telemetry-host=127.0.0.1', '--port=0'];
    const all = [`--kubeconfig=${kubeconfig}`, ...ports, '--telemetry-port=0', ...args];
    const env = { PATH: process.env.PATH };
    running = spawn(process.execPath, [main, ...all], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    stderr = '';
    running.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const read = (): string => {
      try {
        return readFileSync(pids, 'utf8');
      } catch {
        return '';
      }
    };
    await until(() => read().endsWith('\n'));
    return read().trim().split(' ').map(Number);
  }

  /** Resolves to the exit code and the milliseconds until it came. */
  async function ended(signal: NodeJS.Signals): Promise<{ code: unknown; ms: number }> {
    const sinceMs = performance.now();
    const exited = once(running as ChildProcess, 'exit');
    running?.kill(signal);
    const [code] = await exited;
    return { code, ms: performance.now() - sinceMs };
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends at once by ${signal}, and ends it and what it started`, async () => {
      const pids = await start('sleep 1000 > /dev/null &');
      const { code, ms } = await ended(signal);
      expect(code, stderr).to.equal(0);
      expect(ms).to.be.below(endMsMax);
      await until(() => !pids.some(isAlive));
      expect(stderr).to.include('"stopped"');
    });
  }

  it('ends although the plugin ignores SIGTERM, which is killed', async () => {
    const pids = await start("trap '' TERM INT; sleep 1000 > /dev/null &");
    const { code, ms } = await ended('SIGTERM');
    expect(code, stderr).to.equal(0);
    expect(ms).to.be.below(endMsMax);
    await until(() => !pids.some(isAlive));
  });
});
