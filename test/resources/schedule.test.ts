// Cron schedules, against robfig/cron, the parser of Kubernetes' controller.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { goZeroSeconds } from '../../src/metrics/time.ts';
import { scheduleOf } from '../../src/resources/schedule.ts';
import { rowsIn, runsAfter } from '../../tools/schedules/rows.ts';
import { outcomeOf } from '../support/outcome.ts';

const rows = rowsIn(readFileSync(join(import.meta.dirname, 'schedules.tsv'), 'utf8'));
/** 17 April 2026, 02:00 in Cairo. */
const cairo = 1_776_384_000;

describe('a cron schedule', () => {
  it('runs when robfig/cron says so, and is invalid where that rejects it', () => {
    expect(rows).to.have.length.above(3500);
    const wrong = rows
      .map(({ text, after, runs }) => ({ text, after, runs, got: runsAfter(text, after) }))
      .filter(({ runs, got }) => got !== runs);
    expect(wrong).to.deep.equal([]);
  });

  it('does not run in an hour that daylight saving skips, midnight included', () => {
    expect(scheduleOf('0 2 * * 5', 'Africa/Cairo')?.next(cairo)).to.equal(1_777_590_000);
  });

  it('accepts the zone names of Go', () => {
    for (const zone of [
      'PST',
      'europe/london',
      'utc',
      '+09:00',
      'local',
      'Asia',
      '../UTC',
      'GMT+9',
    ]) {
      expect(scheduleOf('0 0 * * *', zone), zone).to.equal(undefined);
    }
    for (const zone of [
      'Asia/Seoul',
      'ROK',
      'Asia/Calcutta',
      'UTC',
      'Local',
      'Factory',
      '',
      null,
    ]) {
      expect(scheduleOf('0 0 * * *', zone), String(zone)).not.to.equal(undefined);
    }
    expect(scheduleOf('0 0 * * *', '')?.next(0)).to.equal(24 * 3600);
  });

  it('uses the zone in its text, if spec.timeZone is valid too', () => {
    const inSeoul = scheduleOf('CRON_TZ=Asia/Seoul 0 0 * * *', 'America/New_York');
    expect(inSeoul?.next(0)).to.equal(15 * 3600);
    expect(scheduleOf('CRON_TZ=Asia/Seoul 0 0 * * *', 'PST')).to.equal(undefined);
  });

  it('is in the zone of the process for Local, and in UTC without a zone', () => {
    const schedule = JSON.stringify(join(import.meta.dirname, '../../src/resources/schedule.ts'));
    const script = `
      const { scheduleOf } = await import(${schedule});
      for (const zone of ['Local', '', undefined]) {
        console.log(scheduleOf('0 2 * * 5', zone).next(${cairo}));
      }`;
    const { stdout, stderr } = outcomeOf(
      process.execPath,
      ['--input-type=module', '--eval', script],
      { env: { ...process.env, TZ: 'Africa/Cairo' } },
    );
    expect(stdout, stderr).to.equal('1777590000\n1776391200\n1776391200\n');
  });

  it('never runs if the search would be endless', () => {
    // Samoa skipped 30 December 2011, so a search day by day returns to the 29th.
    expect(scheduleOf('0 0 31 12 *', 'Pacific/Apia')?.next(1_325_000_000)).to.equal(goZeroSeconds);
    expect(scheduleOf(', * * * *')?.next(cairo)).to.equal(goZeroSeconds);
  });

  it('is invalid if it is longer than scheduleCharsMax', () => {
    expect(scheduleOf(`0 0 * * ${'1,'.repeat(400)}1`)).not.to.equal(undefined);
    expect(scheduleOf(`0 0 * * ${'1,'.repeat(600)}1`)).to.equal(undefined);
  });
});
