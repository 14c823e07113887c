// The young generation stays small with few objects, and grows with many.
import { expect } from 'chai';
import { fewObjectsMax, growWithCluster } from '../../src/app/youngGeneration.ts';

describe('The young generation', () => {
  const open = () => {
    const flags: string[] = [];
    const calls = new Set<() => void>();
    let objects = 0;
    const end = growWithCluster({
      objects: () => objects,
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

  it('keeps its first size as long as there are few objects', () => {
    const { flags, collect, calls, end } = open();
    collect(0);
    collect(fewObjectsMax);
    expect(flags).to.deep.equal([]);
    end();
    expect(calls.size).to.equal(0);
  });

  it('grows from the first collection on that finds many, and is looked at no more', () => {
    const { flags, collect, calls } = open();
    collect(fewObjectsMax + 1);
    collect(fewObjectsMax + 1);
    expect(flags).to.deep.equal(['--semi-space-growth-factor=2']);
    expect(calls.size).to.equal(0);
  });
});
