// metricNamesIn finds the metric names of a PromQL expression, also where Grafana's variables are.

/** A matcher of `__name__`; with `=~` and `!~` the value is an RE2 expression. */
export interface NameMatcher {
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** A selector without one fixed name: it reads what all its matchers let through. */
export type NameSelector = readonly NameMatcher[];

export interface MetricNames {
  /** Names that are written out; functions, labels and keywords may be among them. */
  readonly names: ReadonlySet<string>;
  readonly selectors: readonly NameSelector[];
  /** Variables that stand for a whole name, as in `$metric{…}`, without their `$`. */
  readonly variables: ReadonlySet<string>;
}

/** `$name`, `${name}`, `${name:format}`, `${name.path}`, `[[name]]` and `[[name:format]]`. */
const variable = String.raw`\$\w+|\$\{[^{}]*\}|\[\[\w+(?::\w+)?\]\]`;
const variables = new RegExp(variable, 'g');

/** Strings, which may span lines only in backticks; the last group is empty where one is open. */
const strings: Readonly<Record<string, string>> = {
  '"': String.raw`"(?:[^"\\\n]|\\.)*("?)`,
  "'": String.raw`'(?:[^'\\\n]|\\.)*('?)`,
  '`': '`[^`]*(`?)',
};
const commentToken = String.raw`#[^\n]*`;
const otherTokens = String.raw`(?:[\w:]|${variable})+|=~|!~|!=|\S`;

/**
 * The tokens of an expression. Of a string that is not closed the quote is a token, and the quotes
 * of its kind in what is behind it are: they were escaped in it, so none of them is closed either.
 */
function* tokensIn(expression: string, quotes: readonly string[]): Generator<string> {
  const quoted = quotes.map((quote) => strings[quote]);
  const tokens = new RegExp([commentToken, ...quoted, otherTokens].join('|'), 'g');
  for (const [token, ...closing] of expression.matchAll(tokens)) {
    const [quote = ''] = token;
    if (!closing.includes('')) yield token;
    else {
      yield quote;
      const others = quotes.filter((one) => one !== quote);
      yield* tokensIn(token.slice(1), others);
    }
  }
}

/** In the parentheses behind these are labels. */
const grouping = /^(?:by|without|on|ignoring|group_left|group_right)$/i;

const operator = /^(?:and|or|unless|atan2|bool)$/i;

/** Grafana's `metrics(…)`: all names that the expression matches somewhere. */
const metricsFunction = /^\s*metrics\((.*)\)\s*$/s;
const everyName = /^\s*label_values\(\s*__name__\s*\)\s*$/;

/** The names in an expression, or in the query of a Grafana variable; never throws. */
export function metricNamesIn(expression: string): MetricNames {
  const scan = new Scan();
  const [, pattern] = metricsFunction.exec(expression) ?? [];
  if (pattern !== undefined) {
    scan.selectors.push([{ op: '=~', value: `.*(?:${withoutVariables(pattern).text}).*` }]);
  } else if (everyName.test(expression)) {
    scan.selectors.push([]);
  } else {
    for (const token of tokensIn(expression, Object.keys(strings))) {
      if (!token.startsWith('#')) scan.token(token);
    }
    scan.end();
  }
  return scan;
}

/** What a token means for those behind it: where labels are, no name can stand. */
type Place =
  | { readonly in: 'expression' }
  | { readonly in: 'labels'; depth: number }
  | { readonly in: 'range' }
  | { readonly in: 'selector'; readonly named: boolean };

const expressionPlace: Place = { in: 'expression' };

class Scan implements MetricNames {
  readonly names = new Set<string>();
  readonly selectors: NameSelector[] = [];
  readonly variables = new Set<string>();
  #place: Place = expressionPlace;
  /** A word whose meaning the next token tells. */
  #word: string | undefined;
  /** What is read of the matcher, and of the selector, so far. */
  #matcher: string[] = [];
  #matchers: NameMatcher[] = [];
  #quotedName: string | undefined;
  /** PromQL has no pipe; a stream of logs has no name. */
  #isLogQl = false;

  token(token: string): void {
    const place = this.#place;
    if (place.in === 'selector') this.#inSelector(token, place.named);
    else if (place.in === 'labels') this.#inLabels(token, place);
    else if (place.in === 'range') this.#place = token === ']' ? expressionPlace : place;
    else this.#inExpression(token);
  }

