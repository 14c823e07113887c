// The bundle as it is started: by its path, by npx, and by a Node that is too old for it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

const root = join(import.meta.dirname, '../..');
const bundle = join(root, 'dist/kubestate.cjs');

const run = (program: string, ...args: string[]) =>
  spawnSync(program, args, { cwd: root, encoding: 'utf8' });

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
