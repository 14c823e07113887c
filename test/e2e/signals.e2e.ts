// SIGTERM and SIGINT at any moment of a start: none is lost as the image starts, PID 1 or not.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { seededRandom } from '../../src/demo/random.ts';
import { kubestate as bundle } from './program.ts';

const startsOfEach = 25;
/** A start takes less on a machine that does nothing else: some signals come before its end. */
const startMsMax = 600;
/** A signal that was not heard until then is lost. */
const endMsMax = 10_000;
const timeoutMs = 5 * 60_000;

/** Nobody listens there; a start asks it for nothing before it serves. */
const flags = [
  '--apiserver=http://127.0.0.1:1',
  '--host=127.0.0.1',
  '--telemetry-host=127.0.0.1',
  '--port=0',
  '--telemetry-port=0',
];

const dockerfile = readFileSync(join(import.meta.dirname, '../../Dockerfile'), 'utf8');

/** What the Dockerfile sets, and the flags of its entry point's first line. */
function startOfImage(): { env: Record<string, string>; nodeFlags: string } {
  const block = /^ENV ((?:.*\\\n)*.*)$/m.exec(dockerfile)?.[1] ?? '';
  const pairs = [...block.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, key, value]) => [key, value]);
  const nodeFlags = /#!\/nodejs\/bin\/node (\S+)\|/.exec(dockerfile)?.[1];
  if (nodeFlags === undefined || pairs.length === 0) throw new Error('the Dockerfile has changed');
  return { env: Object.fromEntries(pairs), nodeFlags };
}

const sigterm = 1n << 14n;

/** Whether Node itself has begun: it handles SIGTERM from its own first moments on. */
function nodeRuns(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
    return (BigInt(`0x${caught}`) & sigterm) !== 0n;
  } catch {
    // It is not there yet.
    return false;
  }
}

/** The one child of a process, by its id here. */
function childOf(pid: number): number | undefined {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ');
  return child === '' ? undefined : Number(child);
}

describe('the start of the image', function () {
  this.timeout(timeoutMs);

  let folder: string;
  let entry: string;
  const { env, nodeFlags } = startOfImage();
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-signals-'));
    entry = join(folder, 'kube-state-metrics');
    const shebang = `#!${process.execPath} ${nodeFlags}\n`;
    writeFileSync(entry, readFileSync(bundle, 'utf8').replace(/^.*\n/, shebang));
    chmodSync(entry, 0o755);
  });
  after(() => rmSync(folder, { recursive: true }));

  const random = seededRandom(12);

  /** What a start ends with that gets the signal at a random moment; undefined where it is lost. */
  async function signalled(
    signal: NodeJS.Signals,
    asPid1: boolean,
  ): Promise<number | string | undefined> {
    const [program, ...args] = asPid1 ? ['unshare', '--pid', '--fork', entry] : [entry];
    const options = { env: { PATH: process.env.PATH, ...env }, stdio: 'ignore' } as const;
    const child = spawn(program as string, [...args, ...flags], options);
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    const pid = await idOf(child, asPid1);
    await delay(random() * startMsMax);
    process.kill(pid, signal);
    const lost = new AbortController();
    const late = delay(endMsMax, undefined, { signal: lost.signal }).catch(() => undefined);
    const end = await Promise.race([ended, late]);
    lost.abort();
    if (end === undefined) process.kill(pid, 'SIGKILL');
    return end === undefined ? undefined : (end[0] ?? end[1] ?? undefined);
  }

  async function idOf(child: ChildProcess, asPid1: boolean): Promise<number> {
    const parent = child.pid as number;
    for (;;) {
      const pid = asPid1 ? childOf(parent) : parent;
      if (pid !== undefined && nodeRuns(pid)) return pid;
      await delay(1);
    }
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`as PID 1 heeds each ${signal}, also before its own first line`, async () => {
      const ends: (number | string | undefined)[] = [];
      for (let i = 0; i < startsOfEach; i++) ends.push(await signalled(signal, true));
      expect(ends).to.deep.equal(Array(startsOfEach).fill(0));
    });

    it(`under another init heeds each ${signal}, or ends by it before its first line`, async () => {
      const ends: (number | string | undefined)[] = [];
      for (let i = 0; i < startsOfEach; i++) ends.push(await signalled(signal, false));
      expect(ends.filter((end) => end !== 0 && end !== signal)).to.deep.equal([]);
      expect(ends).to.include(0);
    });
  }
});
