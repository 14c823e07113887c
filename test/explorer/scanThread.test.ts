// ScanThread: what it reads, what a cancelled scan leaves, and what becomes of a thread that fails.
import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { ScanThread, type Thread } from '../../src/explorer/scanThread.ts';
import type { ScanResult, ToWorker } from '../../src/explorer/scanWorker.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { TextPack } from '../../src/store/textPack.ts';
import { TestClock } from '../support/clock.ts';
import { until } from '../support/until.ts';

/** A pack of so many hot series, each with a value of its own that ends with `last`. */
function packOf(series: number, first = 0, last = ''): TextPack {
  const lines = Array.from(
    { length: series },
    (_, i) => `kube_x{namespace="ns",pod="pod-${first + i}${last}"} ${i % 2}\n`,
  );
  const text = Buffer.from(lines.join(''));
  const bytes = new ArrayBuffer(text.length);
  text.copy(Buffer.from(bytes));
  const pieces = Uint32Array.of(text.length, text.length, 0);
  return { family: 'kube_x', resource: 'pods', series, textBytes: text.length, bytes, pieces };
}

/** Counts what was taken of it. */
function* packs(count: number, taken: { packs: number }, last?: string): Generator<TextPack> {
  for (let i = 0; i < count; i++) {
    taken.packs++;
    yield packOf(1_000, i * 1_000, last);
  }
}

const never = new AbortController().signal;
const textBytes = packOf(1_000).textBytes;

/** A thread that answers as a test says. */
class FakeThread extends EventEmitter {
  ended = false;
  readonly posted: ToWorker[] = [];
  readonly #act: (message: ToWorker, thread: FakeThread) => void;

  constructor(act: (message: ToWorker, thread: FakeThread) => void) {
    super();
    this.#act = act;
  }

