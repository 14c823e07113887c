// Headers, escaping and numbers of the exposition.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { type Family, gauge } from '../../src/metrics/family.ts';
import { escapeLabelValue, formatNumber, headerOf } from '../../src/metrics/text.ts';

/** Parses an escaped label value character by character, as the format defines. */
function unescaped(text: string): string {
  let value = '';
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (character === '"' || character === '\n') throw new Error(`bare ${character} in ${text}`);
    if (character !== '\\') {
      value += character;
      continue;
    }
    const code = text[++i];
    if (code === 'n') value += '\n';
    else if (code === '"' || code === '\\') value += code;
    else throw new Error(`unknown escape ${code} in ${text}`);
  }
  return value;
}

/** Text with many special characters. */
const awkwardText = fc.string({
  unit: fc.oneof(fc.constantFrom('\\', '"', '\n', 'n', '{', '}'), fc.string({ unit: 'binary' })),
});

describe('a label value', () => {
  it('can be parsed back, whatever its characters', () => {
    fc.assert(
      fc.property(awkwardText, (value) => {
        expect(unescaped(escapeLabelValue(value))).to.equal(value);
      }),
    );
  });

  it('is escaped at backslash, quote and line feed only', () => {
    expect(escapeLabelValue('a\\b"c\nd\te')).to.equal('a\\\\b\\"c\\nd\te');
  });
});

describe('a number', () => {
  it('is rejected if it is of another type, as a field from the server may be', () => {
    for (const value of [true, ' 1', '1\n', '1', null, undefined, {}, [1], 1n]) {
      const words = /^expected a number, got /;
      expect(() => formatNumber(value as never), String(value)).to.throw(TypeError, words);
    }
    expect(() => formatNumber('1\n' as never)).to.throw('got "1\\n"');
  });

  const rows = readFileSync(join(import.meta.dirname, 'numbers.tsv'), 'utf8')
    .trim()
    .split('\n');

  it('is printed as in Go', () => {
    expect(rows).to.have.length.above(400);
    for (const row of rows) {
      const [bits = '', text] = row.split('\t');
      const value = Buffer.from(bits, 'hex').readDoubleBE();
      // KSM prints -0 as 0.
      expect(formatNumber(value), bits).to.equal(text === '-0' ? '0' : text);
    }
  });

  it('can be parsed back, and has an exponent where Go has one', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = formatNumber(value);
        const size = Math.abs(value);
        expect(Number(text)).to.equal(value === 0 ? 0 : value);
        expect(/e[+-]\d\d/.test(text)).to.equal(size >= 1e6 || (size < 1e-4 && size > 0));
      }),
    );
  });
});

describe('a header', () => {
  const header = (row: Family<never>, format: 'text' | 'openmetrics' = 'text'): string =>
    headerOf('kube_x', row, format);

  it('has the help with the tag of a stable family, and the type', () => {
    expect(header(gauge('STABLE', 'Says x.', () => 1))).to.equal(
      '# HELP kube_x [STABLE] Says x.\n# TYPE kube_x gauge\n',
    );
  });

  it('has no tag for other stabilities', () => {
    expect(header(gauge('ALPHA', 'Says x.', () => 1))).to.match(/^# HELP kube_x Says x\.\n/);
    expect(header(gauge('BETA', 'Says x.', () => 1))).to.match(/^# HELP kube_x Says x\.\n/);
  });

  it('has the version since which a family is deprecated', () => {
    const row = gauge('STABLE', 'Says x.', () => 1, { deprecatedSince: 'v2.9.0' });
    expect(header(row)).to.include('# HELP kube_x [STABLE] (Deprecated since v2.9.0) Says x.\n');
  });

  it('escapes backslash and line feed of the help', () => {
    expect(header(gauge('ALPHA', 'a\\b\n"c"', () => 1))).to.include('kube_x a\\\\b\\n"c"\n');
  });

  it('keeps a counter a counter in both formats', () => {
    const row = gauge('ALPHA', 'Says x.', () => 1, { type: 'counter' });
    expect(header(row)).to.include('# TYPE kube_x counter\n');
    expect(header(row, 'openmetrics')).to.include('# TYPE kube_x counter\n');
  });

  for (const type of ['info', 'stateset'] as const) {
    it(`renders ${type}, which only OpenMetrics has, as gauge in text`, () => {
      const row = gauge('ALPHA', 'Says x.', () => 1, { type });
      expect(header(row)).to.include('# TYPE kube_x gauge\n');
      expect(header(row, 'openmetrics')).to.include(`# TYPE kube_x ${type}\n`);
    });
  }
});
