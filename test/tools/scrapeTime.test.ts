// The time of a scrape by Prometheus between the sizes that were measured.
import { expect } from 'chai';
import { ScrapeTime } from '../../tools/generate/scrapeTime.ts';

describe('the time of a scrape by Prometheus', () => {
  const time = new ScrapeTime([
    { pods: 50_000, durationMs: 16_000 },
    { pods: 20_000, durationMs: 4_000 },
  ]);

  it('is linear between sizes, and beyond the largest', () => {
    expect(
      [10_000, 20_000, 35_000, 50_000, 60_000].map((pods) => time.secondsOf(pods)),
    ).to.deep.equal([2, 4, 10, 16, 20]);
  });

  it('says how many pods are scraped in time, and what it takes for more', () => {
    expect(time.podsWithin(10)).to.equal(35_000);
    expect(time.podsWithin(2)).to.equal(10_000);
    expect(time.timeoutOf(35_000)).to.equal(undefined);
    expect(time.timeoutOf(50_000)).to.equal(25);
    expect([100, 35_000, 36_000, 100_000].map((pods) => time.shardsOf(pods))).to.deep.equal([
      1, 1, 2, 3,
    ]);
  });

  it('is known from one size', () => {
    const one = new ScrapeTime([{ pods: 20_000, durationMs: 5_000 }]);
    expect(one.podsWithin(10)).to.equal(40_000);
  });

  it('names what is missing', () => {
    expect(() => new ScrapeTime([{ pods: 20_000 }])).to.throw(/durationMs of each row/);
  });
});
