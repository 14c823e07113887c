// What --object-limit leaves in: never more than it says, and what is served before what is new.
import { expect } from 'chai';
import fc from 'fast-check';
import type { ListedObject, Sink } from '../src/kube/types.ts';
import { ObjectLimit } from '../src/limit.ts';
import { MemorySink, object } from './kube/harness.ts';

function open(objectsMax: number) {
  const sink = new MemorySink();
  let dropped = 0;
  const limit = new ObjectLimit(objectsMax, (objects) => {
    dropped += objects;
  });
  return { sink, limit, limited: limit.over(sink, undefined), dropped: () => dropped };
}

const names = ({ objects }: MemorySink): string => [...objects.keys()].sort().join(' ');
const objects = (...keys: string[]): ListedObject[] => keys.map((key) => object(key, 1));

async function relist(sink: Sink, ...keys: string[]): Promise<void> {
  const relisting = sink.relist();
  for (const one of objects(...keys)) relisting.put(one);
  await relisting.commit();
}

describe('A limit on objects', () => {
  it('leaves out what comes when it is reached, and counts it', () => {
    const { sink, limit, limited, dropped } = open(2);
    for (const one of objects('x/a', 'x/b')) limited.put(one);
    expect(limit.reached).to.equal(false);
    for (const one of objects('x/c', 'x/d')) limited.put(one);
    expect(names(sink)).to.equal('x/a x/b');
    expect(dropped()).to.equal(2);
    expect(limit.reached).to.equal(true);
  });

  it('goes on taking changes of what is held', () => {
    const { sink, limited } = open(1);
    limited.put(object('x/a', 1));
    limited.put(object('x/a', 2));
    expect(sink.content).to.deep.equal(['x/a@2']);
  });

  it('gives the room of an object that went to the next that comes', () => {
    const { sink, limited } = open(1);
    limited.put(object('x/a', 1));
    limited.put(object('x/b', 1));
    limited.delete(object('x/a', 2));
    expect(names(sink)).to.equal('');
    limited.put(object('x/b', 2));
    expect(names(sink)).to.equal('x/b');
  });

  it('keeps what is served through a relist that has new objects first', async () => {
    const { sink, limited, dropped } = open(3);
    await relist(limited, 'x/m', 'x/n', 'x/o', 'x/p');
    expect(names(sink)).to.equal('x/m x/n x/o');
    await relist(limited, 'x/a', 'x/b', 'x/c', 'x/d', 'x/n', 'x/o', 'x/p');
    expect(names(sink)).to.equal('x/a x/n x/o');
    expect(dropped()).to.equal(1 + 4);
  });

  it('gives nothing away for a relist that is aborted', async () => {
    const { sink, limited } = open(1);
    await relist(limited, 'x/a');
    const relisting = limited.relist();
    relisting.put(object('x/b', 1));
    relisting.abort();
    limited.put(object('x/b', 2));
    expect(names(sink)).to.equal('x/a');
  });

  it('holds for all parts of a store together', async () => {
    const { limit } = open(3);
    const [a, b] = [new MemorySink(), new MemorySink()];
    await relist(limit.over(a, 'a'), 'a/1', 'a/2');
    await relist(limit.over(b, 'b'), 'b/1', 'b/2');
    expect([names(a), names(b)]).to.deep.equal(['a/1 a/2', 'b/1']);
  });

  it('is never exceeded, and never leaves out while there is room', async () => {
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
