// Quantities, against k8s.io/apimachinery, and the units of resource names.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  approximateQuantity,
  exactNanos,
  fromNanos,
  quantity,
  resourceLabels,
  wholeQuantity,
} from '../../src/metrics/quantity.ts';
import { formatNumber } from '../../src/metrics/text.ts';

describe('a quantity', () => {
  const rows = readFileSync(join(import.meta.dirname, 'quantities.tsv'), 'utf8')
    .trim()
    .split('\n')
    .map((row) => row.split('\t') as [text: string, thousandths: string, whole: string])
    .map(([text, ...values]) => [JSON.parse(text) as string, ...values] as const);

  it('has the value of k8s.io/apimachinery', () => {
    const wellFormed = rows.filter(([, thousandths]) => thousandths !== 'malformed');
    expect(wellFormed).to.have.length.above(300);
    for (const [text, thousandths, whole] of wellFormed) {
      expect(quantity(text), text).to.equal(Number(thousandths));
      expect(wholeQuantity(text), text).to.equal(Number(whole));
    }
  });

  it('is rejected where k8s.io/apimachinery rejects it', () => {
    const malformed = rows.filter(([, thousandths]) => thousandths === 'malformed');
    expect(malformed).to.have.length.above(20);
    for (const [text] of malformed) {
      const words = `expected a quantity such as 100m, 1.5 or 2Gi, got ${JSON.stringify(text)}`;
      expect(() => quantity(text), text).to.throw(TypeError, words);
      expect(() => wholeQuantity(text), text).to.throw(TypeError, words);
    }
  });

  it('is exact in billionths, and from there the nearest number', () => {
    for (const text of [
      '0.1',
      '9m',
      '-3n',
      '9007199254740993',
      '12345678.123456789',
      '20E',
      '1e30',
    ]) {
      expect(fromNanos(exactNanos(text)), text).to.equal(
        Number(text.replace(/m$/, 'e-3').replace(/n$/, 'e-9').replace(/E$/, 'e18')),
      );
    }
    expect(fromNanos(exactNanos('0.1') + exactNanos('0.2'))).to.equal(0.3);
    expect(fromNanos(-(10n ** 16n + 1n))).to.equal(Number('-10000000.000000001'));
    expect(() => exactNanos('1 Gi')).to.throw(TypeError, 'expected a quantity such as 100m');
  });

  it('is cut to the largest quantity of the API', () => {
    for (const text of ['10E', '1e30', '1e999999999', '99999999999999999999', '9Ei']) {
      expect(quantity(text), text).to.equal(2 ** 63);
      expect(wholeQuantity(text), text).to.equal(2 ** 63);
    }
  });

  it('is rejected if it is too long, before any arithmetic', () => {
    expect(() => quantity('1'.repeat(129))).to.throw(TypeError);
  });

  it('can be a JSON number, as in files', () => {
    expect(quantity(JSON.parse('1.5'))).to.equal(1.5);
  });

  it('is the number that its text has, whole or in thousandths', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 - 1 }), (count) => {
        expect(quantity(`${count}`)).to.equal(count);
        expect(quantity(`${count}m`)).to.equal(count / 1000);
        expect(wholeQuantity(`${count}m`)).to.equal(Math.ceil(count / 1000));
        expect(quantity(`${count}k`)).to.equal(count * 1000);
        expect(quantity(`${count}Ki`)).to.equal(count * 1024);
        expect(quantity(`-${count}`)).to.equal(0 - count);
      }),
    );
  });

  it('is the same with a suffix and with its exponent', () => {
    const suffixes = fc.constantFrom(['n', -9], ['u', -6], ['m', -3], ['k', 3], ['M', 6], ['G', 9]);
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 999 }), suffixes, (whole, part, [suffix, exponent]) => {
        expect(quantity(`${whole}.${part}${suffix}`)).to.equal(
          quantity(`${whole}.${part}e${exponent}`),
        );
      }),
    );
  });
});

describe('an approximate quantity', () => {
  it('is as kube-state-metrics v2.20.0 shows tolerances', () => {
    const rows = readFileSync(join(import.meta.dirname, 'tolerances.tsv'), 'utf8')
      .trim()
      .split('\n');
    expect(rows).to.have.length.above(200);
    for (const row of rows) {
      const [text = '', value] = row.split('\t');
      expect(formatNumber(approximateQuantity(text)), text).to.equal(value);
    }
  });

  it('is rejected if it is malformed', () => {
    expect(() => approximateQuantity('1.2.3')).to.throw(TypeError, 'expected a quantity');
  });
});

describe('the name of a resource', () => {
  const units = {
    cpu: 'core',
    memory: 'byte',
    storage: 'byte',
    'ephemeral-storage': 'byte',
    'hugepages-2Mi': 'byte',
    'attachable-volumes-aws-ebs': 'byte',
    pods: 'integer',
    'nvidia.com/gpu': 'integer',
    'example.com/Foo_bar.baz': 'integer',
    'count/pods': 'integer',
    // Extended resources named like huge pages and attachable volumes.
    'hugepages-2mi/x': 'byte and integer',
    'hugepages-2Mi/x': 'byte',
    'attachable-volumes-csi/a.b': 'byte and integer',
    'hugepages-/1': 'byte',
    // Names of quotas, of Kubernetes, and without a domain.
    'limits.cpu': '',
    'requests.storage': '',
    'requests.nvidia.com/gpu': '',
    'kubernetes.io/batch-cpu': '',
    'sub.kubernetes.io/x': '',
    services: '',
    '': '',
    constructor: '',
    // Invalid names.
    'Example.com/gpu': '',
    'example.com/gpu/a': '',
    'example.com/': '',
    'example.com/-gpu': '',
    'example..com/gpu': '',
    [`example.com/${'x'.repeat(63)}`]: 'integer',
    [`example.com/${'x'.repeat(64)}`]: '',
    [`${'x'.repeat(244)}/gpu`]: 'integer',
    [`${'x'.repeat(245)}/gpu`]: '',
  };

  for (const [name, unit] of Object.entries(units)) {
    it(`${name.slice(0, 40)} is counted in ${unit || 'nothing'}`, () => {
      expect(resourceLabels(name).units.join(' and ')).to.equal(unit);
    });
  }

  it('is shown with underscores, in the same case', () => {
    expect(resourceLabels('example.com/Foo-bar').resource).to.equal('example_com_Foo_bar');
    expect(resourceLabels('hugepages-1Gi').resource).to.equal('hugepages_1Gi');
  });
});