  /** To be called behind the last token. */
  end(): void {
    this.#name(this.#word);
    this.#word = undefined;
    if (this.#isLogQl) this.selectors.length = 0;
  }

  #inExpression(token: string): void {
    const word = this.#word;
    this.#word = undefined;
    if (token === '(') {
      if (grouping.test(word ?? '')) this.#place = { in: 'labels', depth: 1 };
      return;
    }
    // An aggregation, whose labels come first: no name stands before such a word.
    if (grouping.test(token) && isName(word)) {
      this.#word = token;
      return;
    }
    const opens = token === '{' || token === '[';
    if (opens && word !== undefined && isVariable(word)) this.variables.add(nameOf(word));
    else this.#name(word);
    if (token === '|') this.#isLogQl = true;
    if (token === '{') this.#place = { in: 'selector', named: isName(word) };
    else if (token === '[') this.#place = { in: 'range' };
    else if (isWord(token)) this.#word = token;
  }

  #inLabels(token: string, place: { depth: number }): void {
    if (token === '(') place.depth++;
    if (token === ')') place.depth--;
    if (place.depth === 0) this.#place = expressionPlace;
  }

  #inSelector(token: string, named: boolean): void {
    const isOr = /^or$/i.test(token) && this.#matcher.length === 0 && this.#matchers.length > 0;
    if (token !== ',' && token !== '}' && !isOr) {
      this.#matcher.push(token);
      // MetricsQL joins whole lists of matchers by `or`, without a comma before it.
      if (this.#matcher.length === 3) this.#closeMatcher();
      return;
    }
    this.#closeMatcher();
    if (token === ',') return;
    if (!named) this.#closeSelector();
    this.#matchers = [];
    this.#quotedName = undefined;
    if (token === '}') this.#place = expressionPlace;
  }

  #closeMatcher(): void {
    const [left = '', op, value] = this.#matcher;
    this.#matcher = [];
    if (op === undefined && isQuoted(left)) this.#quotedName = stringOf(left);
    if (value === undefined || !isOperator(op)) return;
    const isName = (isQuoted(left) ? stringOf(left) : left) === '__name__';
    this.#matchers.push(isName ? nameMatcher(op, value) : otherLabel);
  }

  #closeSelector(): void {
    if (this.#quotedName !== undefined) {
      this.names.add(this.#quotedName);
      return;
    }
    this.selectors.push(this.#matchers.filter((matcher) => matcher !== otherLabel));
  }

  /** A word in the place of a name; `kube_${kind}_info` stands for several. */
  #name(word: string | undefined): void {
    if (word === undefined || isVariable(word)) return;
    const { text, found } = withoutVariables(word);
    if (found) this.selectors.push([{ op: '=~', value: text }]);
    else this.names.add(word);
  }
}

/** Stands for matchers of other labels, which do not tell the name. */
const otherLabel: NameMatcher = { op: '=~', value: '.*' };

const isOperator = (text: string | undefined): text is NameMatcher['op'] =>
  text === '=' || text === '!=' || text === '=~' || text === '!~';

function nameMatcher(op: NameMatcher['op'], token: string): NameMatcher {
  const value = isQuoted(token) ? stringOf(token) : token;
  if (op === '=~' || op === '=') {
    const { text, found } = withoutVariables(value);
    return found ? { op: '=~', value: op === '=' ? escaped(value) : text } : { op, value };
  }
  // What a variable excludes is not known here.
  return withoutVariables(value).found ? otherLabel : { op, value };
}

function withoutVariables(value: string): { text: string; found: boolean } {
  const text = value.replace(variables, '.*');
  return { text, found: text !== value };
}

/** The value as an expression in which only variables are more than themselves. */
const escaped = (value: string): string =>
  value
    .split(variables)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*');

const isWord = (token: string): boolean => /^(?:[A-Za-z_:]|\$.|\[\[)/.test(token);
const isName = (word: string | undefined): boolean => word !== undefined && !operator.test(word);
const isVariable = (word: string): boolean => word.replace(variables, '') === '';
const nameOf = (word: string): string => /\w+/.exec(word)?.[0] ?? word;
const isQuoted = (token: string): boolean => token.length > 1 && /^["'`]/.test(token);

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** What a string means; of Go's escapes, those that can stand in a name or an expression. */
function stringOf(literal: string): string {
  const inner = literal.slice(1, -1);
  if (literal.startsWith('`')) return inner;
  return inner.replace(/\\(.)/gs, (_, char: string) => escapes[char] ?? char);
}
