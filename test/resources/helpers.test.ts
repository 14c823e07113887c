// What tables share: counts that may be percentages, addresses, and times.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { goZeroSeconds, unixSeconds, unixSecondsIfSet } from '../../src/metrics/time.ts';
import { ipFamily } from '../../src/resources/addresses.ts';
import { countOrPercent } from '../../src/resources/conditions.ts';

describe('a count that may be a percentage', () => {
  it('is the count of k8s.io/apimachinery', () => {
    const rows = readFileSync(join(import.meta.dirname, 'percents.tsv'), 'utf8')
      .trim()
      .split('\n');
    expect(rows).to.have.length.above(80);
    for (const row of rows) {
      const [text, total, ...shares] = row.split('\t');
      const got = [Math.floor, Math.ceil].map((round) =>
        countOrPercent(text, Number(total), round),
      );
      // JavaScript's -0 is no value that Go has.
      const printed = got.map((share) => (share === undefined ? 'none' : String(share)));
      expect(printed, `${text} of ${total}`).to.deep.equal(shares);
    }
  });

  it('is an error if the total is no number', () => {
    for (const total of [' 4', true, '4\n']) {
      expect(() => countOrPercent('25%', total as never, Math.floor)).to.throw(TypeError);
    }
  });

  it('is a number unchanged, and undefined without a total', () => {
    expect(countOrPercent(30, 0, Math.floor)).to.equal(30);
    expect(countOrPercent(30, null, Math.floor)).to.equal(undefined);
    expect(countOrPercent('30%', undefined, Math.floor)).to.equal(undefined);
  });
});

describe('the family of an address', () => {
  it('is as kube-state-metrics v2.20.0 shows it', () => {
    const rows = readFileSync(join(import.meta.dirname, 'addresses.tsv'), 'utf8')
      .trim()
      .split('\n');
    expect(rows).to.have.length.above(200);
    for (const row of rows) {
      const [address = '', family] = row.split('\t');
      expect(ipFamily(JSON.parse(address)) ?? 'none', address).to.equal(family);
    }
  });

  const families = {
    '10.0.0.1': '4',
    '010.001.0.00': undefined,
    '::1': '6',
    'fd00:0db8::0001': '6',
    'fd00:0db8::00001': undefined,
    '::ffff:10.0.0.1': '4',
    '0:0:0:0:0:FFFF:a00:1': '4',
    'fd00::ffff:a00:1': '6',
    '256.0.0.1': undefined,
    '10.0.0': undefined,
    '10.0.0.1/8': undefined,
    'fe80::1%eth0': '6',
    'fe80::1%': undefined,
    '10.0.0.1%eth0': undefined,
    name: undefined,
    '': undefined,
  };
  for (const [address, family] of Object.entries(families)) {
    it(`${address} is ${family ?? 'none'}`, () => expect(ipFamily(address)).to.equal(family));
  }
});

describe('a time', () => {
  it('is in whole Unix seconds, for any zone and fraction', () => {
    expect(unixSeconds('2024-05-01T10:00:00Z')).to.equal(1_714_557_600);
    expect(unixSeconds('2024-05-01T12:00:00.999999999+02:00')).to.equal(1_714_557_600);
    expect(unixSeconds('1969-12-31T23:59:59.5Z')).to.equal(-1);
  });

  it("is Go's zero time if it is absent", () => {
    expect(unixSeconds(null)).to.equal(goZeroSeconds);
    expect(unixSeconds('0001-01-01T00:00:00Z')).to.equal(goZeroSeconds);
    expect(unixSecondsIfSet(undefined)).to.equal(undefined);
    expect(unixSecondsIfSet('0001-01-01T00:00:00Z')).to.equal(undefined);
    expect(unixSecondsIfSet('0001-01-01T00:00:00.000000Z')).to.equal(undefined);
    expect(unixSecondsIfSet('0001-01-01T00:00:00.000001Z')).to.equal(goZeroSeconds);
    expect(unixSecondsIfSet('1970-01-01T00:00:00Z')).to.equal(0);
  });

  it('is rejected if it is malformed', () => {
    expect(() => unixSeconds('yesterday')).to.throw('expected a time in RFC 3339, got "yesterday"');
  });

  it('can be any second that the API can have', () => {
    const date = fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(date, (at) => {
        expect(unixSeconds(at.toISOString())).to.equal(Math.floor(at.getTime() / 1000));
      }),
    );
  });
});
