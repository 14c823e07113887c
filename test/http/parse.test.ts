// The strict reader that the fuzzed tables are held against refuses what the format does not allow.
import { expect } from 'chai';
import { parseExposition } from './parse.ts';

const causeOf = (text: string): string => {
  try {
    parseExposition(text);
  } catch (error) {
    const { message, cause } = error as Error;
    return cause instanceof Error ? cause.message : message;
  }
  return 'nothing';
};

describe('the strict reader of expositions', () => {
  it('reads headers, labels with escapes, and numbers', () => {
    const text =
      '# HELP a Says a.\n# TYPE a gauge\na{b="\\\\ \\" \\n }",c=""} 1.5e+09\na -Inf\n\nb NaN\n';
    const [a, b] = parseExposition(text);
    expect(a?.help).to.equal('Says a.');
    expect(a?.type).to.equal('gauge');
    expect(a?.samples.map(({ value }) => value)).to.deep.equal([1.5e9, Number.NEGATIVE_INFINITY]);
    expect([...(a?.samples[0]?.labels ?? [])]).to.deep.equal([
      ['b', '\\ " \n }'],
      ['c', ''],
    ]);
    expect(b?.samples[0]?.value).to.be.NaN;
  });

  // biome-ignore format: one row per mistake
  const mistakes: readonly [what: string, text: string, says: string][] = [
    ['a last line without an end', 'a 1', 'the last line has no end'],
    ['a comment of another kind', '# EOF\n', 'expected HELP or TYPE'],
    ['a type that is none', '# TYPE a info\n', 'expected a type, got info'],
    ['a type that comes twice', '# TYPE a gauge\n# TYPE a gauge\n', 'TYPE comes late'],
    ['a help behind its samples', 'a 1\n# HELP a Says.\n', 'HELP comes late'],
    ['a family in two places', 'a 1\nb 1\na{x=""} 1\n', 'the family a stands in two places'],
    ['a name that is none', '1a 1\n', 'expected the name of a metric at 0'],
    ['a label name that is none', 'a{b-c="1"} 1\n', 'expected =" at 3'],
    ['a label that comes twice', 'a{b="1",b="2"} 1\n', 'the label b comes twice'],
    ['labels without a comma', 'a{b="1"c="2"} 1\n', 'expected } at 7'],
    ['a raw line feed in a value', 'a{b="1\n2"} 1\n', 'expected a quote, got the end of the line'],
    ['an unknown escape', 'a{b="\\t"} 1\n', 'expected \\\\, \\" or \\n at 5'],
    ['no number', 'a{b="1"} x\n', 'expected a number at 9'],
    ['a number with a tail', 'a 1x\n', 'expected a number at 2'],
    ['a series that comes twice', 'a{b="1",c="2"} 1\na{c="2",b="1"} 2\n', 'the series comes twice'],
  ];
  for (const [what, text, says] of mistakes) {
    it(`refuses ${what}`, () => expect(causeOf(text)).to.equal(says));
  }
});
