// The bundle as it is started: by its path, by npx, and by a Node that is too old for it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { outcomeOf } from '../support/outcome.ts';
import { kubestate as bundle, Program } from './program.ts';

const root = join(import.meta.dirname, '../..');

/** The hash of this word. */
const swordfish = '$2y$04$abcdefghijklmnopqrstuugIEnm3ZbWF6xb2GcoE3L1CoGJFMKtu.';

interface CpuProfile {
  readonly nodes: readonly { readonly callFrame: { readonly functionName: string } }[];
}

const run = (program: string, ...args: string[]) => outcomeOf(program, args, { cwd: root });

describe('the bundle', () => {
  it('runs by its path, and shows its help', () => {
    const { status, stdout, stderr } = run(bundle, '--help');
    expect(status, stderr).to.equal(0);
    expect(stdout).to.match(/^ {2}--kubeconfig FILE$/m);
  });

  it('runs by npx without a network', () => {
    const { status, stdout, stderr } = run('npx', '--no-install', 'kubestate', '--help');
    expect(status, stderr).to.equal(0);
    expect(stdout).to.equal(run(bundle, '--help').stdout);
  });

  it('carries the version of package.json', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(run(bundle, 'version').stdout).to.match(new RegExp(`^kubestate ${version} `));
  });

  it('holds no path of the machine that built it', () => {
    expect(readFileSync(bundle, 'utf8')).to.not.include(root);
  });

  it('checks passwords, on a thread that it carries within', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubestate-bundle-'));
    const config = join(folder, 'web.yml');
    writeFileSync(config, `basic_auth_users: {ann: ${swordfish}}`);
    const anyPort = ['--port=0', '--telemetry-port=0'];
    const demo = new Program(bundle, ['demo', `--tls-config=${config}`, ...anyPort]);
    const address = async () => /metrics +(http:\S+)/.exec(demo.stdout)?.[1];
    const url = await demo.until('it told its address', address, 30_000);
    const statusFor = async (login: string): Promise<number> => {
      const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
      return (await fetch(url, { headers: { authorization } })).status;
    };
    expect(await statusFor('ann:swordfish')).to.equal(200);
    expect(await statusFor('ann:sardine')).to.equal(401);
    expect(await demo.stop()).to.equal(0);
    rmSync(folder, { recursive: true });
  });

  it("makes the explorer's slow answers, on a thread that it carries within", async () => {
    const demo = new Program(bundle, ['demo', '--port=0', '--telemetry-port=0']);
    const address = async () => /metrics +(http:\S+)/.exec(demo.stdout)?.[1];
    const url = await demo.until('it told its address', address, 30_000);
    const answer = await fetch(new URL('/api/v1/families/kube_node_info/labels', url));
    const lines = (await answer.text()).trimEnd().split('\n');
    const { result } = JSON.parse(lines.at(-1) ?? '');
    expect(result.labels.map(({ name }: { name: string }) => name)).to.include('kernel_version');
    // The thread, idle, does not keep the process from its end.
    expect(await demo.stop()).to.equal(0);
  });

  it('profiles itself for a user who logs in, and opens no port for that', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubestate-bundle-'));
    const config = join(folder, 'web.yml');
    writeFileSync(config, `basic_auth_users: {ann: ${swordfish}}`);
    const flags = [
      `--tls-config=${config}`,
      '--enable-profiling',
      '--port=0',
      '--telemetry-port=0',
    ];
    const demo = new Program(bundle, ['demo', ...flags]);
    const address = async () => /itself +(http:\S+)metrics/.exec(demo.stdout)?.[1];
    const url = await demo.until('it told its address', address, 30_000);
    const authorization = `Basic ${Buffer.from('ann:swordfish').toString('base64')}`;
    const get = (path: string) =>
      fetch(`${url}debug/profile/${path}`, { headers: { authorization } });
    const { nodes } = (await (await get('cpu?seconds=2')).json()) as CpuProfile;
    // Names stay in the bundle.
    expect(nodes.map(({ callFrame }) => callFrame.functionName)).to.include('cpuProfile');
    const snapshot = (await (await get('heap')).json()) as { strings: string[] };
    expect(snapshot.strings).to.include('kube_pod_info');
    expect(await demo.stop()).to.equal(0);
    expect(demo.stderr).to.not.include('Debugger listening');
    rmSync(folder, { recursive: true });
  });

  for (const [way, program, ...args] of [
    ['its path', bundle],
    ['node', process.execPath, bundle],
  ] as const) {
    it(`started by ${way}, has a young generation and an allocator for a container`, async () => {
      const anyPort = ['--port=0', '--telemetry-port=0'];
      const demo = new Program(program, [...args, 'demo', ...anyPort]);
      const ready = async () => /metrics +http:/.test(demo.stdout) || undefined;
      await demo.until('it told its address', ready, 30_000);
      const told = (file: string) => readFileSync(`/proc/${demo.pid}/${file}`, 'utf8').split('\0');
      expect(told('cmdline')).to.include.members(['--max-semi-space-size=4', bundle, 'demo']);
      expect(told('environ')).to.include.members([
        'MALLOC_MMAP_THRESHOLD_=32768',
        'MALLOC_TRIM_THRESHOLD_=131072',
        'MALLOC_ARENA_MAX=1',
      ]);
      expect(await demo.stop()).to.equal(0);
    });
  }

  it('tells an old Node in one sentence what it needs, before anything else runs', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubestate-bundle-'));
    const older = join(folder, 'older.cjs');
    writeFileSync(
      older,
      "const versions = { ...process.versions, node: '20.20.2' };\n" +
        "Object.defineProperty(process, 'versions', { value: versions });\n",
    );
    const { status, stdout, stderr } = run(process.execPath, '--require', older, bundle, '--help');
    rmSync(folder, { recursive: true });
    expect(status).to.equal(2);
    expect(stdout).to.equal('');
    expect(stderr).to.match(/^kubestate needs Node 24 or newer, this is .*\.\n$/);
  });
});
