// promqlProblem says where an expression of a Prometheus rule stops being PromQL.

import { parser } from '@prometheus-io/lezer-promql';
import { ConfigError } from '../lib/errors.ts';
import { shortened } from '../lib/shortened.ts';
import { bracketProblem, type ExpressionProblem, opaque } from './brackets.ts';

/**
 * Tokens before a mistake that is believed: the parser also stops where there are too many binary
 * operators, as each is inside the one before it. The shortest such text, `a or a or …`, has 700.
 */
const tokensMax = 500;

/** Characters of an expression that a sentence shows on each side of a mistake. */
const shownMax = 40;

export interface RuleExpression {
  readonly expression: string;
  /** File and line, rule and group. */
  place(): string;
}

/** The refusal of a rule whose expression is no PromQL; undefined where it is. */
export function brokenRule({ expression, place }: RuleExpression): ConfigError | undefined {
  const problem = promqlProblem(expression);
  if (problem === undefined) return undefined;
  const { at, expected } = problem;
  return new ConfigError({
    place: place(),
    expected,
    got: gotAt(at, expression),
    hint: problem.hint,
  });
}

function gotAt(at: number, expression: string): string {
  const before = oneLine(expression.slice(0, at));
  const rest = oneLine(expression.slice(at));
  const start = before.length > shownMax ? `…${before.slice(-shownMax).toWellFormed()}` : before;
  const got = shortened(rest, shownMax);
  if (rest === '') return before === '' ? 'nothing' : `the end of ${quoted(start)}`;
  return before === '' ? quoted(got) : `${quoted(got)} behind ${quoted(start)}`;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** In the quotes that the text does not have, if there are such. */
function quoted(text: string): string {
  const quote = ['"', "'", '`'].find((one) => !text.includes(one)) ?? '"';
  return `${quote}${text}${quote}`;
}

const strict = parser.configure({ strict: true });

/**
 * Undefined where the text is PromQL, or LogQL, whose rules have the same form. Functions that
 * came after the parser are let through, as are durations that are calculated.
 */
export function promqlProblem(expression: string): ExpressionProblem | undefined {
  if (isLogQl(expression)) return undefined;
  const open = bracketProblem(expression);
  if (open !== undefined) return open;
  const at = mistakeIn(expression);
  if (at === undefined || mistakeIn(withoutNews(expression)) === undefined) return undefined;
  const hint = 'rules of MetricsQL are read from a VMRule';
  return at < expression.length ? { at, expected: 'PromQL', hint } : { at, expected: 'PromQL' };
}

/** Where the parser stops; undefined where it does not, or not for a mistake. */
function mistakeIn(expression: string): number | undefined {
  const parse = strict.startParse(expression);
  try {
    while (parse.advance() === null);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const before = expression.slice(0, parse.parsedPos).match(anyToken)?.length ?? 0;
    return before > tokensMax ? undefined : parse.parsedPos;
  }
}

const anyToken = new RegExp(`${opaque}|[\\w:.]+|\\S`, 'g');

/** What stands before parentheses and is neither a function nor an aggregation. */
const keywords = new RegExp(
  '^(?:and|or|unless|atan2|bool|by|without|on|ignoring|group_(?:left|right)|offset|' +
    'fill(?:_(?:left|right))?|start|end)$',
  'i',
);

const ranges = String.raw`\[[^\]"'#]*\([^\]"'#]*\]`;
const offsets = String.raw`\boffset\s+[-+]?\s*\w+\s*\([^()]*(?:\([^()]*\)[^()]*)*\)`;
const news = new RegExp(
  `${opaque}|${ranges}|${offsets}|\\d\\.(?![\\d.])|[A-Za-z_:][\\w:]*|\\S`,
  'gi',
);

/** The expression with what the parser may not know replaced by what it knows. */
const withoutNews = (expression: string): string =>
  expression.replace(news, (token, at: number) => {
    if (/^\d\.$/.test(token)) return token.slice(0, 1);
    if (/^\[./.test(token)) return '[5m]';
    if (/^offset\s/i.test(token)) return 'offset 5m';
    if (!/^[A-Za-z_]/.test(token)) return token;
    const behind = expression.slice(at + token.length);
    // The one keyword that Prometheus also takes for the name of a metric, and the parser does not.
    if (/^offset$/i.test(token) && /^\s*[{[]/.test(behind)) return 'x';
    return called.test(behind) && !keywords.test(token) ? 'sum' : token;
  });

/** Behind the name of a function or an aggregation. */
const called = /^\s*(?:\(|(?:by|without)\s*\()/i;

/** A stream in a pipe, or with a filter of lines: PromQL has neither. */
const isLogQl = (expression: string): boolean =>
  /(?:^|[^\w:\s])\s*\{[^{}]*\}\s*(?:\||![=~]\s*"")/.test(
    expression.replace(new RegExp(opaque, 'g'), '""'),
  );
