// A process with too few file descriptors for all its watches: it says so once, and what to raise.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { clusterOf, pod } from '../support/program.ts';
import { until } from '../support/until.ts';

const main = new URL('../../src/main.ts', import.meta.url).pathname;
/** Enough to start and to listen, and not for a watch of each resource. */
const filesMax = 50;
const startMsMax = 60_000;
/** So long it is listened for what is said again. */
const listenMs = 4_000;

describe('The program with too few file descriptors', () => {
  it('names the lack and the limit once, and not a server that comes and goes', async () => {
    const { server, url } = await clusterOf(pod('one'));
    const program = [process.execPath, main, `--apiserver=${url}`];
    const ports = ['--host=127.0.0.1', '--telemetry-host=127.0.0.1', '--port=0'];
    const args = [...program, ...ports, '--telemetry-port=0'].map((arg) => `'${arg}'`);
    const child = spawn('sh', ['-c', `ulimit -n ${filesMax}; exec ${args.join(' ')}`], {
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (piece: string) => (stderr += piece));
    const lines = (): { msg: string; limit?: number }[] =>
      stderr.split('\n').flatMap((line) => (line.endsWith('}') ? JSON.parse(line) : []));
    const lacks = () => lines().filter(({ msg }) => msg.startsWith('too few file descriptors'));
    try {
      await until(() => lacks().length > 0, startMsMax);
      await new Promise((resolve) => setTimeout(resolve, listenMs));
      expect(lacks()[0]).to.include({ limit: filesMax });
      expect(lacks()).to.have.length(1);
      const reached = lines().filter(({ msg }) => /can(not)? be reached/.test(msg));
      expect(reached).to.deep.equal([]);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
      await server.close();
    }
  });
});
