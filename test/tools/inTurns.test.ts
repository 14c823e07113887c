// inTurns: what begins, in which order, and what a failure leaves.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { inTurns } from '../../tools/inTurns.ts';

const numbers = Array.from({ length: 100 }, (_, i) => i);

describe('work in turns', () => {
  it('is begun in the order of the items, some at once, each once', async () => {
    const begun: number[] = [];
    let [underWay, most] = [0, 0];
    await inTurns(numbers, async (number) => {
      begun.push(number);
      underWay += 1;
      most = Math.max(most, underWay);
      await nextTurn();
      underWay -= 1;
    });
    expect(begun).to.deep.equal(numbers);
    expect(most).to.be.within(2, numbers.length / 2);
    expect(underWay).to.equal(0);
  });

  it('begins no more after a failure, which is thrown once nothing is under way', async () => {
    let [begun, underWay] = [0, 0];
    const working = inTurns(numbers, async (number) => {
      begun += 1;
      underWay += 1;
      await nextTurn();
      if (number > 0) await nextTurn();
      underWay -= 1;
      if (number === 0) throw new Error('number 0');
    });
    expect(await working.catch((error: Error) => error.message)).to.equal('number 0');
    expect(underWay).to.equal(0);
    expect(begun).to.be.below(numbers.length);
  });

  it('may be without an end that is known before', async () => {
    let made = 0;
    const some = function* (): Generator<number> {
      for (; made < 50; made++) yield made;
    };
    await inTurns(some(), () => nextTurn());
    expect(made).to.equal(50);
  });
});
