// V8 takes little memory with few objects, and more with many.
import { expect } from 'chai';
import { turbofanOff } from '../../src/app/nodeOptions.ts';
import { growthSteps, growWithCluster } from '../../src/app/smallCluster.ts';
import { outcomeOf } from '../support/outcome.ts';

describe('The memory of V8', () => {
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

  const young = '--semi-space-growth-factor=2';
  const compiler = ['--turbofan', '--no-optimize-for-size'];
  const rows: [what: string, objects: number[], flags: string[], looks: number][] = [
    ['stays as it is with few objects', [0, 1_000], [], 1],
    ['grows by the second compiler with more', [1_001, 3_000], compiler, 1],
    ['grows by more space for lists with many', [1_001, 3_001, 9_000], [...compiler, young], 0],
    [
      'grows by both where many come at once, and is looked at no more',
      [20_000, 30_000],
      [...compiler, young],
      0,
    ],
    ['does not shrink with the cluster', [1_001, 0, 1_001], compiler, 1],
  ];
  for (const [what, objects, expected, looks] of rows) {
    it(what, () => {
      const { flags, collect, calls, end } = open();
      for (const now of objects) collect(now);
      expect(flags).to.deep.equal(expected);
      expect(calls.size).to.equal(looks);
      end();
      expect(calls.size).to.equal(0);
    });
  }

  it('is set by flags that this V8 has: of others it only complains', () => {
    const known = outcomeOf(process.execPath, ['--v8-options']).stdout;
    for (const flag of [...turbofanOff, ...growthSteps.flatMap(({ flags }) => flags)]) {
      const [name = ''] = flag.replace(/^--(no-)?/, '--').split('=');
      expect(known, flag).to.match(new RegExp(`^ +${name} `, 'm'));
    }
  });
});
