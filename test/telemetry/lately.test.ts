// What the page on :8081 reads of the self-metrics: counts with their last reason, and scrapes.
import { expect } from 'chai';
import { SelfMetrics } from '../../src/telemetry/registry.ts';
import type { ServedState } from '../../src/telemetry/state.ts';

const pods = { resource: 'pods', version: 'v1', kind: 'Pod' };
const cronjobs = { resource: 'cronjobs', version: 'v1', kind: 'CronJob' };
const openValues = {
  relist: ['start', 'gone'],
  watchRestart: ['closed', 'silence'],
  check: ['drift'],
};
const never = () => expect.fail('no gauge is read');

const open = (wall: () => number): SelfMetrics =>
  new SelfMetrics({
    build: { version: '1', revision: '', branch: '', node: 'v26', platform: 'linux', arch: 'x64' },
    clock: { wall },
    now: never as () => ServedState,
    loop: never,
  });

describe('the self-metrics lately', () => {
  it('know the counts by reason, and the last reason with its time', async () => {
    let now = 1_000;
    const self = open(() => now);
    const observer = self.observer(pods, openValues);
    self.observer(cronjobs, openValues);
    observer.relist('start');
    now = 2_000;
    observer.relist('gone');
    now = 3_000;
    observer.watchRestart('closed');
    const relists = await self.reasons('relist');
    expect(relists.get('pods')).to.deep.equal({
      byValue: new Map([
        ['start', 1],
        ['gone', 1],
      ]),
      last: { value: 'gone', atMs: 2_000 },
    });
    expect(relists.get('cronjobs')?.last).to.equal(undefined);
    const restarts = await self.reasons('watchRestart');
    expect(restarts.get('pods')).to.deep.equal({
      byValue: new Map([
        ['closed', 1],
        ['silence', 0],
      ]),
      last: { value: 'closed', atMs: 3_000 },
    });
  });

  it('keep the last ten scrapes, the latest first', () => {
    let now = 0;
    const self = open(() => now);
    expect(self.lastScrapes).to.deep.equal([]);
    for (now = 1; now <= 12; now++) self.scrapes.request('get', now / 100);
    expect(self.lastScrapes).to.have.length(10);
    expect(self.lastScrapes[0]).to.deep.equal({ method: 'get', seconds: 0.12, endedMs: 12 });
    expect(self.lastScrapes[9]).to.deep.equal({ method: 'get', seconds: 0.03, endedMs: 3 });
  });
});
