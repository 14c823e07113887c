// Cron schedules: what the parser that Kubernetes uses says of the same schedules and times.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { scheduleOf } from '../../src/resources/schedule.ts';

describe('a cron schedule', () => {
  it('is due when robfig/cron says so, and refused where that refuses it', () => {
    const rows = readFileSync(join(import.meta.dirname, 'schedules.tsv'), 'utf8')
      .trim()
      .split('\n')
      .map((row) => row.split('\t') as [string, string, string]);
    expect(rows).to.have.length.above(400);
    const got = rows.map(([text, after]) => {
      const due = scheduleOf(JSON.parse(text))?.next(Number(after)) ?? 'invalid';
      return [text, after, String(due)];
    });
    expect(got).to.deep.equal(rows);
  });

  it('is refused where it is longer than any that a person writes', () => {
    expect(scheduleOf(`0 0 * * ${'1,'.repeat(400)}1`)).not.to.equal(undefined);
    expect(scheduleOf(`0 0 * * ${'1,'.repeat(600)}1`)).to.equal(undefined);
  });
});
