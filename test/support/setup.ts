// Mocha's root hooks: no test reaches beyond loopback, and none leaves an interceptor behind.
import type { RootHookObject } from 'mocha';
import nock from 'nock';

const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

export const mochaHooks: RootHookObject = {
  beforeAll() {
    // A worker of `mocha --parallel` runs these hooks for each of its files.
    if (!nock.isActive()) nock.activate();
    nock.disableNetConnect();
    nock.enableNetConnect(loopback);
  },
  afterEach() {
    // A test may have opened or closed the net for itself: the next one starts as the first did.
    nock.abortPendingRequests();
    nock.cleanAll();
    nock.disableNetConnect();
    nock.enableNetConnect(loopback);
  },
  afterAll() {
    nock.restore();
  },
};
