// What manifests and kubelets rely on in the Dockerfile, read from its text.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { betterStart } from '../src/memory.ts';

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** The instructions in order: comments dropped, continued lines joined. */
function instructionsOf(dockerfile: string): Instruction[] {
  return dockerfile
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...rest] = line.trim().split(/\s+/);
      return { name: name.toUpperCase(), rest: rest.join(' ') };
    });
}

/** `${NAME}` in a Dockerfile, written so that it is not taken for a template of ours. */
const variable = (name: string): string => ['$', `{${name}}`].join('');

describe('the Dockerfile', () => {
  const instructions = instructionsOf(
    readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8'),
  );
  const lastFrom = instructions.findLastIndex(({ name }) => name === 'FROM');
  const runtime = instructions.slice(lastFrom);
  const runtimeOf = (name: string) =>
    runtime.filter((instruction) => instruction.name === name).map(({ rest }) => rest);

  it('takes both bases as arguments, so that a mirror can stand in', () => {
    const bases = instructions.filter(({ name }) => name === 'FROM').map(({ rest }) => rest);
    expect(bases).to.deep.equal([
      `--platform=${variable('BUILDPLATFORM')} ${variable('BUILD_IMAGE')} AS build`,
      variable('RUNTIME_IMAGE'),
    ]);
    const args = instructions.filter(({ name }) => name === 'ARG').map(({ rest }) => rest);
    expect(args).to.have.length(2);
    expect(args[0]).to.match(/^BUILD_IMAGE=\S+:\S+$/);
    expect(args[1]).to.match(/^RUNTIME_IMAGE=\S+:\S+$/);
  });

  it('runs as a number that is not root, which runAsNonRoot can check', () => {
    expect(runtimeOf('USER')).to.deep.equal(['65534:65534']);
  });

  it('takes flags directly: manifests pass args and never a command', () => {
    expect(runtimeOf('ENTRYPOINT')).to.deep.equal(['["/kube-state-metrics"]']);
    expect(runtimeOf('CMD')).to.deep.equal([]);
  });

  it('puts the entry point where it says, executable by any user and writable by none', () => {
    expect(runtimeOf('COPY')).to.include(
      '--from=build --chmod=0555 /src/dist/kube-state-metrics /kube-state-metrics',
    );
  });

  it('runs nothing in its last stage, whose base has no shell, or would need emulation', () => {
    expect(runtimeOf('RUN')).to.deep.equal([]);
  });

  it('runs no script of a package, and builds what npm would have built', () => {
    const run = instructions.filter(({ name }) => name === 'RUN').map(({ rest }) => rest);
    expect(run).to.have.length(2);
    expect(run[0]).to.match(/^npm ci --ignore-scripts /);
    const { scripts } = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
    ) as { scripts: Record<string, string> };
    expect(run[1]?.startsWith(`${scripts.prepare} && `), run[1]).to.equal(true);
  });

  it('carries the licences of what is in the bundle', () => {
    expect(runtimeOf('COPY')).to.include(
      '--from=build --chmod=0444 /src/dist/THIRD-PARTY-LICENSES /THIRD-PARTY-LICENSES',
    );
  });

  it('exposes both ports', () => {
    expect(runtimeOf('EXPOSE')).to.deep.equal(['8080 8081']);
  });

  it('makes glibc give freed memory back', () => {
    expect(runtimeOf('ENV').join(' '))
      .to.include('MALLOC_MMAP_THRESHOLD_=32768')
      .and.to.include('MALLOC_TRIM_THRESHOLD_=131072');
  });

  it('starts Node as the bundle would have it, so that it need not start anew', () => {
    const settings = runtimeOf('ENV').join(' ').split(/\s+/);
    const env = Object.fromEntries(settings.map((setting) => setting.split(/=(.*)/s)));
    const shebang = instructions.map(({ rest }) => /#!\S+ (--[\w-]+=\w+)/.exec(rest)?.[1] ?? '');
    const execArgv = shebang.filter((argument) => argument !== '');
    const limits = { limit: 250 * 2 ** 20, total: 2 ** 34 };
    expect(betterStart({ execArgv, env, ...limits })).to.equal(undefined);
    const better = betterStart({ execArgv: [], env: {}, ...limits });
    expect(better?.execArgv).to.deep.equal([...execArgv, env.NODE_OPTIONS]);
    expect(env).to.include(better?.env);
  });
});
