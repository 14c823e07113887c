// Slots: how many a client may have, which waiter is next, and which addresses are one client.

import { expect } from 'chai';
import { clientOf, type Release, Slots } from '../../src/http/slots.ts';
import { TestClock } from '../support/clock.ts';

describe('Slots', () => {
  let slots: Slots;
  let clock: TestClock;
  const never = new AbortController().signal;
  beforeEach(() => {
    slots = new Slots({ total: 32, perClient: 16, perLoopback: 30 });
    clock = new TestClock();
  });

  const takeAll = (client: string): Release[] => {
    const releases: Release[] = [];
    for (
      let release = slots.tryAcquire(client);
      release !== undefined;
      release = slots.tryAcquire(client)
    ) {
      releases.push(release);
    }
    return releases;
  };

  it('give one client half of them, and loopback all but two', () => {
    expect(takeAll('10.0.0.1')).to.have.length(16);
    expect(takeAll('10.0.0.2')).to.have.length(16);
    expect(takeAll('10.0.0.3')).to.have.length(0);
    slots = new Slots({ total: 32, perClient: 16, perLoopback: 30 });
    expect(takeAll('::1')).to.have.length(30);
    expect(takeAll('10.0.0.1')).to.have.length(2);
  });

  it('are not acquired twice, nor released twice', () => {
    const [release] = takeAll('10.0.0.1');
    release?.();
    release?.();
    expect(slots.inUse()).to.equal(15);
    expect(takeAll('10.0.0.1')).to.have.length(1);
  });

  it('go to the first waiter whose client is below its limit', async () => {
    const [first] = takeAll('10.0.0.1');
    const [second] = takeAll('10.0.0.2');
    const order: string[] = [];
    const wait = (client: string) =>
      slots.acquire(client, 5_000, clock, never).then((release) => {
        order.push(release === undefined ? `none for ${client}` : client);
      });
    const waits = [wait('10.0.0.1'), wait('10.0.0.1'), wait('10.0.0.3')];
    // A slot of the second client: the first one is still at its limit.
    second?.();
    await clock.turn();
    expect(order).to.deep.equal(['10.0.0.3']);
    first?.();
    await clock.turn();
    expect(order).to.deep.equal(['10.0.0.3', '10.0.0.1']);
    clock.advance(5_000);
    await Promise.all(waits);
    expect(order).to.deep.equal(['10.0.0.3', '10.0.0.1', 'none for 10.0.0.1']);
    expect(slots.inUse()).to.equal(32);
  });

  it('are not kept for a waiter that has left', async () => {
    const [release] = takeAll('10.0.0.1');
    const left = new AbortController();
    const waited = slots.acquire('10.0.0.1', 5_000, clock, left.signal);
    left.abort();
    expect(await waited).to.equal(undefined);
    release?.();
    expect(slots.inUse('10.0.0.1')).to.equal(15);
  });

  it('count IPv4 over IPv6 as the same client, and every address of loopback as loopback', () => {
    expect(clientOf({ remoteAddress: '::ffff:10.0.0.1' })).to.equal('10.0.0.1');
    expect(clientOf({ remoteAddress: '::FFFF:10.0.0.1' })).to.equal('10.0.0.1');
    expect(clientOf({ remoteAddress: 'fe80::1%eth0' })).to.equal('fe80::1%eth0');
    for (const remoteAddress of ['127.0.0.1', '127.8.9.1', '::ffff:127.0.0.1', '::1']) {
      slots = new Slots({ total: 32, perClient: 16, perLoopback: 30 });
      expect(takeAll(clientOf({ remoteAddress }))).to.have.length(30);
    }
  });
});
