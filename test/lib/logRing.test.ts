// The ring of the last warnings: which lines get into it, how they are cut, and what it costs.
import { expect } from 'chai';
import { openLog } from '../../src/lib/log.ts';
import { LogRing, lineBytesMax, linesMax } from '../../src/lib/logRing.ts';

const filled = (write: (log: ReturnType<typeof openLog>) => void) => {
  const ring = new LogRing();
  const lines: string[] = [];
  const log = openLog('debug', { write: (line) => void lines.push(line) }, ring);
  write(log);
  return { ring, lines };
};

describe('the ring of log lines', () => {
  it('has warnings and errors alone, the newest first, as they were written', () => {
    const { ring, lines } = filled((log) => {
      log.debug({}, 'looking');
      log.warn({ resource: 'pods', count: 3, list: ['a'] }, 'request failed, retrying');
      log.info({ level: 'error' }, '"level":"error"');
      log.error({ err: Object.assign(new Error('no'), { code: 'EPIPE' }) }, 'server failed');
    });
    expect(lines).to.have.length(4);
    const [error, warning, ...others] = ring.lines();
    expect(others).to.deep.equal([]);
    expect(error).to.deep.include({
      level: 'error',
      message: 'server failed',
      fields: [['err', 'Error: no (EPIPE)']],
      lostFields: undefined,
    });
    expect(warning).to.deep.include({
      level: 'warn',
      message: 'request failed, retrying',
      fields: [
        ['resource', 'pods'],
        ['count', '3'],
        ['list', '["a"]'],
      ],
    });
    expect(warning?.time).to.equal(JSON.parse(lines[1] as string).time);
    expect(new Date(String(warning?.time)).toISOString()).to.equal(warning?.time);
  });

  it('names the causes of an error', () => {
    const cause = new TypeError('inner');
    const { ring } = filled((log) => log.warn({ err: new Error('outer', { cause }) }, 'said'));
    const [line] = ring.lines();
    expect(line?.fields).to.deep.equal([['err', 'Error: outer; caused by TypeError: inner']]);
  });

  it('keeps the last hundred, and counts all of them', () => {
    const { ring } = filled((log) => {
      for (let i = 0; i < 2.5 * linesMax; i++) log.warn({ i }, `line ${i}`);
    });
    expect(ring.added).to.equal(250);
    const messages = ring.lines().map(({ message }) => message);
    expect(messages).to.have.length(linesMax);
    expect([messages[0], messages.at(-1)]).to.deep.equal(['line 249', 'line 150']);
  });

  for (const [what, text] of [
    ['of ASCII', 'x'.repeat(10_000)],
    ['of characters that take three bytes', '한'.repeat(3_000)],
    ['of characters that take two units', '🙂'.repeat(3_000)],
    ['of what JSON escapes', '\u0000"'.repeat(3_000)],
    ['of half a character', '\ud800'.repeat(3_000)],
  ] as const) {
    it(`cuts long texts ${what}, and keeps message and fields readable`, () => {
      const { ring, lines } = filled((log) => log.warn({ first: text, resource: 'pods' }, text));
      expect(Buffer.byteLength(lines[0] as string)).to.be.above(lineBytesMax);
      const [line] = ring.lines();
      expect(line?.message).to.match(/…$/);
      const kept = text.toWellFormed().slice(0, 50);
      expect(line?.message.startsWith(kept)).to.equal(true);
      expect(line?.level).to.equal('warn');
      expect(line?.lostFields).to.be.a('number');
      expect((line?.fields.length ?? 0) + (line?.lostFields ?? 0)).to.equal(2);
    });
  }

  it('drops the fields that do not fit, and says how many', () => {
    const fields = Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [`f${i}`, 'v'.repeat(90)]),
    );
    const { ring } = filled((log) => {
      log.warn(fields, 'many');
      log.warn({ ok: 1 }, 'next');
    });
    const [next, many] = ring.lines();
    expect(next).to.deep.include({ message: 'next', fields: [['ok', '1']] });
    expect(many?.fields.length).to.be.within(15, 25);
    expect(many?.fields[0]).to.deep.equal(['f0', 'v'.repeat(90)]);
    expect(many?.lostFields).to.equal(100 - (many?.fields.length ?? 0));
  });

  it('is empty before the first line', () => {
    const ring = new LogRing();
    expect([ring.added, ring.lines()]).to.deep.equal([0, []]);
  });
});
