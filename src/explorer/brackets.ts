// bracketProblem says where brackets or quotes of an expression of PromQL do not close each other.

/** Where an expression goes wrong, and what would stand there. */
export interface ExpressionProblem {
  /** An offset; the length of the expression where it ends too early. */
  readonly at: number;
  readonly expected: string;
  /** What to do, where the mistake does not tell. */
  readonly hint?: string;
}

/** Strings, which may span lines only in backticks, and comments. */
export const opaque = String.raw`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|${'`[^`]*`'}|#[^\n]*`;
const tokens = new RegExp(`${opaque}|["'\`()[\\]{}]`, 'g');

const closings: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Undefined where all are closed, as in every PromQL, MetricsQL and LogQL. */
export function bracketProblem(expression: string): ExpressionProblem | undefined {
  const open: string[] = [];
  for (const { 0: token, index: at } of expression.matchAll(tokens)) {
    if (/^["'`]$/.test(token)) return { at, expected: 'a closing quote' };
    const closing = closings[token];
    if (closing !== undefined) open.push(closing);
    if (!/^[)\]}]$/.test(token)) continue;
    const wanted = open.pop();
    if (wanted !== token)
      return { at, expected: wanted ? `"${wanted}"` : 'an operator or the end' };
  }
  const wanted = open.pop();
  return wanted === undefined ? undefined : { at: expression.length, expected: `"${wanted}"` };
}

/** `$name`, `${name:format}` and `[[name]]` of Grafana. */
const variables = /\$\w+|\$\{[^{}]*\}|\[\[\w+(?::\w+)?\]\]/g;

/** Whether a bracket or quote is open, whatever Grafana's variables in the expression are. */
export const isOpen = (expression: string): boolean =>
  bracketProblem(expression) !== undefined &&
  bracketProblem(expression.replace(variables, '')) !== undefined;
