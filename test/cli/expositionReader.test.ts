// The reader of expositions: every line of the recorded ones, however they are cut into chunks.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  ExpositionProblem,
  ExpositionReader,
  type FamilyHead,
} from '../../src/cli/diff/expositionReader.ts';

interface ReadSample {
  readonly family: string;
  readonly series: string;
  readonly value: number;
  readonly hash: string;
}

interface Read {
  readonly heads: FamilyHead[];
  readonly samples: ReadSample[];
}

function read(text: string | Buffer, chunkBytes = 64 * 1024): Read {
  const heads: FamilyHead[] = [];
  const samples: ReadSample[] = [];
  const reader = new ExpositionReader({
    family: (head) => heads.push({ ...head }),
    sample: (one) =>
      samples.push({
        family: one.family,
        series: one.series(),
        value: one.value,
        hash: `${one.hashA} ${one.hashB}`,
      }),
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    // Chunks may be overwritten once they are read.
    const chunk = Buffer.from(bytes.subarray(at, at + chunkBytes));
    reader.push(chunk);
    chunk.fill(0);
  }
  reader.end();
  return { heads, samples };
}

const folder = join(import.meta.dirname, '../conformance/expected');

describe('ExpositionReader', () => {
  for (const name of readdirSync(folder)) {
    it(`reads every sample of ${name}`, () => {
      const text = readFileSync(join(folder, name), 'utf8');
      const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      const { heads, samples } = read(text);
      expect(samples.map(({ series, value }) => [series, value])).to.deep.equal(
        lines.map((line) => {
          const cut = line.lastIndexOf(' ');
          return [line.slice(0, cut), Number(line.slice(cut + 1).replace('Inf', 'Infinity'))];
        }),
      );
      const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
      // One series of custom resources was recorded without a TYPE.
      const told = heads.map(({ type }) => type).filter((type) => type !== undefined);
      expect(told).to.deep.equal(types.map(([, , type]) => type));
      expect(new Set(samples.map(({ hash }) => hash)).size).to.equal(
        new Set(samples.map(({ series }) => series)).size,
      );
    });
  }

  it('reads the same whatever the chunks are', () => {
    const text =
      '# HELP a_total Says é.\n# TYPE a_total counter\na_total{x="é\\"}{,",y="2"} 17\n\n' +
      'a_total 1.5e+09 1700000000\nb{} NaN\n# a remark\n{"c.d",e="f"} -3\n';
    const whole = read(text);
    expect(whole.samples).to.have.length(4);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80 }), (size) => {
        expect(read(text, size)).to.deep.equal(whole);
      }),
    );
  });

  const values: [text: string, value: number][] = [
    ['0', 0],
    ['-0', -0],
    ['42', 42],
    ['-42', -42],
    ['123456789012345', 123456789012345],
    ['1000000000000000000', 1e18],
    ['1.700000001e+09', 1700000001],
    ['.5', 0.5],
    ['5.', 5],
    ['+7', 7],
    ['+Inf', Number.POSITIVE_INFINITY],
    ['-Inf', Number.NEGATIVE_INFINITY],
    ['NaN', Number.NaN],
    ['7 1700000000', 7],
    ['7 # {trace_id="x"} 1', 7],
  ];
  for (const [text, value] of values) {
    it(`reads the value ${text}`, () => {
      expect(read(`a ${text}\n`).samples[0]?.value).to.deep.equal(value);
    });
  }

  const same: [a: string, b: string][] = [
    ['a{x="1",y="2"}', 'a{y="2",x="1"}'],
    ['a{x="1"}', 'a{x="1",y=""}'],
    ['a', 'a{}'],
    ['a{x="1",}', 'a{x="1"}'],
    ['a{x="1"}', '{"a",x="1"}'],
    ['a{x="1"}', 'a{"x"="1"}'],
    ['a', 'a{x=""}'],
  ];
  const different: [a: string, b: string][] = [
    ['a', 'b'],
    ['a{x="1"}', 'a{x="2"}'],
    ['a{x="1"}', 'a{y="1"}'],
    ['a{x="1",y="2"}', 'a{x="2",y="1"}'],
    ['a{x="x",y="y"}', 'a{x="y",y="x"}'],
    ['a{x="1",y="1"}', 'a{x="1"}'],
    ['a{x="1y"}', 'a{x1="y"}'],
    ['a{x="\\n"}', 'a{x="\\\\n"}'],
  ];
  const hashOf = (series: string): string | undefined => read(`${series} 1\n`).samples[0]?.hash;
  for (const [a, b] of same) {
    it(`takes ${a} and ${b} for the same series`, () => {
      expect(hashOf(a)).to.equal(hashOf(b));
    });
  }
  for (const [a, b] of different) {
    it(`takes ${a} and ${b} for different series`, () => {
      expect(hashOf(a)).not.to.equal(hashOf(b));
    });
  }

  it('hashes a hundred thousand series to as many values in each half', () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => `a{i="${i}",j="${i % 7}"} 1\n`);
    const { samples } = read(lines.join(''));
    expect(new Set(samples.map(({ hash }) => hash)).size).to.equal(100_000);
    for (const half of [0, 1]) {
      const halves = new Set(samples.map(({ hash }) => hash.split(' ')[half]));
      // Of 32 bits, one or two of so many are the same by chance.
      expect(halves.size).to.be.above(99_980);
    }
  });

  const families: [text: string, families: string[], heads: string[]][] = [
    ['# TYPE a counter\na_total 1\n', ['a_total'], ['a_total counter']],
    ['# TYPE a info\na_info{x="1"} 1\n', ['a_info'], ['a_info info']],
    ['# TYPE a counter\na 1\n', ['a'], ['a counter']],
    ['# TYPE a_total counter\na_total 1\n', ['a_total'], ['a_total counter']],
    [
      '# TYPE a histogram\na_bucket{le="1"} 1\na_sum 1\na_count 1\n',
      ['a', 'a', 'a'],
      ['a histogram'],
    ],
    ['# TYPE a summary\na{quantile="1"} 1\na_sum 1\na_count 1\n', ['a', 'a', 'a'], ['a summary']],
    ['# TYPE a gauge\na_count 1\n', ['a_count'], ['a gauge', 'a_count undefined']],
    ['# TYPE a gauge\n# TYPE b gauge\nb 1\n', ['b'], ['a gauge', 'b gauge']],
    ['a 1\nb 1\n', ['a', 'b'], ['a undefined', 'b undefined']],
    ['# TYPE a gauge\n', [], ['a gauge']],
    ['# TYPE a gauge\na 1\nb 1\na 2\n', ['a', 'b', 'a'], ['a gauge', 'b undefined']],
  ];
  for (const [text, ofSamples, ofHeads] of families) {
    it(`finds the families of ${JSON.stringify(text)}`, () => {
      const { heads, samples } = read(text);
      expect(samples.map(({ family }) => family)).to.deep.equal(ofSamples);
      expect(heads.map(({ name, type }) => `${name} ${type}`)).to.deep.equal(ofHeads);
    });
  }

  it('reads names in quotes that begin with a digit, and blanks before the labels', () => {
    const { samples } = read('{"0.a",x="1"} 1\nb {x="1"} 2\nb{x="1"} 2\nc \t{} 3\n');
    expect(samples.map(({ family, value }) => [family, value])).to.deep.equal([
      ['0.a', 1],
      ['b', 2],
      ['b', 2],
      ['c', 3],
    ]);
    expect(samples[1]?.hash).to.equal(samples[2]?.hash);
  });

  it('takes the last line of OpenMetrics also where its end is missing', () => {
    for (const size of [1_000, 1]) {
      const { samples } = read('# TYPE a counter\na_total 1\n# EOF', size);
      expect(samples.map(({ family }) => family)).to.deep.equal(['a_total']);
    }
  });

  const wrong: [text: string, message: string][] = [
    ['a 1', 'line 1: expected the end of the line, got the end of the exposition'],
    ['a 1\r\n', 'line 1: expected a number, got "1\\r"'],
    ['a 1\n# EO', 'line 2: expected the end of the line, got the end of the exposition'],
    ['a 1\nb\n', 'line 2: expected a value behind a space, got the end of the line'],
    ['a x\n', 'line 1: expected a number, got "x"'],
    ['a 1x\n', 'line 1: expected a number, got "1x"'],
    ['a 0x10\n', 'line 1: expected a number, got "0x10"'],
    ['a \n', 'line 1: expected a number, got ""'],
    ['1a 1\n', 'line 1: expected the name of a metric, got "1a 1"'],
    ['<html>\n', 'line 1: expected the name of a metric, got "<html>"'],
    ['{"status":"error"}\n', 'line 1: expected a label and its value, got ":\\"error\\"}"'],
    ['{x="1"} 1\n', 'line 1: expected the name of a metric, got "{x=\\"1\\"} 1"'],
    ['a{x="1" 1\n', 'line 1: expected a label and its value, got "1"'],
    ['a{x="1\n', 'line 1: expected a closing quote, got the end of the line'],
    ['a{x=1} 1\n', 'line 1: expected a value in quotes, got "1} 1"'],
    ['a{x="1"\n', 'line 1: expected "}" behind the labels, got the end of the line'],
    ['a{="1"} 1\n', 'line 1: expected a label and its value, got "=\\"1\\"} 1"'],
    ['# EOF\na 1\n', 'line 2: expected nothing behind # EOF, got "a 1"'],
    [
      `${'a'.repeat(5_000_000)} 1\n`,
      'line 1: expected a line of at most 4194304 bytes, got a longer one',
    ],
  ];
  for (const [text, message] of wrong) {
    it(`refuses ${JSON.stringify(text.slice(0, 30))}`, () => {
      for (const size of [1_000_000, 3]) {
        if (text.length > 1_000 && size === 3) continue;
        expect(() => read(text, size)).to.throw(ExpositionProblem, message);
      }
    });
  }
});
