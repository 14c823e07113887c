// Objects are counted by a list of one: the server says how many remain.
import { expect } from 'chai';
import nock from 'nock';
import { countOf } from '../../src/kube/count.ts';
import type { Collection } from '../../src/kube/types.ts';
import { TestClock } from '../support/clock.ts';
import { clientOf, recordingLog } from './harness.ts';

const server = 'http://api.test:8080';
const pods: Collection = { resource: 'pods', group: '', version: 'v1' };
const one = { metadata: { name: 'a', namespace: 'x' } };

describe('The count of a collection', () => {
  afterEach(() => nock.cleanAll());

  const count = (collection: Collection = pods): Promise<number | undefined> =>
    countOf(
      clientOf(server, new TestClock(), recordingLog()),
      collection,
      new AbortController().signal,
    );
  const answer = (metadata: object, items: readonly unknown[]): nock.Scope =>
    nock(server).get('/api/v1/pods').query({ limit: 1 }).reply(200, { metadata, items });

  const rows: [what: string, metadata: object, items: readonly unknown[], objects?: number][] = [
    ['none', {}, [], 0],
    ['one', {}, [one], 1],
    ['one and what remains', { continue: 'next', remainingItemCount: 95 }, [one], 96],
    ['one that cannot be read, too', { continue: 'next', remainingItemCount: 95 }, [7], 96],
    ['unknown where the server does not say', { continue: 'next' }, [one], undefined],
    ['unknown by a text', { continue: 'next', remainingItemCount: '95' }, [one], undefined],
  ];
  for (const [what, metadata, items, objects] of rows) {
    it(`is ${what}`, async () => {
      answer(metadata, items);
      expect(await count()).to.equal(objects);
    });
  }

  it('reads metadata alone, of one namespace where the collection is in one', async () => {
    const asked = nock(server, { reqheaders: { accept: /as=PartialObjectMetadataList/ } })
      .get('/api/v1/namespaces/x/pods')
      .query({ limit: 1 })
      .reply(200, { metadata: {}, items: [one] });
    expect(await count({ ...pods, namespace: 'x' })).to.equal(1);
    expect(asked.isDone()).to.equal(true);
  });

  for (const selection of [{ fieldSelector: 'spec.nodeName=a' }, { labelSelector: 'a=b' }]) {
    it(`is not asked for with a ${Object.keys(selection)[0]}: no server counts those`, async () => {
      const asked = answer({}, []);
      expect(await count({ ...pods, ...selection })).to.equal(undefined);
      expect(asked.isDone()).to.equal(false);
    });
  }

  it("rejects with the server's error", async () => {
    nock(server)
      .get('/api/v1/pods')
      .query({ limit: 1 })
      .reply(403, { message: 'pods is forbidden' });
    const refused = await count().catch((error: unknown) => error);
    expect(String(refused)).to.include('pods is forbidden');
  });
});
