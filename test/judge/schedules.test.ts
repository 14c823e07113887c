// The judge's own reading of schedules: by what kube-state-metrics v2.20.0 was seen to serve.
import { expect } from 'chai';
import { isAfterGap, isReadOtherwise } from './schedules.ts';

const otherwise = [
  '0 0 13 * 5',
  '0 0 */2 * 1',
  '0 0 1-31 * 1',
  '0 0 * * 7',
  '0 0 * * 0-7',
  '0 0 * * 5-1',
  '0 22-2 * * *',
  '*/60 * * * *',
  '*/61 * * * *',
  '0 */24 * * *',
  '0 0 */31 * *',
  '@triggered',
];
const alike = [
  '*/59 * * * *',
  '0 */23 * * *',
  '0 0 * * */2',
  '@every 5m',
  '@hourly',
  '? * * * ?',
  '0 0 L * *',
  '0 0 * * MON-FRI',
  '0 0 * JAN,DEC *',
  'CRON_TZ=Asia/Tokyo 0 0 * * *',
  '0 0 0 1 1 *',
  '* * * *',
  ' 0 0 * * * ',
  '5/15 * * * *',
  '0 0 1 13 *',
  '0 0 ? * 1',
  '',
];

describe('a schedule, to the judge', () => {
  it('is read otherwise by the reference', () => {
    expect(otherwise.filter((one) => !isReadOtherwise(one))).to.deep.equal([]);
  });

  it('is read alike', () => {
    expect(alike.filter(isReadOtherwise)).to.deep.equal([]);
  });

  it('has a run right after clocks were set forward, or not', () => {
    const at = (time: string, zone: string): boolean => isAfterGap(Date.parse(time) / 1_000, zone);
    expect(at('2026-03-08T07:30:00Z', 'America/New_York')).to.equal(true);
    expect(at('2026-03-09T06:30:00Z', 'America/New_York')).to.equal(false);
    expect(at('2026-10-25T01:30:00Z', 'Europe/London')).to.equal(false);
  });
});
