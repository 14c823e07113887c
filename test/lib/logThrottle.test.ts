// Throttles: few lines for what flaps or recurs, the usual lines for what fails for good.

import { expect } from 'chai';
import { FailureLog, type FailureLogOptions, LogIntervals } from '../../src/lib/logThrottle.ts';
import { TestClock } from '../support/clock.ts';

describe('LogIntervals', () => {
  it('logs each kind once per interval', () => {
    const clock = new TestClock();
    const logged = new LogIntervals(clock, 1_000);
    const lines: string[] = [];
    const write = (kind: string): void => logged.write(kind, () => lines.push(kind));
    for (const kind of ['reset', 'reset', 'silence']) write(kind);
    clock.advance(999);
    write('reset');
    clock.advance(1);
    write('reset');
    expect(lines).to.deep.equal(['reset', 'silence', 'reset']);
  });
});

describe('FailureLog', () => {
  let clock: TestClock;
  let lines: string[];
  beforeEach(() => {
    clock = new TestClock();
    lines = [];
  });

  function open(more: Partial<FailureLogOptions> = {}) {
    const log = new FailureLog({ clock, onFlapping: () => lines.push('flaps'), ...more });
    return {
      fail: (failure = 'x') => log.failed(failure, () => lines.push(`failed ${failure}`)),
      recover: () => log.recovered(() => lines.push('recovered')),
    };
  }

  it('logs a failure once, another one at once, and the recovery', () => {
    const { fail, recover } = open();
    recover();
    for (const failure of ['a', 'a', 'b', 'b']) fail(failure);
    recover();
    recover();
    expect(lines).to.deep.equal(['failed a', 'failed b', 'recovered']);
  });

  it('repeats a failure that goes on, where that is wanted', () => {
    const { fail } = open({ repeatMs: 60_000 });
    for (let s = 0; s < 130; s++) {
      fail();
      clock.advance(1_000);
    }
    expect(lines).to.deep.equal(['failed x', 'failed x', 'failed x']);
  });

  for (const [how, failures] of [
    ['failure and recovery alternate', ['a']],
    ['two failures alternate', ['a', 'b']],
  ] as const)
    it(`logs little within five minutes where ${how}, and ends with the truth`, () => {
      const { fail, recover } = open();
      for (let ms = 0; ms < 290_000; ms += 200) {
        for (const failure of failures) fail(failure);
        if (failures.length === 1) recover();
        clock.advance(200);
      }
      expect(lines.filter((line) => line === 'flaps')).to.have.length(1);
      expect(lines).to.have.length.at.most(7);
      clock.advance(60_000);
      recover();
      recover();
      expect(lines.at(-1)).to.equal('recovered');
      expect(lines).to.have.length.at.most(8);
      fail('later');
      expect(lines.at(-1)).to.equal('failed later');
    });

  it('keeps to few lines for as long as it flaps', () => {
    const { fail, recover } = open();
    for (let ms = 0; ms < 3_600_000; ms += 1_000) {
      fail();
      recover();
      clock.advance(1_000);
    }
    expect(lines.length).to.be.within(12, 90);
  });
});
