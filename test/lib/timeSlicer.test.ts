// How one thread is shared: never long without a turn of the event loop, and by all in turn.
import { setImmediate as quiet } from 'node:timers/promises';
import { expect } from 'chai';
import { TimeSlicer } from '../../src/lib/timeSlicer.ts';
import { LoopClock } from '../kube/harness.ts';

const pieceMs = 4;

/** Works off so many pieces, each as soon as it may; `done` is told of each. */
async function worker(
  turns: TimeSlicer,
  loop: LoopClock,
  pieces: number,
  done: () => void,
): Promise<void> {
  for (let i = 0; i < pieces; i++) {
    const turn = turns.next();
    if (turn !== undefined) await turn;
    loop.advance(pieceMs);
    done();
  }
}

describe('turns', () => {
  it('end a run after 10 ms, however many have something to do, and all come forward', async () => {
    const loop = new LoopClock();
    const turns = new TimeSlicer(loop);
    const done: number[] = Array(32).fill(0);
    const pieces = 12;
    const working = done.map((_, one) =>
      worker(turns, loop, pieces, () => {
        done[one] = (done[one] ?? 0) + 1;
      }),
    );
    const runs: number[] = [];
    let startMs = loop.startMs;
    do {
      await quiet();
      runs.push(loop.now() - startMs);
      startMs = loop.now();
      expect(Math.max(...done) - Math.min(...done)).to.be.at.most(6);
    } while (await loop.goOn());
    await Promise.all(working);
    expect(done).to.deep.equal(Array(32).fill(pieces));
    expect(Math.max(...runs)).to.equal(12);
    expect(runs.filter((ms) => ms < 12)).to.have.length.at.most(3);
  });

  it('let one who comes late go on at once where the run has time left', async () => {
    const loop = new LoopClock();
    const turns = new TimeSlicer(loop);
    expect(turns.next()).to.equal(undefined);
    loop.advance(9);
    expect(turns.next()).to.equal(undefined);
    loop.advance(1);
    expect(turns.next()).to.be.instanceOf(Promise);
  });

  it('count a run from its first work, not from the turn before', async () => {
    const loop = new LoopClock();
    const turns = new TimeSlicer(loop);
    expect(turns.next()).to.equal(undefined);
    await loop.goOn();
    loop.advance(1_000);
    expect(turns.next()).to.equal(undefined);
    loop.advance(9);
    expect(turns.next()).to.equal(undefined);
  });

  it('wake who has waited longest first, one at a turn, and ask for no turn in vain', async () => {
    const loop = new LoopClock();
    const turns = new TimeSlicer(loop);
    expect(turns.next()).to.equal(undefined);
    loop.advance(10);
    const woken: string[] = [];
    for (const name of ['a', 'b', 'c']) void turns.next()?.then(() => woken.push(name));
    for (const expected of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
      await loop.goOn();
      expect(woken).to.deep.equal(expected);
    }
    await loop.goOn();
    expect(await loop.goOn()).to.equal(false);
  });
});
