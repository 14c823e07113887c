// CEL's own conformance tests, as far as they need no protobuf and no variables but self.
import { getConformanceSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import { expect } from 'chai';
import { compile } from '../../src/custom/cel/program.ts';
import { CelError } from '../../src/custom/cel.ts';
import { systemClock } from '../../src/lib/clock.ts';

type Suite = ReturnType<typeof getConformanceSuite>;
type Test = Suite['tests'][number]['original'];
type Value = Extract<Test['resultMatcher'], { case: 'value' }>['value'];

/** The parts of the language that kubestate has; the others are protobuf and extensions. */
const parts = new Set([
  ...['basic', 'comparisons', 'conversions', 'fields', 'fp_math', 'integer_math', 'lists'],
  ...['logic', 'macros', 'parse', 'plumbing', 'string', 'string_ext', 'timestamps'],
]);

/** What differs, by its expression or by our message. */
const meant: readonly RegExp[] = [
  // Found when an expression is compiled, where the suite is about what is not checked before.
  /there is no (?:variable|function)/,
  /expected a bool, got (?:int|string)/,
  // The library reads no names in backticks.
  /\.`/,
  // The library finds no fault with two keys that are equal.
  /^\{0: 1, 0u: 2\}/,
];

const failed = Symbol('an error');

function plain({ kind }: Value): unknown {
  switch (kind.case) {
    case 'int64Value':
    case 'uint64Value':
      return Number.isSafeInteger(Number(kind.value)) ? Number(kind.value) : kind.value;
    case 'bytesValue':
      return Buffer.from(kind.value).toString('base64');
    case 'listValue':
      return kind.value.values.map(plain);
    case 'mapValue':
      return Object.fromEntries(
        kind.value.entries.map(({ key, value }) => [
          String(key && plain(key)),
          value && plain(value),
        ]),
      );
    case 'nullValue':
      return null;
    default:
      return kind.value;
  }
}

const testsOf = ({ suites, tests }: Suite): Test[] => [
  ...tests.map(({ original }) => original),
  ...suites.flatMap(testsOf),
];

const expectedOf = ({ resultMatcher }: Test): unknown => {
  if (resultMatcher.case === 'value') return plain(resultMatcher.value);
  return resultMatcher.case === undefined ? true : failed;
};

const isOurs = ({ expr, bindings, checkOnly, resultMatcher }: Test): boolean =>
  !checkOnly &&
  Object.keys(bindings).length === 0 &&
  !/google\.protobuf|TestAllTypes/.test(expr) &&
  [undefined, 'value', 'evalError'].includes(resultMatcher.case);

describe("CEL's conformance tests", () => {
  const suites = getConformanceSuite().suites.filter(({ name }) => parts.has(name));
  for (const suite of suites) {
    it(`pass: ${suite.name}`, () => {
      for (const test of testsOf(suite).filter(isOurs)) {
        const { expr } = test;
        let got: unknown;
        let message = '';
        try {
          got = compile(expr, { clock: systemClock }).evaluate({});
        } catch (error) {
          if (!(error instanceof CelError)) throw error;
          got = failed;
          ({ message } = error);
        }
        if (meant.some((one) => one.test(expr) || one.test(message))) continue;
        expect(got, `${expr}: ${message}`).to.deep.equal(expectedOf(test));
      }
    });
  }

  it('are more than a thousand', () => {
    expect(suites.flatMap(testsOf).filter(isOurs)).to.have.length.above(1_200);
  });
});
