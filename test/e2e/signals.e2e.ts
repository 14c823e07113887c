// Signals to each form of the program: no stop is lost at a start, and none opens a debugger.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { seededRandom } from '../../src/demo/random.ts';
import { reachable } from './get.ts';
import { kubestate as bundle, Program } from './program.ts';

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
  const settings = block.matchAll(/([A-Z_]+)=(?:"([^"]*)"|(\S+))/g);
  const pairs = [...settings].map(([, key, quoted, bare]) => [key, quoted ?? bare]);
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

const { env, nodeFlags } = startOfImage();

/** Writes the image's entry point into a folder, for the Node of this machine. */
function entryIn(folder: string): string {
  const entry = join(folder, 'kube-state-metrics');
  const shebang = `#!${process.execPath} ${nodeFlags}\n`;
  writeFileSync(entry, readFileSync(bundle, 'utf8').replace(/^.*\n/, shebang));
  chmodSync(entry, 0o755);
  return entry;
}

describe('the start of the image', function () {
  this.timeout(timeoutMs);

  let folder: string;
  let entry: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-signals-'));
    entry = entryIn(folder);
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
      let left = startsOfEach;
      const starts = async (): Promise<void> => {
        while (left-- > 0) ends.push(await signalled(signal, true));
      };
      // Two at once: whenever in a start the signal comes, it is heeded.
      await Promise.all([starts(), starts()]);
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

describe('SIGUSR1', function () {
  this.timeout(60_000);

  let folder: string;
  let entry: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-signals-'));
    entry = entryIn(folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Where Node's inspector listens unless told otherwise. */
  const inspector = 'http://127.0.0.1:9229/json/version';
  const inspectorMs = 500;
  const assignments = Object.entries(env).map((pair) => pair.join('='));

  /** Starts a demo, sends it the signal once it serves, and gives the inspector time to open. */
  async function signalled(program: string, ...args: string[]): Promise<Program> {
    const demo = new Program(program, [...args, '--port=0', '--telemetry-port=0']);
    const serves = async () => /metrics +http:/.test(demo.stdout) || undefined;
    await demo.until('it told its address', serves, 30_000);
    process.kill(servingPid(demo.pid as number), 'SIGUSR1');
    await delay(inspectorMs);
    return demo;
  }

  /** npx and env start the program as a child, or become it. */
  function servingPid(pid: number): number {
    const child = childOf(pid);
    return child === undefined ? pid : servingPid(child);
  }

  const forms: [what: string, start: () => [string, ...string[]]][] = [
    ['as the image starts', () => ['env', ...assignments, entry, 'demo']],
    [
      'in a pod that sets NODE_OPTIONS itself',
      () => ['env', 'NODE_OPTIONS=--no-warnings', entry, 'demo'],
    ],
    ['by its path', () => [bundle, 'demo']],
    ['by node', () => [process.execPath, bundle, 'demo']],
    ['by npx', () => ['npx', '--no-install', 'kubestate', 'demo']],
    ['by npm', () => ['npm', 'run', '--silent', 'demo', '--']],
  ];
  for (const [what, start] of forms) {
    it(`opens no debugger in the program ${what}, which goes on`, async () => {
      const [program, ...args] = start();
      const demo = await signalled(program, ...args);
      try {
        expect(await reachable(inspector)).to.equal(undefined);
        expect(demo.stderr).to.not.include('Debugger');
        const url = /metrics +(http:\S+)/.exec(demo.stdout)?.[1];
        expect((await reachable(`${url}`))?.status).to.equal(200);
      } finally {
        process.kill(servingPid(demo.pid as number), 'SIGTERM');
        await demo.exitCode;
      }
    });
  }

  it('opens one where Node is told so: the tests above would see it', async () => {
    const demo = await signalled(process.execPath, '--no-disable-sigusr1', bundle, 'demo');
    try {
      expect((await reachable(inspector))?.status).to.equal(200);
    } finally {
      await demo.stop();
    }
  });
});
