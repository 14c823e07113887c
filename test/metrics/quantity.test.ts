// Quantities as Kubernetes reads them, and the units of resource names.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { quantity, resourceLabels, wholeQuantity } from '../../src/metrics/quantity.ts';

describe('a quantity', () => {
  const rows = readFileSync(join(import.meta.dirname, 'quantities.tsv'), 'utf8')
    .trim()
    .split('\n')
    .map((row) => row.split('\t') as [text: string, thousandths: string, whole: string])
    .map(([text, ...values]) => [JSON.parse(text) as string, ...values] as const);

  it('has the value that k8s.io/apimachinery gives it', () => {
    const wellFormed = rows.filter(([, thousandths]) => thousandths !== 'malformed');
    expect(wellFormed).to.have.length.above(300);
    for (const [text, thousandths, whole] of wellFormed) {
      expect(quantity(text), text).to.equal(Number(thousandths));
      expect(wholeQuantity(text), text).to.equal(Number(whole));
    }
  });

  it('is refused in words where k8s.io/apimachinery refuses it', () => {
    const malformed = rows.filter(([, thousandths]) => thousandths === 'malformed');
    expect(malformed).to.have.length.above(20);
    for (const [text] of malformed) {
      const words = `expected a quantity such as 100m, 1.5 or 2Gi, got ${JSON.stringify(text)}`;
      expect(() => quantity(text), text).to.throw(TypeError, words);
      expect(() => wholeQuantity(text), text).to.throw(TypeError, words);
    }
  });

  it('counts as the largest of the API if it is larger', () => {
    for (const text of ['10E', '1e30', '1e999999999', '99999999999999999999', '9Ei']) {
      expect(quantity(text), text).to.equal(2 ** 63);
      expect(wholeQuantity(text), text).to.equal(2 ** 63);
    }
  });

  it('is refused if it is absurdly long, before any arithmetic', () => {
    expect(() => quantity('1'.repeat(129))).to.throw(TypeError);
  });

  it('is read from a bare number too, which files may hold', () => {
    expect(quantity(JSON.parse('1.5'))).to.equal(1.5);
  });

  it('is the number it names, whole or in thousandths', () => {
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

  it('is the same with a suffix and with the exponent that the suffix stands for', () => {
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
    // Names of quotas, of Kubernetes' own, and of nobody.
    'limits.cpu': undefined,
    'requests.storage': undefined,
    'requests.nvidia.com/gpu': undefined,
    'kubernetes.io/batch-cpu': undefined,
    'sub.kubernetes.io/x': undefined,
    services: undefined,
    '': undefined,
    constructor: undefined,
    // Names that no API server takes.
    'Example.com/gpu': undefined,
    'example.com/gpu/a': undefined,
    'example.com/': undefined,
    'example.com/-gpu': undefined,
    'example..com/gpu': undefined,
    [`example.com/${'x'.repeat(63)}`]: 'integer',
    [`example.com/${'x'.repeat(64)}`]: undefined,
    [`${'x'.repeat(244)}/gpu`]: 'integer',
    [`${'x'.repeat(245)}/gpu`]: undefined,
  };

  for (const [name, unit] of Object.entries(units)) {
    it(`${name.slice(0, 40)} is counted in ${unit ?? 'nothing'}`, () => {
      expect(resourceLabels(name).unit).to.equal(unit);
    });
  }

  it('is shown with underscores, its case kept', () => {
    expect(resourceLabels('example.com/Foo-bar').resource).to.equal('example_com_Foo_bar');
    expect(resourceLabels('hugepages-1Gi').resource).to.equal('hugepages_1Gi');
  });
});
