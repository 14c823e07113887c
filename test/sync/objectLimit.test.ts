// What --object-limit leaves in: never more than it says, and what is served before what is new.
import { expect } from 'chai';
import fc from 'fast-check';
import type { KubeObject } from '../../src/metrics/object.ts';
import type { Sink } from '../../src/store/types.ts';
import { ObjectLimit } from '../../src/sync/objectLimit.ts';
import { MemorySink, object } from '../kube/harness.ts';

function open(objectsMax: number) {
  const sink = new MemorySink();
  let dropped = 0;
  const limit = new ObjectLimit(objectsMax, (objects) => {
    dropped += objects;
  });
  return { sink, limit, limited: limit.over(sink, undefined), dropped: () => dropped };
}

const names = ({ objects }: MemorySink): string => [...objects.keys()].sort().join(' ');
const objects = (...keys: string[]): KubeObject[] => keys.map((key) => object(key, 1));

async function relist(sink: Sink, ...keys: string[]): Promise<void> {
  const relisting = sink.relist();
  for (const one of objects(...keys)) relisting.put(one);
  await relisting.commit();
}

describe('A limit on objects', () => {
  it('drops objects beyond it, and counts them', () => {
    const { sink, limit, limited, dropped } = open(2);
    for (const one of objects('x/a', 'x/b')) limited.put(one);
    expect(limit.reached).to.equal(false);
    for (const one of objects('x/c', 'x/d')) limited.put(one);
    expect(names(sink)).to.equal('x/a x/b');
    expect(dropped()).to.equal(2);
    expect(limit.reached).to.equal(true);
  });

  it('passes on changes of objects in the store', () => {
    const { sink, limited } = open(1);
    limited.put(object('x/a', 1));
    limited.put(object('x/a', 2));
    expect(sink.content).to.deep.equal(['x/a@2']);
  });

  it('gives the place of a deleted object to the next new one', () => {
    const { sink, limited } = open(1);
    limited.put(object('x/a', 1));
    limited.put(object('x/b', 1));
    limited.delete(object('x/a', 2));
    expect(names(sink)).to.equal('');
    limited.put(object('x/b', 2));
    expect(names(sink)).to.equal('x/b');
  });

  it('keeps stored objects through a relist that lists new ones first', async () => {
    const { sink, limited, dropped } = open(3);
    await relist(limited, 'x/m', 'x/n', 'x/o', 'x/p');
    expect(names(sink)).to.equal('x/m x/n x/o');
    await relist(limited, 'x/a', 'x/b', 'x/c', 'x/d', 'x/n', 'x/o', 'x/p');
    expect(names(sink)).to.equal('x/a x/n x/o');
    expect(dropped()).to.equal(1 + 4);
  });

  it('frees no place for a relist that is aborted', async () => {
    const { sink, limited } = open(1);
    await relist(limited, 'x/a');
    const relisting = limited.relist();
    relisting.put(object('x/b', 1));
    await relisting.abort();
    limited.put(object('x/b', 2));
    expect(names(sink)).to.equal('x/a');
  });

  it('counts the stored objects where a relist is aborted during its commit', async () => {
    const sink = new MemorySink();
    const limited = new ObjectLimit(2, () => undefined).over(sink, undefined);
    for (const key of ['x/a', 'x/b']) limited.put(object(key, 1));
    const relisting = limited.relist();
    relisting.put(object('x/b', 2));
    let goOn = (): void => undefined;
    sink.served = () => new Promise((resolve) => (goOn = resolve));
    const commit = relisting.commit();
    expect(await relisting.abort()).to.equal(false);
    goOn();
    await commit;
    limited.put(object('x/c', 3));
    expect(names(sink)).to.equal('x/a x/b');
  });

  it('counts the objects of all parts of a store together', async () => {
    const { limit } = open(3);
    const [a, b] = [new MemorySink(), new MemorySink()];
    await relist(limit.over(a, 'a'), 'a/1', 'a/2');
    await relist(limit.over(b, 'b'), 'b/1', 'b/2');
    expect([names(a), names(b)]).to.deep.equal(['a/1 a/2', 'b/1']);
  });

  it('is never exceeded, and drops nothing below it', async () => {
    const key = fc.constantFrom('x/a', 'x/b', 'x/c', 'x/d', 'y/a');
    const act = fc.oneof(
      fc.record({ act: fc.constant('put' as const), key }),
      fc.record({ act: fc.constant('delete' as const), key }),
      fc.record({ act: fc.constant('relist' as const), keys: fc.uniqueArray(key) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(act), async (objectsMax, acts) => {
        const { sink, limited } = open(objectsMax);
        for (const one of acts) {
          const before = new Set(sink.objects.keys());
          if (one.act === 'put') {
            limited.put(object(one.key, 1));
            expect(sink.objects.has(one.key)).to.equal(
              before.has(one.key) || before.size < objectsMax,
            );
          } else if (one.act === 'delete') {
            limited.delete(object(one.key, 1));
            expect(sink.objects.has(one.key)).to.equal(false);
          } else {
            await relist(limited, ...one.keys);
            const kept = one.keys.filter((name) => before.has(name));
            expect([...sink.objects.keys()]).to.include.members(kept);
            expect(sink.objects.size).to.equal(Math.min(objectsMax, one.keys.length));
          }
        }
      }),
    );
  });
});
