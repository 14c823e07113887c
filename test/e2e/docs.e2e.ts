// The commands of the documentation, run as a reader would: page by page, in a clone of their own.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { programPath } from '../../tools/apiserver/programs.ts';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { lasts } from '../docs/commands.ts';
import { type Block, blocksOf, pages, root, textOf } from '../docs/markdown.ts';
import { commandsIn } from '../docs/shell.ts';
import { type Outcome, outcomeOf } from '../support/outcome.ts';
import { definitionFiles } from './definitions.ts';
import { kubestate, Program } from './program.ts';
import { helm, npmCache } from './tools.ts';

const BLOCK_TIMEOUT_MS = 120_000;
/** What bash makes of a program that SIGPIPE ended. */
const SIGPIPE_STATUS = 128 + 13;
const READY_TIMEOUT_MS = 120_000;

/** npm, which does not install again what is installed: several pages begin with `npm ci`. */
const NPM_ONCE = `#!/bin/sh
[ "$*" = ci ] && [ -e node_modules/.package-lock.json ] && exit 0
PATH="\${PATH#*:}"
exec npm "$@"
`;

const isRun = ({ words }: Block): boolean => words.run === '';

/** A page of another language has the commands of the English one, as test/docs.test.ts checks. */
const run = pages.filter((page) => !/\.\w\w\.md$/.test(page) && blocksOf(textOf(page)).some(isRun));

const installs = (page: string): boolean =>
  blocksOf(textOf(page)).some((block) => isRun(block) && /\b(?:helm|kubectl)\b/.test(block.text));

describe('the documentation', function () {
  this.timeout(BLOCK_TIMEOUT_MS + READY_TIMEOUT_MS);

  let cluster: RealCluster;
  let folder: string;
  let clone: string;
  let env: NodeJS.ProcessEnv;
  let running: Program | undefined;

  before(async () => {
    cluster = await startApiServer();
    for (const file of definitionFiles) await cluster.kubectl(['create', '-f', file]);
    await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all']);
    folder = mkdtempSync(join(tmpdir(), 'kubestate-docs-'));
    clone = join(folder, 'kubestate');
    cloneInto(clone);
    env = environment();
    const { status, stderr } = shell('npm ci');
    expect(status, stderr).to.equal(0);
    // No warning that the machine's own Node is older than packages want.
    expect(stderr).to.equal('');
  });

  after(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true });
  });

  for (const page of run) {
    describe(page, () => {
      before(() => {
        const files = join(root, 'test/docs/files', page.replace(/\.md$/, '').replaceAll('/', '_'));
        if (existsSync(files)) cpSync(files, clone, { recursive: true });
      });

      after(async () => {
        await interrupt();
        if (installs(page)) uninstall();
      });

      for (const block of blocksOf(textOf(page))) {
        const { file } = block.words;
        if (file === undefined && !isRun(block)) continue;
        const [first = ''] = block.text.split('\n');
        it(`line ${block.line}: ${file ?? first}`, async () => {
          if (block.words.instead !== undefined) uninstall();
          if (file !== undefined) writeFileSync(join(clone, file), `${block.text}\n`);
          else if (commandsIn(block.text).some(lasts)) await start(block.text);
          else expectSuccess(block.text);
        });
      }
    });
  }

  /** The files of this checkout, as git would clone them, with what was changed since. */
  function cloneInto(to: string): void {
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const { stdout } = outcomeOf('git', args, { cwd: root });
    const files = stdout.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
    expect(files).to.have.length.above(500);
    for (const path of files) {
      mkdirSync(dirname(join(to, path)), { recursive: true });
      cpSync(join(root, path), join(to, path));
    }
  }

  /** What the reader has: kubectl, helm, kubestate, npm, and a kubeconfig in the home folder. */
  function environment(): NodeJS.ProcessEnv {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    symlinkSync(programPath('kubectl'), join(bin, 'kubectl'));
    symlinkSync(helm, join(bin, 'helm'));
    const script = `#!/bin/sh\nexec ${process.execPath} ${kubestate} "$@"\n`;
    writeFileSync(join(bin, 'kubestate'), script, { mode: 0o755 });
    const home = join(folder, 'home');
    mkdirSync(join(home, '.kube'), { recursive: true });
    cpSync(cluster.kubeconfig(), join(home, '.kube/config'));
    chmodSync(join(home, '.kube/config'), 0o600);
    const npm = { npm_config_cache: npmCache, npm_config_offline: 'true' };
    // npm runs on the Node of the machine, as the reader's does, and not on the one installed here.
    const path = (process.env.PATH ?? '').split(':').filter((one) => !one.includes('node_modules'));
    writeFileSync(join(bin, 'npm'), NPM_ONCE, { mode: 0o755 });
    return { HOME: home, PATH: [bin, ...path].join(':'), ...npm };
  }

  function shell(text: string): Outcome {
    const options = { cwd: clone, env, msMax: BLOCK_TIMEOUT_MS };
    return outcomeOf('bash', ['-eo', 'pipefail', '-c', text], options);
  }

  function expectSuccess(text: string): void {
    const { status, stdout, stderr } = shell(text);
    // `head` closes a pipe early, of which a reader's shell, without pipefail, says nothing.
    const isCut = status === SIGPIPE_STATUS && /\| head\b/.test(text);
    expect(isCut ? 0 : status, `${stdout}${stderr}`).to.equal(0);
  }

  function uninstall(): void {
    expectSuccess('helm uninstall -n kube-system kube-state-metrics --ignore-not-found');
    expectSuccess('kubectl delete -f rbac/ --ignore-not-found');
  }

  /** Starts what goes on until it is stopped, and waits until it is ready; ends the last one. */
  async function start(text: string): Promise<void> {
    await interrupt();
    running = new Program('env', [
      '--chdir',
      clone,
      ...Object.entries(env).map((pair) => pair.join('=')),
      ...['bash', '-eo', 'pipefail', '-c', text],
    ]);
    await running.answers('http://127.0.0.1:8081/readyz', READY_TIMEOUT_MS);
  }

  /** Ctrl-C reaches all processes of a terminal. */
  async function interrupt(): Promise<void> {
    if (running?.pid === undefined) return;
    for (const pid of [running.pid, ...descendantsOf(running.pid)]) sendSigint(pid);
    await running.exitCode;
    running = undefined;
  }
});

function sendSigint(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch (error) {
    // It has ended since.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** All processes below this one, by /proc. */
function descendantsOf(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)] as const);
  const children = parents.filter(([, parent]) => parent === pid).map(([child]) => child);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

function parentOf(pid: string): number {
  try {
    return Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
  } catch {
    // It has ended since.
    return 0;
  }
}
