// compilePattern compiles a regular expression of `matches`, in RE2, which does not backtrack.
import { RE2JS } from 're2js';
import { memoize } from '../../lib/lru.ts';

/** Compiled expressions that are kept, and the characters of one. */
const patternsMax = 64;
const patternCharsMax = 500;

/** Throws an Error that says what is wrong with it. */
export const compilePattern: (pattern: string) => RE2JS = memoize(patternsMax, (pattern) => {
  if (pattern.length > patternCharsMax) {
    throw new Error(`expected a pattern of at most ${patternCharsMax} characters`);
  }
  return RE2JS.compile(pattern);
});
