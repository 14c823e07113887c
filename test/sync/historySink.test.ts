// withHistory: which states a history is told, and when it forgets an object.
import { expect } from 'chai';
import type { KubeObject } from '../../src/metrics/object.ts';
import { sinkOf } from '../../src/store/types.ts';
import { type FollowedStore, withHistory } from '../../src/sync/historySink.ts';
import { openPlainStores } from '../store/plain.ts';
import { textRenderer } from '../support/textRenderer.ts';

const renderer = textRenderer(['a'], () => ['a 1\n']);
const object = (name: string, uid: string, version: number, status?: object): KubeObject =>
  ({
    metadata: { name, uid, resourceVersion: `${version}` },
    ...(status && { status }),
  }) as KubeObject;

/** A store whose history keeps what it is told. */
function open() {
  const store = openPlainStores(new Map([['things', renderer]])).byResource.get('things');
  if (store === undefined) throw new Error('expected the store that was opened');
  const told: string[] = [];
  const known = new Set<string>();
  const history: FollowedStore['history'] = {
    saw({ metadata: { uid, resourceVersion } }) {
      told.push(`${uid}@${resourceVersion}`);
      known.add(uid ?? '');
    },
    forget: (uid) => void known.delete(uid),
    retain: (uids) => {
      for (const uid of known) if (!uids.has(uid)) known.delete(uid);
    },
  };
  const followed = { history, store, openLists: 0 };
  const sink = (part?: string) => withHistory(sinkOf(store, part), followed);
  return { store, told, known, sink };
}

describe('a sink with a history', () => {
  it('tells each state, also that of a deletion which has it, and forgets then', () => {
    const { told, known, sink, store } = open();
    const all = sink();
    all.put(object('a', 'u', 1, {}));
    all.put(object('b', 'v', 2, {}));
    all.delete(object('a', 'u', 3, {}));
    all.delete(object('b', 'v', 4));
    expect(told).to.deep.equal(['u@1', 'v@2', 'u@3']);
    expect([...known]).to.deep.equal([]);
    expect([...store.versions()]).to.deep.equal([]);
  });

  it('does not forget what another part has taken over', () => {
    const { known, sink } = open();
    sink('unscheduled').put(object('a', 'u', 1, {}));
    sink('node').put(object('a', 'u', 2, {}));
    sink('unscheduled').delete(object('a', 'u', 2, {}));
    expect([...known]).to.deep.equal(['u']);
  });

  it('forgets what a list does not have, once no list is open', async () => {
    const { known, sink } = open();
    sink('a').put(object('gone', 'g', 1, {}));
    const [first, second] = [sink('a').relist(), sink('b').relist()];
    first.put(object('one', 'u', 2, {}));
    second.put(object('two', 'v', 3, {}));
    await first.commit();
    expect([...known].sort()).to.deep.equal(['g', 'u', 'v']);
    await second.commit();
    expect([...known].sort()).to.deep.equal(['u', 'v']);
  });

  it('forgets what an aborted list alone had, however often that is aborted', async () => {
    const { known, sink } = open();
    sink().put(object('stays', 's', 1, {}));
    const relist = sink().relist();
    relist.put(object('new', 'n', 2, {}));
    await relist.abort();
    await relist.abort();
    expect([...known]).to.deep.equal(['s']);
  });
});
