// When a list is ended: only the time counts in which the reader waits for the server.
import { expect } from 'chai';
import { ListLength, ListPace, SlowListError } from '../../src/kube/listPace.ts';
import { TestClock } from '../support/clock.ts';
import { settled } from './harness.ts';

const kib = 1024;
const second = 1_000;
const minute = 60 * second;

describe('The pace of a list', () => {
  let clock: TestClock;
  let parent: AbortController;
  let open: ListPace[];
  beforeEach(() => {
    clock = new TestClock();
    parent = new AbortController();
    open = [];
  });
  afterEach(async () => {
    for (const pace of open) await pace.close();
    expect(clock.pending, 'waits left behind').to.deep.equal([]);
  });

  const begin = (length?: ListLength): ListPace => {
    const pace = new ListPace(clock, parent.signal, length);
    open.push(pace);
    return pace;
  };
  const rest = (): Promise<void> => settled(() => clock.pending);

  /** For so long the server sends so many bytes each second. */
  async function send(pace: ListPace, bytes: number, seconds: number): Promise<void> {
    for (let i = 0; i < seconds && !pace.signal.aborted; i++) {
      pace.waits();
      clock.advance(second);
      await Promise.resolve();
      pace.got(bytes);
    }
    await rest();
  }

  it('ends a list below 64 KB/s after a minute, and says so', async () => {
    const pace = begin();
    await send(pace, 63 * kib, 59);
    expect(pace.signal.aborted).to.equal(false);
    await send(pace, 63 * kib, 1);
    expect(pace.signal.reason).to.be.instanceOf(SlowListError);
    expect(pace.errorOf(new Error('aborted'))).to.have.property(
      'message',
      'expected at least 64 KB/s of a list for a minute, got less',
    );
  });

  it('allows 64 KB/s, and ends a list that slows down later', async () => {
    const pace = begin();
    await send(pace, 66 * kib, 300);
    expect(pace.signal.aborted).to.equal(false);
    await send(pace, 10, 121);
    expect(pace.signal.aborted).to.equal(true);
  });

  it('counts no time in which the reader delays the list', async () => {
    const pace = begin();
    await send(pace, 1, 50);
    for (let i = 0; i < 10; i++) {
      clock.advance(minute);
      await rest();
    }
    expect(pace.signal.aborted).to.equal(false);
    await send(pace, 1, 10);
    expect(pace.signal.aborted).to.equal(true);
  });

  it('ends a fast list after ten minutes, the next after twice that, up to an hour', async () => {
    const length = new ListLength();
    const minutes: number[] = [];
    for (let i = 0; i < 5; i++) {
      const pace = begin(length);
      const startMs = clock.now();
      await send(pace, 128 * kib, 61 * 60);
      minutes.push((clock.now() - startMs) / minute);
      const { message } = pace.errorOf(undefined) as SlowListError;
      expect(message).to.equal(`expected a whole list within ${minutes.at(-1)} min, got a part`);
    }
    expect(minutes).to.deep.equal([10, 20, 40, 60, 60]);
  });

  it('ends with its signal, and with the list', async () => {
    const pace = begin();
    await pace.close();
    await send(pace, 0, 120);
    expect(pace.signal.aborted).to.equal(false);
    expect(pace.errorOf('the failure itself')).to.equal('the failure itself');
    const other = begin();
    parent.abort('stop');
    expect(other.signal.reason).to.equal('stop');
  });
});
