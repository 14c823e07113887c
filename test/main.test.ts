// The program as a process: what it prints, where, and with which code it ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';

const main = new URL('../src/main.ts', import.meta.url).pathname;
/** A cluster of which a start asks nothing before it serves. */
const nowhere = '--apiserver=http://127.0.0.1:1';
const endMsMax = 60_000;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program with nothing in its environment that could lead it to a cluster. */
async function kubestate(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH },
    timeout: endMsMax,
  });
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

describe('The program', () => {
  const refused: [name: string, args: string[], code: number, sentence: RegExp][] = [
    ['no cluster', [], 2, /--kubeconfig FILE.*service account.*`kubestate demo`/],
    ['a wrong flag', ['--port=x'], 2, /--port: expected a whole number/],
    ['an unknown resource', ['--resources=podz'], 2, /"podz"; did you mean pods\?/],
    [
      'an expression that would never be done',
      ['--metric-denylist=(\\w+)+!', nowhere],
      2,
      /--metric-denylist: .*longer than 500 ms/,
    ],
    [
      'an unreadable kubeconfig',
      ['--kubeconfig=/nowhere'],
      2,
      /--kubeconfig \/nowhere: expected a readable kubeconfig/,
    ],
    ['an unknown command', ['dmeo'], 2, /got "dmeo"; did you mean demo\?/],
    ['a command behind flags', ['--port=1', 'demo'], 2, /expected the command first/],
    ['nothing to validate', ['validate'], 2, /validate: expected FILE\.\.\., got none/],
    ['a word behind a command', ['version', 'x'], 2, /version: expected flags only, got "x"/],
    [
      'a shard beyond the last',
      ['--shard=1', nowhere],
      2,
      /--shard and --total-shards: expected a shard below/,
    ],
    ['a demo of a missing file', ['demo', '--file=/nowhere'], 2, /--file: expected a file/],
    [
      'a demo with a file and pods',
      ['demo', '--file=x', '--pods=3'],
      2,
      /--pods and --file: expected one of them, got both/,
    ],
  ];
  for (const [name, args, code, sentence] of refused) {
    it(`refuses ${name} in one sentence`, async () => {
      const ended = await kubestate(...args);
      expect(ended.stderr)
        .to.match(sentence)
        .and.match(/^kubestate: .+[.?]\n$/);
      expect(ended.stderr.trimEnd().split('\n'), ended.stderr).to.have.lengthOf(1);
      expect(ended.code).to.equal(code);
    });
  }

  it('ends with 1 where the port is taken, and takes the demo with it', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    try {
      const ended = await kubestate('demo', `--port=${port}`, '--telemetry-port=0');
      expect(ended.stderr).to.match(/^kubestate: --port: expected a free port, .*\.\n$/);
      expect(ended.code).to.equal(1);
    } finally {
      taken.close();
    }
  });

  it('shows its help on stdout, with every flag that does something', async () => {
    const { code, stdout, stderr } = await kubestate('--help');
    expect(stdout).to.include('--metric-labels-allowlist R=[K,K]').and.include('kubestate COMMAND');
    expect(stdout.split('\n').every((line) => line.length <= 80)).to.equal(true);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
  });

  it('says its version on stdout', async () => {
    const { code, stdout } = await kubestate('version');
    expect(stdout).to.match(/^kubestate \S+ \(node v\d+/);
    expect(code).to.equal(0);
  });
});
