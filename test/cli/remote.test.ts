// How kubestate diff and top reach servers: certificates, signals, and the exit codes of processes.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { expect } from 'chai';
import { diff } from '../../src/cli/diff.ts';
import { top } from '../../src/cli/top.ts';
import { parseCommandLine } from '../../src/config/flags.ts';
import { Stopped } from '../../src/lib/errors.ts';
import { expectRefusal, rejectionOf } from '../support/refusal.ts';
import { Answering, printing, run } from './answering.ts';

const fixtures = new URL('../http/tls/fixtures/', import.meta.url);
const fixture = (name: string): string => new URL(name, fixtures).pathname;
const answering = new Answering();

afterEach(() => answering.close());

describe('a command that reads from a server', () => {
  const secure = async (): Promise<string> => {
    const key = readFileSync(fixture('server.key'));
    const cert = readFileSync(fixture('server.pem'));
    const server = createTlsServer({ key, cert }, (_, response) => response.end('a 1\n'));
    return (await answering.listen(server)).replace('http:', 'https:');
  };

  it('trusts a certificate of the CA that it is given, and any if it is told to', async () => {
    const url = await secure();
    const file = answering.file('a 1\n');
    expect((await run(diff, [file, url, `--ca-file=${fixture('ca.pem')}`])).code).to.equal(0);
    expect((await run(diff, [file, url, '--insecure'])).code).to.equal(0);
    const hint = 'name its CA by --ca-file, or set --insecure';
    expectRefusal(await rejectionOf(run(diff, [file, url])), { place: `${url}/metrics`, hint });
    const stranger = `--ca-file=${fixture('stranger.pem')}`;
    expectRefusal(await rejectionOf(run(diff, [file, url, stranger])), { hint });
  });

  it('names the flag of a file that it cannot read, and of one without certificates', async () => {
    const url = await secure();
    for (const flag of ['--ca-file', '--token-file']) {
      const refused = run(top, [url, `${flag}=/no/such`]);
      expectRefusal(await rejectionOf(refused), { flag, got: /ENOENT/ });
    }
    const none = answering.file('no certificate');
    const refused = run(diff, [answering.file('a 1\n'), url, `--ca-file=${none}`]);
    expectRefusal(await rejectionOf(refused), { place: `${url}/metrics` });
  });

  it('refuses a header without a colon', () => {
    expect(() => parseCommandLine(top.flags, ['--header=x'])).to.throw('expected a header such as');
  });

  it('does not say that two are the same when it is stopped', async () => {
    const stop = new AbortController();
    const url = await answering.serve(() => {
      stop.abort(new Stopped('SIGINT'));
      return { body: 'a 1\n' };
    });
    const { context, printed } = printing();
    const line = parseCommandLine(diff.flags, [url, url]);
    expect(await diff.run({ ...context, stop: stop.signal }, line)).to.equal(2);
    expect(printed).to.deep.equal([]);
  });
});

describe('the process of kubestate diff', () => {
  const rows: [stdin: string, code: number, stdout: RegExp, stderr: RegExp][] = [
    ['a 1\n', 0, /\nThe same\.\n$/, /^$/],
    ['a 2\n', 1, /\n1 family differs, in 1 series\.\n$/, /^$/],
    ['a', 2, /^$/, /^kubestate: stdin:1: expected the end of the line, got [^\n]*\.\n$/],
  ];
  for (const [stdin, code, stdout, stderr] of rows) {
    it(`ends with ${code} for ${JSON.stringify(stdin)} on stdin beside a server`, async () => {
      const url = await answering.serve('a 1\n');
      const ended = await ending(['diff', '-', url], stdin);
      expect(ended.stdout).to.match(stdout);
      expect(ended.stderr).to.match(stderr);
      expect(ended.code).to.equal(code);
    });
  }

  for (const words of [[], ['a'], ['a', 'b', 'c']]) {
    it(`takes two, and no ${words.length}`, async () => {
      const { code, stderr } = await ending(['diff', ...words], '');
      expect(stderr).to.include('kubestate: diff: expected URL|FILE URL|FILE, got ');
      expect(code).to.equal(2);
    });
  }
});

async function ending(args: readonly string[], stdin: string) {
  const child = spawn(process.execPath, ['src/main.ts', ...args]);
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, ...texts };
}
