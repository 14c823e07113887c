// What is written to stderr by a program that lasts: lines of JSON, whoever has something to say.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import nock from 'nock';
import { until } from '../support/until.ts';

const source = (path: string): string => new URL(`../../src/${path}`, import.meta.url).href;
const endMsMax = 60_000;

type Line = Readonly<Record<string, unknown>>;

/** The lines of a log; throws at one that is no JSON. */
const linesOf = (stderr: string): Line[] =>
  stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

const child = (...args: string[]): ChildProcess =>
  spawn(process.execPath, args, { env: { PATH: process.env.PATH }, timeout: endMsMax });

/** What a process writes that routes its strays and then runs this code. */
async function strayed(code: string): Promise<{ lines: Line[]; stdout: string; code: unknown }> {
  const script = `
    import { EventEmitter } from 'node:events';
    import { parse } from 'node:url';
    import { openLog } from '${source('lib/log.ts')}';
    import { routeStrays } from '${source('cli/strays.ts')}';
    routeStrays(openLog('info'));
    ${code}`;
  const process = child('--input-type=module', '--eval', script);
  const [[exit], stdout, stderr] = await Promise.all([
    once(process, 'close'),
    text(process.stdout as NonNullable<ChildProcess['stdout']>),
    text(process.stderr as NonNullable<ChildProcess['stderr']>),
  ]);
  return { lines: linesOf(stderr), stdout, code: exit };
}

describe('What is written past the log', () => {
  before(() => nock.restore());
  after(() => nock.activate());

  // biome-ignore format: one row per way
  const rows: readonly [what: string, code: string, line: Line][] = [
    ['a warning', `process.emitWarning('mind the gap', { code: 'GAP' })`, { msg: 'Node warns', warning: 'Warning', code: 'GAP', error: 'mind the gap' }],
    ['a deprecation of Node', `parse('http://x/')`, { msg: 'Node warns', warning: 'DeprecationWarning', code: 'DEP0169' }],
    ['a deprecation of a package', `process.emit('deprecation', Object.assign(new Error('old'), { name: 'DeprecationError' }))`, { msg: 'Node warns', error: 'old' }],
    ['too many listeners', `const e = new EventEmitter(); for (let i = 0; i < 12; i++) e.on('x', () => {})`, { msg: 'Node warns', warning: 'MaxListenersExceededWarning' }],
    ['what is printed', `console.log('a %s', 'b', { c: 1 })`, { msg: 'a library printed', text: 'a b { c: 1 }' }],
    ['an error that is printed', `console.error('line\\nbreak')`, { msg: 'a library printed', text: 'line\nbreak' }],
    ['a trace', `console.trace('here')`, { msg: 'a library printed', text: 'here' }],
  ];
  for (const [what, code, line] of rows) {
    it(`is a line of the log: ${what}`, async () => {
      const { lines, stdout, code: exit } = await strayed(code);
      expect(lines).to.have.length(1);
      expect(lines[0]).to.include({ level: 'warn', ...line });
      expect({ stdout, exit }).to.deep.equal({ stdout: '', exit: 0 });
    });
  }

  it('is said once, however often it is said', async () => {
    const { lines } = await strayed(`for (let i = 0; i < 50; i++) console.warn('again')`);
    expect(lines).to.have.length(1);
  });

  for (const how of [`setImmediate(() => { throw error; })`, 'Promise.reject(error)']) {
    it(`is a line of the log, and the end: ${how}`, async () => {
      const { lines, code } = await strayed(
        `const error = Object.assign(new Error('broken'), { code: 'E_BROKEN' }); ${how};`,
      );
      expect(lines).to.have.length(1);
      expect(lines[0]).to.include({ level: 'error', msg: 'exiting: an error was not caught' });
      expect(lines[0]?.err).to.include({ message: 'broken', code: 'E_BROKEN' });
      expect(code).to.equal(1);
    });
  }

  it('is nothing at all, whatever the whole program is asked for', async () => {
    const program = child(
      new URL(source('main.ts')).pathname,
      '--apiserver=http://127.0.0.1:1',
      '--serve-before-sync',
      '--v=5',
      '--resources=pods',
      '--host=127.0.0.1',
      '--telemetry-host=127.0.0.1',
      '--port=0',
      '--telemetry-port=0',
    );
    let stderr = '';
    program.stderr?.on('data', (data) => {
      stderr += data;
    });
    const closed = once(program, 'close');
    const ports = (): string[] => {
      const [line] = /^.*"watching the API server".*$/m.exec(stderr) ?? [];
      const { metrics, telemetry } = JSON.parse(line ?? '{}');
      return [metrics, telemetry].filter(Boolean).map((address) => address.split(':').at(-1));
    };
    await until(() => ports().length === 2);
    for (const port of ports()) {
      for (const target of ['http://[', '*', '//', '/#', 'http://x/metrics', '/%', '/\0']) {
        const socket = connect(Number(port), '127.0.0.1');
        socket.write(`GET ${target} HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n`);
        const status = Number((await text(socket)).split(' ')[1]);
        expect(status, target).to.be.oneOf([200, 400, 404]);
      }
    }
    program.kill('SIGTERM');
    await closed;
    // All of it is JSON, and the requests were no matter for more than debugging.
    const lines = linesOf(stderr);
    expect(lines.filter(({ level }) => level === 'error')).to.deep.equal([]);
    expect(lines.filter(({ msg }) => msg === 'Node warns')).to.deep.equal([]);
    const refused = lines.filter(({ msg }) => msg === 'refused a request: its target is no path');
    expect(refused.map(({ level, target }) => `${level} ${target}`)).to.deep.equal([
      'debug http://[',
      'debug *',
      'debug /#',
      'debug http://[',
      'debug *',
      'debug /#',
    ]);
  });
});
