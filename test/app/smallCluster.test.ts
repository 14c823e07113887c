// A small cluster is known by a count of its pods, and takes less of V8 until it grows.
import { expect } from 'chai';
import {
  fewObjectsMax,
  fewPodsMax,
  growWithCluster,
  hasFewPods,
} from '../../src/app/smallCluster.ts';
import { TestClock } from '../support/clock.ts';

describe('Whether a cluster is small', () => {
  type Count = Parameters<typeof hasFewPods>[0]['countPods'];
  const ask = (countPods: Count, node: string[] = [], clock = new TestClock()) =>
    hasFewPods({ options: { node }, countPods }, clock);

  const counts: [pods: number | undefined, small: boolean][] = [
    [0, true],
    [96, true],
    [fewPodsMax, true],
    [fewPodsMax + 1, false],
    [20_000, false],
    [undefined, false],
  ];
  for (const [pods, small] of counts) {
    it(`is ${small ? '' : 'not '}so with ${pods ?? 'an unknown number of'} pods`, async () => {
      expect(await ask(async () => pods)).to.equal(small);
    });
  }

  it('is not asked of the pods of nodes: few nodes have few', async () => {
    const none: Count = async () => {
      throw new Error('nothing is to be asked');
    };
    expect(await ask(none, ['a'])).to.equal(true);
    expect(await ask(none, [...'abcdefghij'])).to.equal(false);
  });

  it('is not so where the server refuses to say', async () => {
    const refused: Count = async () => {
      throw new Error('pods is forbidden');
    };
    expect(await ask(refused)).to.equal(false);
  });

  it('is not so where the server does not say in time', async () => {
    const clock = new TestClock();
    const late: Count = (signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    const asked = ask(late, [], clock);
    clock.advance(1_000);
    expect(await asked).to.equal(false);
  });
});

describe('The memory of V8', () => {
  const young = '--semi-space-growth-factor=2';
  const compilers = '--turbofan --wasm-tier-up --wasm-dynamic-tiering --no-optimize-for-size';

  const open = (isSmall: boolean) => {
    const flags: string[] = [];
    const calls = new Set<() => void>();
    let objects = 0;
    const end = growWithCluster({
      objects: () => objects,
      isSmall,
      setV8Flags: (given) => flags.push(given),
      onCollected(call) {
        calls.add(call);
        return () => calls.delete(call);
      },
    });
    const collect = (now: number): void => {
      objects = now;
      for (const call of [...calls]) call();
    };
    return { flags, calls, collect, end };
  };

  const rows = [
    ['a small cluster', true, [], [young, compilers]],
    ['another', false, [compilers], [young]],
  ] as const;
  for (const [what, isSmall, before, after] of rows) {
    it(`stays as it is at the start as long as there are few objects, in ${what}`, () => {
      const { flags, collect, calls, end } = open(isSmall);
      collect(0);
      collect(fewObjectsMax);
      expect(flags).to.deep.equal(before);
      end();
      expect(calls.size).to.equal(0);
    });

    it(`grows from the first collection on that finds many, in ${what}`, () => {
      const { flags, collect, calls } = open(isSmall);
      collect(fewObjectsMax + 1);
      collect(fewObjectsMax + 1);
      expect(flags).to.deep.equal([...before, ...after]);
      expect(calls.size).to.equal(0);
    });
  }
});
