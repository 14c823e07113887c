// Matches the expressions of --metric-allowlist, --metric-denylist and --metric-opt-in-list.

import { runInNewContext } from 'node:vm';
import { systemThread, type Thread } from '../../lib/clock.ts';
import { ConfigError } from '../../lib/errors.ts';
import { shortened } from '../../lib/shortened.ts';
import { ExpressionProblem } from './problem.ts';

/** Limit of an expression; all family names joined by | take a third of it. */
const expressionCharsMax = 50_000;
/** Limit of CPU time for all names: they take microseconds, unless the expression backtracks. */
const matchMsMax = 500;
/** V8 stops by the clock: where other processes took the time, it is tried again with more. */
const triesMax = 5;
/** Characters of an expression that an error quotes. */
const shownCharsMax = 200;

/** Whether an expression matches anywhere in the name. */
type Matcher = (name: string) => boolean;

/** A syntax of expressions; `compile` throws if an expression is invalid. */
export interface Dialect {
  readonly name: string;
  compile(expression: string): Matcher;
}

/** The dialect of --metric-allowlist and --metric-denylist. */
export async function regexp2(): Promise<Dialect> {
  const { translateRegexp2 } = await import('./regexp2.ts');
  return {
    name: 'regexp2',
    compile(expression) {
      const compiled = new RegExp(translateRegexp2(expression), 'u');
      return (name) => compiled.test(name);
    },
  };
}

/** The dialect of --metric-opt-in-list. */
export async function re2(): Promise<Dialect> {
  const { RE2JS } = await import('re2js');
  return {
    name: 'RE2',
    compile(expression) {
      const compiled = RE2JS.compile(expression);
      return (name) => compiled.test(name);
    },
  };
}

/** How long all names may take, by the CPU time of the thread. */
export interface MatchLimit {
  readonly msMax: number;
  readonly thread: Pick<Thread, 'cpuMs'>;
}

export interface Matched {
  /** The names that an expression matches. */
  readonly names: ReadonlySet<string>;
  /** The expressions that match no name. */
  readonly idle: readonly string[];
}

/** Matches the expressions of `flag` with the names; throws ConfigError if one is invalid. */
export function match(
  flag: string,
  { name: dialect, compile }: Dialect,
  expressions: readonly string[],
  names: readonly string[],
  limit: MatchLimit = { msMax: matchMsMax, thread: systemThread },
): Matched {
  const byExpression = expressions.map((expression) => {
    try {
      if (expression.length > expressionCharsMax) throw tooLong(expression);
      return { expression, names: matchingInTime(compile, expression, names, limit) };
    } catch (error) {
      const got = `"${shown(expression)}": ${reasonOf(error, dialect)}`;
      throw new ConfigError({ flag, expected: 'regular expressions', got });
    }
  });
  return {
    names: new Set(byExpression.flatMap((one) => one.names)),
    idle: byExpression.filter((one) => one.names.length === 0).map((one) => one.expression),
  };
}

/** Runs in a VM context, because only V8 itself can stop a regular expression. */
function matchingInTime(
  compile: Dialect['compile'],
  expression: string,
  names: readonly string[],
  { msMax, thread }: MatchLimit,
): string[] {
  const matching = (): string[] => names.filter(compile(expression));
  for (let tries = 1; ; tries++) {
    const startMs = thread.cpuMs();
    try {
      return runInNewContext('matching()', { matching }, { timeout: msMax * 2 ** (tries - 1) });
    } catch (error) {
      const usedMs = thread.cpuMs() - startMs;
      if (!isTimeout(error) || usedMs >= msMax / 2 || tries === triesMax) throw error;
    }
  }
}

const isTimeout = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

const tooLong = ({ length }: string): ExpressionProblem =>
  new ExpressionProblem(`it has ${length} characters, of at most ${expressionCharsMax}`);

const shown = (expression: string): string => shortened(expression, shownCharsMax);

function reasonOf(error: unknown, dialect: string): string {
  // The error comes from the VM context, so it is no instance of this context's Error.
  const { message } = error as Error;
  if (isTimeout(error)) {
    return (
      `it takes longer than ${matchMsMax} ms to match, for it can match a name in too many ways; ` +
      'write it without a repetition inside of a repetition'
    );
  }
  if (!(error instanceof ExpressionProblem)) return wordsOfEngine(message, dialect);
  const { position } = error;
  return position === undefined ? message : `${message}, at character ${position} (${dialect})`;
}

/** The engine's message without the expression, which the error quotes already. */
function wordsOfEngine(message: string, dialect: string): string {
  const words = message
    .replace(/^error parsing regexp: /, '')
    .replace(/^Invalid regular expression: [\s\S]*: /, '');
  return `${words} (${dialect})`;
}
