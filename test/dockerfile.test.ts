// What the Dockerfile's text alone shows; hadolint and the image itself are asked by npm run e2e.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { betterNodeOptions } from '../src/app/nodeOptions.ts';

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

  it('exposes both ports', () => {
    expect(runtimeOf('EXPOSE')).to.deep.equal(['8080 8081']);
  });

  it('starts Node as the bundle would have it, so that it need not start anew', () => {
    const settings = runtimeOf('ENV')
      .join(' ')
      .matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g);
    const pairs = [...settings].map(([, name, quoted, bare]) => [name, quoted ?? bare]);
    const env = Object.fromEntries(pairs) as Record<string, string>;
    const shebang = instructions.map(({ rest }) => /#!\S+ (--[\w-]+=\w+)/.exec(rest)?.[1] ?? '');
    const execArgv = shebang.filter((argument) => argument !== '');
    const limits = { limit: 250 * 2 ** 20, total: 2 ** 34 };
    expect(betterNodeOptions({ execArgv, env, ...limits })).to.equal(undefined);
    const better = betterNodeOptions({ execArgv: [], env: {}, ...limits });
    expect(better?.execArgv).to.deep.equal([...execArgv, ...(env.NODE_OPTIONS ?? '').split(' ')]);
    expect(env).to.include(better?.env);
  });
});
