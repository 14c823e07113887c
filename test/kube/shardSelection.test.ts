// What makes a reflector ask for all objects in place of its shard's, and what does not.
import { expect } from 'chai';
import nock from 'nock';
import { ApiError } from '../../src/kube/apiError.ts';
import { StoreError } from '../../src/kube/backpressure.ts';
import type { Client } from '../../src/kube/client.ts';
import { SlowListError, UnfinishedError } from '../../src/kube/listPace.ts';
import { ShardSelection } from '../../src/kube/shardSelection.ts';
import type { Collection } from '../../src/kube/types.ts';
import { SilenceError } from '../../src/kube/watch.ts';
import { HashRanges, rangeOfShard } from '../../src/lib/hashRanges.ts';
import { TestClock } from '../support/clock.ts';
import { settled } from './harness.ts';
import { begin, type Step, synced } from './script.ts';

const ranges = new HashRanges([rangeOfShard(0, 2)]);
const { signal } = new AbortController();

/** A server that confirms the selector, and tells its version as `version` does. */
function serverWith(version: () => string): Client {
  const server = {
    get: () => Promise.resolve().then(() => ({ gitVersion: version() })),
    list({ shardSelector }: Collection) {
      const metadata = (): object => ({ shardSelector });
      return Promise.resolve({ metadata, *[Symbol.asyncIterator]() {} });
    },
  };
  return server as unknown as Client;
}

describe('The selection of a shard by the server', () => {
  let clock: TestClock;
  let owned: HashRanges | undefined;
  let version: () => string;
  let said: string[];
  let selection: ShardSelection;

  beforeEach(() => {
    clock = new TestClock();
    owned = ranges;
    version = () => 'v1.36.0';
    said = [];
    selection = new ShardSelection({
      client: serverWith(() => version()),
      collection: { resource: 'pods', group: '', version: 'v1' },
      clock,
      ranges: () => owned,
      namespace: 'default',
      observer: { foreignObject: () => undefined },
      say: (subject) => said.push(subject),
      relist: () => undefined,
    });
  });

  const asked = () => selection.prepare(signal);
  const failing = async (error: unknown): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      await asked();
      selection.requestFailed(error);
    }
  };

  it('ends for an hour after three failures in a row that may be due to it', async () => {
    const error = new ApiError(500, 'cannot select');
    await asked();
    for (let i = 0; i < 2; i++) selection.requestFailed(error);
    selection.watchWorks();
    for (let i = 0; i < 2; i++) selection.requestFailed(error);
    expect(await asked()).to.equal(ranges.selector);
    selection.requestFailed(error);
    expect(await asked()).to.equal(undefined);
    expect(said).to.deep.equal(['failing']);
    clock.advance(3_599_999);
    expect(await asked()).to.equal(undefined);
    clock.advance(1);
    expect(await asked(), 'an hour later').to.equal(ranges.selector);
  });

  const otherCauses: [what: string, error: unknown][] = [
    ['a server that is overloaded', new ApiError(503, 'later')],
    ['rights that are missing', new ApiError(403, 'forbidden')],
    ['a version that is gone', new ApiError(410, { reason: 'Expired' })],
    ['a broken connection', Object.assign(new Error('reset'), { code: 'ECONNRESET' })],
    ['a silent watch', new SilenceError('silence')],
    ['a slow list, of which all objects would be a longer one', new SlowListError('slow')],
    ['a store that has failed', new StoreError('full')],
  ];
  for (const [what, error] of otherCauses) {
    it(`goes on in spite of ${what}`, async () => {
      await failing(error);
      expect(await asked()).to.equal(ranges.selector);
      expect(said).to.deep.equal([]);
    });
  }

  it('ends where the question itself is answered too slowly', async () => {
    for (let i = 0; i < 3; i++) selection.requestFailed(new SlowListError('slow'));
    expect(await asked()).to.equal(undefined);
  });

  it('ends where streams of objects end early', async () => {
    await failing(new UnfinishedError('early'));
    expect(await asked()).to.equal(undefined);
  });

  it('is not blamed for failures of requests without it', async () => {
    await asked();
    owned = undefined;
    await failing(new ApiError(500, 'fails anyway'));
    owned = ranges;
    expect(await asked()).to.equal(ranges.selector);
    expect(said).to.deep.equal([]);
  });

  it('goes on to ask for all objects where the server does not tell its version', async () => {
    version = () => {
      throw new ApiError(403, 'forbidden');
    };
    await asked();
    selection.sawEcho('another');
    selection.connectionBroke();
    expect(await asked()).to.equal(undefined);
    version = () => 'v1.36.0';
    selection.connectionBroke();
    expect(await asked(), 'the first that is known').to.equal(undefined);
    version = () => 'v1.36.1';
    selection.connectionBroke();
    expect(await asked()).to.equal(ranges.selector);
  });
});

describe('The selection of a shard by the server, as watches end', () => {
  afterEach(() => nock.cleanAll());

  const ends: [what: string, step: Step, passesMs: number[]][] = [
    ['cannot be opened', { broken: 'ECONNRESET' }, []],
    ['ends early', { events: synced(), end: 'close' }, []],
    ['falls silent', { events: synced(), end: 'open' }, [15_000, 165_000]],
  ];
  for (const [what, step, passesMs] of ends) {
    it(`expects another server behind the next watch where one ${what}`, async () => {
      let broken = 0;
      const shardSelection = {
        prepare: () => Promise.resolve(undefined),
        requestFailed: () => undefined,
        watchWorks: () => undefined,
        connectionBroke: () => broken++,
      };
      const at = begin([step], shardSelection as unknown as ShardSelection);
      await settled(at.look);
      for (const ms of passesMs) await at.clock.pass(ms);
      await settled(at.look);
      expect(broken).to.equal(1);
      at.stop.abort();
      await at.running;
    });
  }
});