  postMessage(message: ToWorker): void {
    this.posted.push(message);
    setImmediate(() => this.#act(message, this));
  }

  terminate(): Promise<number> {
    this.ended = true;
    return Promise.resolve(0);
  }
}

const result: ScanResult = { kind: 'zeros', families: [] };

/** Answers all at once. */
const willing = (message: ToWorker, thread: FakeThread): void => {
  const { id } = message;
  if (message.do === 'read') thread.emit('message', { id, read: true });
  if (message.do === 'end') thread.emit('message', { id, result });
};

describe('the thread that reads families', () => {
  let thread: ScanThread;
  afterEach(() => thread.close());

  const zeros = (given: Partial<Parameters<ScanThread['scan']>[0]> = {}): Promise<ScanResult> =>
    thread.scan({
      scan: { kind: 'zeros' },
      packs: packs(5, { packs: 0 }),
      textBytes: 5 * textBytes,
      signal: never,
      onProgress: () => undefined,
      ...given,
    });

  it('reads all that it is given, several scans in turn, and tells how far it is', async () => {
    thread = new ScanThread({ clock: systemClock });
    const progress: number[] = [];
    const [counts, labels, namespace] = await Promise.all([
      zeros({ onProgress: (done) => void progress.push(done) }),
      zeros({ scan: { kind: 'labels', series: 5_000 } }),
      zeros({ scan: { kind: 'namespace', namespace: 'ns', whole: [] } }),
    ]);
    expect(counts).to.deep.equal({
      kind: 'zeros',
      families: [{ name: 'kube_x', series: 5_000, zeros: 2_500 }],
    });
    if (labels.kind !== 'labels') throw new Error(`expected labels, got ${labels.kind}`);
    expect(labels.labels.map(({ name, values }) => [name, values])).to.deep.equal([
      ['namespace', 1],
      ['pod', 5_000],
    ]);
    if (namespace.kind !== 'namespace') throw new Error(`got ${namespace.kind}`);
    expect(namespace.families).to.have.length(1);
    expect(namespace.families[0]?.series).to.equal(5_000);
    expect(progress).to.deep.equal([...progress].sort((a, b) => a - b));
    expect(progress).to.have.length(5);
  });

  it('takes no more packs than the thread has read, but for a few', async () => {
    const hesitant = new FakeThread(() => undefined);
    thread = new ScanThread({ clock: systemClock, open: () => hesitant as unknown as Thread });
    const taken = { packs: 0 };
    const ending = new AbortController();
    const scan = zeros({ packs: packs(100, taken), signal: ending.signal });
    await until(() => hesitant.posted.length === 3);
    for (let i = 0; i < 20; i++) await systemClock.turn();
    expect(taken.packs).to.be.at.most(3);
    ending.abort(new Error('the client is gone'));
    await scan.then(
      () => expect.fail('it ended'),
      (error: unknown) => expect(error).to.have.property('message', 'the client is gone'),
    );
    expect(hesitant.posted.at(-1)).to.deep.include({ do: 'cancel' });
    expect(thread.running).to.equal(0);
    for (let i = 0; i < 20; i++) await systemClock.turn();
    expect(taken.packs).to.be.at.most(3);
  });

  it('forgets a cancelled scan: its memory is free, and the next ones are answered', async () => {
    thread = new ScanThread({ clock: systemClock });
    const series = 60_000;
    // Each scan holds some 8 MB in the end; the heap of the thread is not as large as all of them.
    for (let round = 0; round < 15; round++) {
      const ending = new AbortController();
      const last = 'x'.repeat(100);
      const given = {
        scan: { kind: 'labels', series } as const,
        packs: packs(series / 1_000, { packs: 0 }, last),
        textBytes: (series / 1_000) * packOf(1_000, 0, last).textBytes,
        signal: ending.signal,
        onProgress(done: number) {
          if (done > 0.9) ending.abort(new Error('gone'));
        },
      };
      const cancelled = await zeros(given).catch((error: Error) => error.message);
      expect(cancelled).to.equal('gone');
    }
    expect(thread.running).to.equal(0);
    expect(await zeros()).to.have.property('kind', 'zeros');
  });

  it('counts a million values within its heap', async () => {
    thread = new ScanThread({ clock: systemClock });
    const series = 1_000_000;
    const found = await zeros({
      scan: { kind: 'labels', series },
      packs: packs(series / 1_000, { packs: 0 }, 'x'.repeat(100)),
    });
    if (found.kind !== 'labels') throw new Error(`expected labels, got ${found.kind}`);
    const pod = found.labels.find(({ name }) => name === 'pod');
    expect(pod?.exact).to.equal(false);
    expect(pod?.values).to.be.within(970_000, 1_030_000);
  });

  it('rejects at once with a signal that has aborted', async () => {
    thread = new ScanThread({
      clock: systemClock,
      open: () => expect.fail('a thread was started'),
    });
    const refused = await zeros({ signal: AbortSignal.abort(new Error('gone')) }).catch(String);
    expect(refused).to.equal('Error: gone');
  });

  it('ends when idle for a minute, and the next scan starts another one', async () => {
    const clock = new TestClock();
    const opened: FakeThread[] = [];
    const open = (): Thread => {
      const fake = new FakeThread(willing);
      opened.push(fake);
      return fake as unknown as Thread;
    };
    thread = new ScanThread({ clock, open });
    await zeros();
    clock.advance(30_000);
    await zeros();
    await clock.pass(30_000);
    await systemClock.turn();
    expect(opened.map(({ ended }) => ended)).to.deep.equal([false]);
    await clock.pass(60_000);
    await until(() => opened[0]?.ended === true);
    expect(thread.open).to.equal(false);
    await zeros();
    expect(opened).to.have.length(2);
  });

  it('rejects what a thread that ends was at, and starts another one for the next', async () => {
    const opened: FakeThread[] = [];
    const open = (): Thread => {
      const fake = new FakeThread(
        opened.length > 0 ? willing : (_, self) => self.emit('error', new Error('out of memory')),
      );
      opened.push(fake);
      return fake as unknown as Thread;
    };
    thread = new ScanThread({ clock: systemClock, open });
    expect(await zeros().catch(String)).to.equal('Error: out of memory');
    expect(thread.running).to.equal(0);
    expect(await zeros()).to.deep.equal(result);
  });

  it('passes on the failure of a scan, and goes on with others', async () => {
    thread = new ScanThread({ clock: systemClock });
    const broken = { ...packOf(10), pieces: Uint32Array.of(10, 10, 1) };
    expect(await zeros({ packs: [broken, packOf(10)] }).catch(String)).to.match(/^Error: /);
    expect(await zeros()).to.have.property('kind', 'zeros');
  });

  it('rejects all scans when it is closed', async () => {
    const silent = new FakeThread(() => undefined);
    thread = new ScanThread({ clock: systemClock, open: () => silent as unknown as Thread });
    const scan = zeros().catch(String);
    await until(() => silent.posted.length > 0);
    await thread.close();
    expect(await scan).to.equal('Error: the server stops');
    expect(silent.ended).to.equal(true);
  });
});
