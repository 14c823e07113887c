// What the log says of the whole: that all is synced, and how long that took.

import { expect } from 'chai';
import { StateLog } from '../../src/app/stateLog.ts';
import type { ResourceStatus } from '../../src/http/readiness.ts';
import type { StoreSize } from '../../src/store/types.ts';
import { recordingLog } from '../kube/harness.ts';
import { TestClock } from '../support/clock.ts';

const size = (objects: number): StoreSize => ({ objects, series: 1, bytes: 1 });

describe('The log of the state', () => {
  const rows: [what: string, refused: boolean, line: string][] = [
    ['all', false, 'info ready in 8.8 s, 2 resources, 24,353 objects'],
    ['what is not refused', true, 'info ready in 8.8 s, 1 resource, 1 refused, 24,353 objects'],
  ];
  for (const [what, refused, line] of rows) {
    it(`says once when ${what} is synced, and how long it took`, async () => {
      const clock = new TestClock();
      const log = recordingLog();
      let synced = false;
      let ready = 0;
      const statuses = (): ResourceStatus[] => [
        { resource: 'pods', synced, refused: false, detail: '' },
        { resource: 'nodes', synced: synced && !refused, refused: synced && refused, detail: '' },
      ];
      const stop = new AbortController();
      const running = new StateLog({
        readiness: statuses,
        clock,
        log,
        startedMs: clock.now(),
        onReady: () => ready++,
        sizes: () =>
          new Map([
            ['pods', size(24_000)],
            ['nodes', size(353)],
          ]),
      }).run(stop.signal);
      clock.advance(8_700);
      await clock.turn();
      expect([...log.lines, ready]).to.deep.equal([0]);
      synced = true;
      await clock.pass(100);
      await clock.turn();
      await clock.pass(1_000);
      expect([...log.lines, ready]).to.deep.equal([line, 1]);
      stop.abort();
      await running;
    });
  }
});
