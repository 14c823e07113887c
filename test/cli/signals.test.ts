// Signals to the program as a process: what each does, at any time, and what is said of it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { clusterOf, node, pod } from '../support/program.ts';
import { until } from '../support/until.ts';

const main = new URL('../../src/main.ts', import.meta.url).pathname;
const anyPort = [
  '--host=127.0.0.1',
  '--telemetry-host=127.0.0.1',
  '--port=0',
  '--telemetry-port=0',
];
/** Nobody listens there. */
const nowhere = '--apiserver=http://127.0.0.1:1';
/** A start of the sources, which are no bundle, on a busy machine. */
const startMsMax = 60_000;

/** Arguments for Node, not for the program. */
const nodeOnly = /^--(?:no-)?(?:disable-sigusr1|inspect)/;
/** Node's inspector is open long before. */
const inspectorMs = 500;

interface Line {
  readonly msg: string;
  readonly signal?: string;
  readonly files?: readonly string[];
}

/** The program, with nothing in its environment that could lead it to a cluster. */
class Started {
  readonly #child: ChildProcess;
  readonly #ended: Promise<[number | null, NodeJS.Signals | null]>;
  #stderr = '';

  constructor(...args: string[]) {
    const nodeFlags = args.filter((arg) => nodeOnly.test(arg));
    const flags = args.filter((arg) => !nodeOnly.test(arg));
    this.#child = spawn(process.execPath, [...nodeFlags, main, ...anyPort, ...flags], {
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#ended = once(this.#child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    this.#child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      this.#stderr += piece;
    });
  }

  get lines(): Line[] {
    return this.#stderr
      .split('\n')
      .flatMap((line) => (line.startsWith('{') ? JSON.parse(line) : []));
  }

  said(message: string): Line[] {
    return this.lines.filter(({ msg }) => msg === message);
  }

  async says(message: string, times = 1): Promise<void> {
    await until(() => this.said(message).length >= times, startMsMax);
  }

  /** Whether Node said that its inspector is open, in the log or beside it. */
  get debuggable(): boolean {
    return this.#stderr.includes('Debugger listening');
  }

  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The exit code, or the signal that ended it. */
  async end(): Promise<number | string | null> {
    const [code, signal] = await this.#ended;
    return code ?? signal;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

describe('A signal to the program', function () {
  this.timeout(2 * startMsMax);

  let folder: string;
  let program: Started | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-signals-'));
  });
  afterEach(async () => {
    await program?.kill();
    program = undefined;
    rmSync(folder, { recursive: true });
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends it in order: ${signal}, which is said`, async () => {
      program = new Started(nowhere);
      await program.says('watching the API server');
      program.send(signal);
      expect(await program.end()).to.equal(0);
      expect(program.said('stopping')[0]).to.include({ signal });
      expect(program.lines.at(-1)?.msg).to.equal('stopped');
    });
  }

  describe('while the API server takes connections and never answers', () => {
    let server: Server;
    let sockets: Socket[];
    let url: string;
    beforeEach(async () => {
      sockets = [];
      server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    });
    afterEach(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    });

    const ways: [what: string, ...args: string[]][] = [
      ['a shard that looks for its pod', '--pod=ksm-0', '--pod-namespace=x'],
      ['a replica that looks for its lease', '--leader-elect', '--pod=ksm-0', '--pod-namespace=x'],
      ['any other'],
    ];
    for (const [what, ...args] of ways) {
      it(`ends at once ${what}`, async () => {
        program = new Started(`--apiserver=${url}`, ...args);
        await until(() => sockets.length > 0, startMsMax);
        const sentMs = performance.now();
        program.send('SIGTERM');
        expect(await program.end()).to.equal(0);
        // The first look for a pod lasts ten seconds, a request for a lease two.
        expect(performance.now() - sentMs).to.be.below(6_000);
        expect(program.said('stopping')).to.have.length(1);
      });
    }
  });

  it('SIGHUP never ends it, and has its files read at once', async () => {
    const file = join(folder, 'config.yaml');
    writeFileSync(file, 'resources: {pods: {}}\n');
    program = new Started(nowhere, `--config=${file}`);
    await program.says('watching the API server');
    program.send('SIGHUP');
    await program.says('SIGHUP: reading the configuration files again');
    writeFileSync(file, 'resources: {nodes: {}}\n');
    program.send('SIGHUP');
    await program.says('the configuration changed');
    expect(program.said('SIGHUP: reading the configuration files again')).to.have.length(2);
    expect(program.said('the configuration changed')[0]?.files).to.deep.equal([file]);
    program.send('SIGTERM');
    expect(await program.end()).to.equal(0);
  });
});

describe('SIGUSR1', function () {
  this.timeout(2 * startMsMax);

  const start = async (...args: string[]): Promise<Started> => {
    const program = new Started(nowhere, ...args);
    await program.says('watching the API server');
    program.send('SIGUSR1');
    return program;
  };

  it('opens no debugger, and the program goes on', async () => {
    const program = await start();
    try {
      await delay(inspectorMs);
      program.send('SIGHUP');
      await program.says('SIGHUP: reading the configuration files again');
      expect(program.debuggable).to.equal(false);
      program.send('SIGTERM');
      expect(await program.end()).to.equal(0);
    } finally {
      await program.kill();
    }
  });

  it('opens one where Node was told so', async () => {
    const program = await start('--no-disable-sigusr1', '--inspect-port=0');
    try {
      await until(() => program.debuggable, startMsMax);
    } finally {
      await program.kill();
    }
  });
});

describe('A start', function () {
  this.timeout(2 * startMsMax);

  it('says what it is, what it watches, and how long it took', async () => {
    const { server, url } = await clusterOf(pod('one'), node('two'));
    const program = new Started(`--apiserver=${url}`, '--resources=pods,nodes');
    try {
      await program.says('the API server answers');
      await until(() => program.lines.some(({ msg }) => msg.startsWith('ready in')), startMsMax);
      expect(program.said('watching the API server')[0]).to.include({
        server: url,
        version: 'unbundled',
      });
      expect(program.said('watching the API server')[0])
        .to.have.property('resources')
        .that.deep.equals(['nodes', 'pods']);
      expect(program.said('the API server answers')[0]).to.include({
        server: url,
        kubernetes: 'v1.36.0',
      });
      const ready = program.lines.find(({ msg }) => msg.startsWith('ready in'));
      expect(ready?.msg).to.match(/^ready in \d+\.\d s, 2 resources, 2 objects$/);
    } finally {
      await program.kill();
      await server.close();
    }
  });
});

describe('The version', () => {
  it('is said for --version as for the command', async () => {
    const [byFlag, byCommand] = await Promise.all(
      ['--version', 'version'].map(async (word) => {
        const child = spawn(process.execPath, [main, word], {
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        return text(child.stdout);
      }),
    );
    expect(byFlag).to.match(/^kubestate \S+ \(node v\d+/);
    expect(byFlag).to.equal(byCommand);
  });
});
