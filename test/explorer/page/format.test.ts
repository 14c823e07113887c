// Numbers, sizes, ages and shares as the page writes them; the exposition as it reads it.
import { expect } from 'chai';
import { samplesOf, sharedLabels } from '../../../explorer/logic/exposition.ts';
import { age, finerSizeText, rate } from '../../../explorer/logic/format.ts';
import { Refusal, resultOf } from '../../../explorer/logic/ndjson.ts';

describe('what the page writes', () => {
  for (const [got, expected] of [
    [finerSizeText(0), '0 B'],
    [finerSizeText(900), '900 B'],
    [finerSizeText(23.2e6), '22.13 MiB'],
    [finerSizeText(1024 ** 3), '1.00 GiB'],
    [age(0.4), '0 s'],
    [age(119), '119 s'],
    [age(120), '2 min'],
    [age(7_200), '2 h'],
    [age(200_000), '2 days'],
    [rate(0), '0'],
    [rate(0.123), '0.12'],
    [rate(9.999), '10'],
    [rate(1_234.5), '1,235'],
  ] as const) {
    it(`is ${expected}`, () => expect(got).to.equal(expected));
  }
});

describe('lines of the exposition', () => {
  it('become labels and values, with what is escaped', () => {
    const text =
      '# HELP a b\na{x="1",y="q\\"\\\\\\n,}"} 1.5e+09\nb 0\nc{} NaN\nd{z=""} 1 1700000000000\n';
    expect(samplesOf(text)).to.deep.equal([
      {
        labels: [
          ['x', '1'],
          ['y', 'q"\\\n,}'],
        ],
        value: '1.5e+09',
      },
      { labels: [], value: '0' },
      { labels: [], value: 'NaN' },
      { labels: [['z', '']], value: '1 1700000000000' },
    ]);
  });

  it('have labels that all of them share', () => {
    const samples = samplesOf('a{n="s",p="1"} 1\na{n="s",p="2"} 0\na{n="s",q="1"} 0\n');
    expect(sharedLabels(samples)).to.deep.equal([['n', 's']]);
    expect(sharedLabels(samples.slice(0, 1))).to.have.length(2);
    expect(sharedLabels([])).to.deep.equal([]);
  });
});

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
}

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a slow answer', () => {
  it('tells its progress and then its result, however the bytes are cut', async () => {
    const parts: number[] = [];
    const stream = chunks('{"progress":0.', '5}\n{"progress":1}\n{"res', 'ult":{"é":1}}\n');
    expect(await resultOf(stream, (part) => parts.push(part))).to.deep.equal({ é: 1 });
    expect(parts).to.deep.equal([0.5, 1]);
  });

  it('fails with the sentence of the server, or with its own where it just ends', async () => {
    const refused = await failureOf(resultOf(chunks('{"error":"No."}\n'), () => undefined));
    expect(refused).to.be.instanceOf(Refusal).with.property('message', 'No.');
    const ended = await failureOf(resultOf(chunks('{"progress":0}\n'), () => undefined));
    expect(ended).to.be.instanceOf(Refusal);
  });
});
