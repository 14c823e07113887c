// What the log tells of an error: its words and where it was, and nothing that it carries along.
import { expect } from 'chai';
import { loggedError, openLog } from '../../src/lib/log.ts';

const thrownBy = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return error;
  }
};

describe('an error in the log', () => {
  it('has its message, code, frames and causes, and no other field', () => {
    const cause = Object.assign(new TypeError('inner'), { input: 'http://me:secret@x' });
    const error = Object.assign(new Error('outer', { cause }), {
      code: 'ECONNREFUSED',
      port: 6443,
      headers: { authorization: 'secret' },
      spawnargs: ['--password=secret'],
      status: { token: 'secret' },
    });
    const { stack, cause: inner, ...rest } = loggedError(error) as Record<string, unknown>;
    expect(rest).to.deep.equal({
      type: 'Error',
      message: 'outer',
      code: 'ECONNREFUSED',
      port: 6443,
    });
    expect(stack).to.match(/^\s+at .*log\.test\.ts/);
    expect(inner)
      .to.include({ type: 'TypeError', message: 'inner' })
      .and.not.have.property('input');
  });

  it('does not quote the text that was no JSON', () => {
    for (const text of ['secret', '{"password": "secret}', `{"a": ${' '.repeat(50)} secret}`]) {
      const error = thrownBy(() => JSON.parse(text));
      expect(JSON.stringify(loggedError(error))).not.to.match(/secret/);
      expect(loggedError(error)).to.have.property('message').that.is.not.empty;
    }
  });

  it('ends where causes go round', () => {
    const error = new Error('round');
    error.cause = error;
    expect(JSON.stringify(loggedError(error)).match(/round/g)).to.have.length(6);
  });

  it('is written so under the key err, and what is no error by its type', () => {
    const lines: string[] = [];
    const log = openLog('debug', { write: (line) => void lines.push(line) });
    log.warn({ err: Object.assign(new Error('no'), { body: 'secret' }) }, 'said');
    log.warn({ err: 'secret' }, 'said');
    const [first, second] = lines.map((line) => JSON.parse(line));
    expect(first.err).to.have.keys('type', 'message', 'stack');
    expect(second.err).to.deep.equal({ type: 'string' });
  });
});

describe('a log line', () => {
  const hostile = 'a\n{"level":"info"}\r\u001b[2J\u009b31m\u007f\u0085\u2028\u2029\ud800 é';

  it('stays one line of plain JSON, whatever names and errors hold', () => {
    let written = '';
    const write = (text: string): void => {
      written += text;
    };
    const log = openLog('debug', { write });
    const cause = new Error(hostile);
    const err = Object.assign(new Error(hostile, { cause }), { code: hostile, reason: hostile });
    log.warn({ object: hostile, [hostile]: 1, deep: { list: [hostile] }, err }, hostile);
    expect(written.slice(0, -1)).to.match(/^[^\p{Cc}\u2028\u2029]+$/u);
    const { object, msg, deep, err: told } = JSON.parse(written) as Record<string, unknown>;
    expect({ object, msg, deep }).to.deep.equal({
      object: hostile,
      msg: hostile,
      deep: { list: [hostile] },
    });
    expect(told).to.include({ message: hostile, code: hostile, reason: hostile });
  });
});
