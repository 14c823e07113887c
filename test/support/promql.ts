// Reads PromQL: which series an expression selects, and which of their labels it relies on.
import { parser } from '@prometheus-io/lezer-promql';

export interface Matcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** One vector selector of an expression, with what the expression around it needs of it. */
export interface Selector {
  /** Undefined where the name is matched by an expression, or not at all. */
  readonly metric: string | undefined;
  /** In the order of the text, without one that only names the metric. */
  readonly matchers: readonly Matcher[];
  /**
   * The labels by which the expression groups, joins or ignores these series, sorted; what
   * `label_replace` makes, or another side's `group_left` brings, is not among them.
   */
  readonly labels: readonly string[];
}

/**
 * The selectors of a PromQL expression in the order of its text, matrices and subqueries included.
 * Throws with the place where the text is no PromQL; Grafana's variables may stand in strings only.
 */
export function selectorsOf(expression: string): Selector[] {
  const tree = parser.parse(expression);
  tree.iterate({
    enter: ({ type, from }) => {
      if (!type.isError) return;
      throw new Error(`expected PromQL, got "${expression.slice(from)}" in: ${expression}`);
    },
  });
  const found: Selector[] = [];
  const reading = { text: (node: Node) => expression.slice(node.from, node.to), found };
  visit(tree.topNode, new Set(), reading);
  return found;
}

/** Whether a label of this value is matched; an absent label has the value ''. */
export function matches({ op, value }: Matcher, label: string): boolean {
  if (op === '=') return label === value;
  if (op === '!=') return label !== value;
  return new RegExp(`^(?:${value})$`, 's').test(label) === (op === '=~');
}

export type Node = ReturnType<typeof parser.parse>['topNode'];

interface Reading {
  readonly text: (node: Node) => string;
  readonly found: Selector[];
}

type Labels = ReadonlySet<string>;

/** Aggregations that give some of the series they take, as they are. */
const CHOOSING: ReadonlySet<string> = new Set(['Topk', 'Bottomk', 'LimitK', 'LimitRatio']);

/** Goes down with the labels that what stands above needs of `node`'s series. */
function visit(node: Node, needed: Labels, reading: Reading): void {
  if (node.name === 'VectorSelector') {
    reading.found.push(selectorAt(node, needed, reading));
  } else if (node.name === 'BinaryExpr') {
    visitBinary(node, needed, reading);
  } else {
    const passed = passedOn(node, needed, reading);
    for (const child of childrenOf(node)) visit(child, passed, reading);
  }
}

/** What is needed of the series that an expression takes, where `needed` is of those it gives. */
function passedOn(node: Node, needed: Labels, reading: Reading): Labels {
  if (node.name === 'AggregateExpr') return ofAggregate(node, needed, reading);
  if (node.name === 'FunctionCall') return ofFunction(node, needed, reading);
  return needed;
}

function selectorAt(node: Node, needed: Labels, { text }: Reading): Selector {
  const name = node.getChild('Identifier');
  let metric = name ? text(name) : undefined;
  const matchers: Matcher[] = [];
  for (const child of childrenOf(node.getChild('LabelMatchers'))) {
    const [label = '', op, value] = childrenOf(child).map(text);
    if (child.name === 'QuotedLabelName') metric = stringOf(text(child));
    if (op === undefined || value === undefined) continue;
    const matcher = {
      label: child.name === 'QuotedLabelMatcher' ? stringOf(label) : label,
      op: op as Matcher['op'],
      value: stringOf(value),
    };
    if (matcher.label === '__name__' && op === '=') metric = matcher.value;
    else matchers.push(matcher);
  }
  return { metric, matchers, labels: [...needed].sort() };
}

/** A sum has the labels of its `by` and no other; those that choose series keep them all. */
function ofAggregate(node: Node, needed: Labels, reading: Reading): Labels {
  const modifier = node.getChild('AggregateModifier');
  const labels = labelsIn(modifier?.getChild('GroupingLabels'), reading);
  const operation = node.getChild('AggregateOp')?.firstChild?.name ?? '';
  if (CHOOSING.has(operation)) return plus(needed, labels);
  if (!modifier?.getChild('Without')) return labels;
  const made = operation === 'CountValues' ? stringArguments(node, reading) : [];
  return minus(plus(needed, labels), made);
}

function visitBinary(node: Node, needed: Labels, reading: Reading): void {
  const [left, right] = node.getChildren('Expr');
  if (left === undefined || right === undefined) return;
  const clause = node.getChild('MatchingModifierClause');
  const [matchedNode, broughtNode] = clause?.getChildren('GroupingLabels') ?? [];
  const matched = labelsIn(matchedNode, reading);
  const brought = labelsIn(broughtNode, reading);
  const others = minus(needed, brought);
  const isSet = node.getChild('And') ?? node.getChild('Unless');
  if (clause?.getChild('GroupRight')) {
    visit(left, plus(matched, brought), reading);
    visit(right, plus(matched, others), reading);
  } else {
    const ofRight = isSet || clause?.getChild('GroupLeft') ? brought : needed;
    visit(left, plus(matched, others), reading);
    visit(right, plus(matched, ofRight), reading);
  }
}

/** A label that a function makes is not needed of its series, but those are that it is made of. */
function ofFunction(node: Node, needed: Labels, reading: Reading): Labels {
  const name = node.getChild('FunctionIdentifier');
  const strings = stringArguments(node, reading);
  switch (name && reading.text(name)) {
    case 'label_replace':
      return plus(minus(needed, strings.slice(0, 1)), strings.slice(2, 3));
    case 'label_join':
      return plus(minus(needed, strings.slice(0, 1)), strings.slice(2));
    case 'scalar':
      return new Set();
    case 'histogram_quantile':
      return plus(needed, ['le']);
    default:
      return needed;
  }
}

export const childrenOf = (node: Node | null | undefined): Node[] => {
  const children: Node[] = [];
  for (let child = node?.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
};

const stringArguments = (node: Node, { text }: Reading): string[] =>
  childrenOf(node.getChild('FunctionCallBody'))
    .filter(({ name }) => name === 'StringLiteral')
    .map((literal) => stringOf(text(literal)));

const labelsIn = (node: Node | null | undefined, { text }: Reading): Labels =>
  new Set(
    childrenOf(node).map((label) =>
      label.name === 'QuotedLabelName' ? stringOf(text(label)) : text(label),
    ),
  );

const plus = (labels: Labels, more: Iterable<string>): Labels => new Set([...labels, ...more]);

function minus(labels: Labels, taken: Iterable<string>): Labels {
  const left = new Set(labels);
  for (const label of taken) left.delete(label);
  return left;
}

/** What a literal means: raw in backticks, else with Go's escapes, of which JSON has those used. */
export function stringOf(literal: string): string {
  const inner = literal.slice(1, -1);
  if (literal.startsWith('`')) return inner;
  const quoted = literal.startsWith("'")
    ? `"${inner.replaceAll("\\'", "'").replaceAll('"', '\\"')}"`
    : literal;
  try {
    return JSON.parse(quoted) as string;
  } catch (cause) {
    throw new Error(`expected a string with escapes that PromQL has, got ${literal}`, { cause });
  }
}
