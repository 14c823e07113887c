// FileWatcher: when a file counts as changed; PollLoop: when files are polled.

import { expect } from 'chai';
import { contentsOf, FileWatcher, PollLoop, textIn } from '../../src/lib/fileWatcher.ts';
import { TestClock } from '../support/clock.ts';

describe('FileWatcher: files', () => {
  let files: Record<string, string>;
  const read = (path: string): Buffer => {
    const text = files[path];
    if (text === undefined) throw new Error(`no ${path}`);
    return Buffer.from(text);
  };
  const watch = (): FileWatcher => new FileWatcher(contentsOf(['a'], read), read);

  beforeEach(() => {
    files = { a: 'one' };
  });

  it('have changed once a new content was the same at two polls, and then no more', () => {
    const watcher = watch();
    expect(watcher.changed(['a'])).to.equal(undefined);
    files.a = 'tw';
    expect(watcher.changed(['a'])).to.equal(undefined);
    files.a = 'two';
    expect(watcher.changed(['a'])).to.equal(undefined);
    expect(textIn(watcher.changed(['a'])?.get('a'))).to.equal('two');
    expect(watcher.changed(['a'])).to.equal(undefined);
  });

  it('have not changed where the old content is back before the second poll', () => {
    const watcher = watch();
    files.a = 'two';
    watcher.changed(['a']);
    files.a = 'one';
    expect([watcher.changed(['a']), watcher.changed(['a'])]).to.deep.equal([undefined, undefined]);
  });

  it('have changed when one goes, and when it comes back', () => {
    const watcher = watch();
    files = {};
    watcher.changed(['a']);
    const gone = watcher.changed(['a'])?.get('a');
    expect(gone).to.have.property('error');
    files = { a: 'one' };
    watcher.changed(['a']);
    expect(textIn(watcher.changed(['a'])?.get('a'))).to.equal('one');
  });

  it('have not changed by what the caller has accepted already', () => {
    const watcher = watch();
    files = { a: 'two', b: 'new' };
    watcher.accept(contentsOf(['a', 'b'], read));
    expect([watcher.changed(['a', 'b']), watcher.changed(['a', 'b'])]).to.deep.equal([
      undefined,
      undefined,
    ]);
  });

  // biome-ignore format: one row per file
  const truncated: readonly [what: string, whole: string, text: string][] = [
    ['emptied', 'namespaces: [a]\n', ''],
    ['cut within a line', 'resources: {}\nnamespaces: [a]\n', 'resources: {}\nnames'],
    ['cut behind a line', 'resources: {}\nnamespaces: [a]\n', 'resources: {}\n'],
  ];
  for (const [what, whole, text] of truncated) {
    it(`have changed only after a minute of polls where one was ${what}`, () => {
      files = { a: whole };
      const watcher = watch();
      files.a = text;
      for (let polls = 1; polls < 60; polls++) {
        expect(watcher.changed(['a'])).to.equal(undefined);
        expect(watcher.truncated).to.deep.equal(polls < 2 ? [] : ['a']);
      }
      expect(textIn(watcher.changed(['a'])?.get('a'))).to.equal(text);
      expect(watcher.truncated).to.deep.equal([]);
    });
  }

  it('count as truncated no longer once the writer has come to the end', () => {
    files = { a: 'one two' };
    const watcher = watch();
    files.a = 'one ';
    for (let polls = 0; polls < 30; polls++) watcher.changed(['a']);
    files.a = 'one three';
    expect(watcher.changed(['a'])).to.equal(undefined);
    expect(textIn(watcher.changed(['a'])?.get('a'))).to.equal('one three');
    expect(watcher.truncated).to.deep.equal([]);
  });

  it('have changed at once where only blanks at the end are gone', () => {
    files = { a: 'one\n\n' };
    const watcher = watch();
    files.a = 'one\n';
    watcher.changed(['a']);
    expect(textIn(watcher.changed(['a'])?.get('a'))).to.equal('one\n');
  });
});

describe('PollLoop', () => {
  it('polls at its interval, and twice on request', async () => {
    const clock = new TestClock();
    const loop = new PollLoop(clock, 5_000);
    const done: string[] = [];
    const startMs = clock.now();
    const stop = new AbortController();
    const running = loop.run(stop.signal, (requested) => {
      done.push(`${clock.now() - startMs}${requested ? ' requested' : ''}`);
    });
    await clock.pass(5_000);
    await clock.turn();
    clock.advance(700);
    loop.pollNow();
    await clock.pass(100);
    await clock.pass(5_000);
    await clock.turn();
    expect(done).to.deep.equal(['5000', '5700', '5800 requested', '10800']);
    stop.abort();
    await running;
    expect(done).to.have.length(4);
  });

  it('polls at once where that was requested before it ran', async () => {
    const clock = new TestClock();
    const loop = new PollLoop(clock, 5_000);
    loop.pollNow();
    const stop = new AbortController();
    let count = 0;
    const running = loop.run(stop.signal, () => {
      count++;
    });
    await clock.turn();
    expect(count).to.equal(1);
    stop.abort();
    await running;
  });
});
