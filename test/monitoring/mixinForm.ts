// The form in which a mixin's expressions and ours are compared, without what installations change.
import { parser } from '@prometheus-io/lezer-promql';
import { childrenOf, type Node, stringOf } from '../support/promql.ts';
import type { Known } from './known.ts';

/*
 * These differences do not count, and no others:
 * 1. matchers of `job`, which differ between installations;
 * 2. the labels `job`, `instance` and `cluster` in `by`, `without`, `on` and `ignoring`: they are
 *    of the target and of the Prometheus, and our rules are for one cluster;
 * 3. `max`, `min` or `sum` over series of which there is one per object anyway: they take together
 *    what several targets serve of the same object (see `isOfOne`);
 * 4. how the matched labels are written: `on`, `ignoring` or nothing;
 * 5. parentheses, also around a whole regular expression, and `group_left ()` without labels;
 * 6. recording rules of our own, which stand for their expressions.
 */

const OF_TARGET: ReadonlySet<string> = new Set(['job', 'instance', 'cluster']);

/** Labels that follow from others: a pod has one uid, a taint one value, a resource one unit. */
const DEPENDENT: ReadonlySet<string> = new Set(['uid', 'value', 'unit']);

const OF_ONE = /^(?:Max|Min|Sum)$/;

export interface Names {
  /** The labels of each family. */
  readonly families: Known;
  /** Our recording rules, by name. */
  readonly recordings: ReadonlyMap<string, string>;
}

/** What an expression is, and the labels that its series have. */
interface Form {
  readonly text: string;
  readonly labels: ReadonlySet<string>;
  /** Those of the labels that are the same for all its series. */
  readonly fixed: ReadonlySet<string>;
}

const NO_LABELS: Pick<Form, 'labels' | 'fixed'> = { labels: new Set(), fixed: new Set() };

/** The expression in its form for comparison. */
export function mixinForm(expr: string, names: Names): string {
  return formOfText(expr, names).text;
}

function formOfText(expr: string, names: Names): Form {
  const [top] = childrenOf(parser.parse(expr).topNode).filter(({ name }) => name !== 'LineComment');
  if (top === undefined) throw new Error(`expected PromQL, got "${expr}"`);
  return formOf(top, { ...names, expr });
}

interface Reading extends Names {
  readonly expr: string;
}

const textOf = ({ from, to }: Node, { expr }: Reading): string => expr.slice(from, to);

function formOf(node: Node, reading: Reading): Form {
  switch (node.name) {
    case 'ParenExpr':
      return formOf(only(node), reading);
    case 'NumberDurationLiteral':
      return { ...NO_LABELS, text: String(Number(textOf(node, reading))) };
    case 'StringLiteral':
      return { ...NO_LABELS, text: textOf(node, reading) };
    case 'VectorSelector':
      return selectorForm(node, reading);
    case 'MatrixSelector': {
      const [selector, range] = childrenOf(node) as [Node, Node];
      const form = formOf(selector, reading);
      return { ...form, text: `${form.text}[${textOf(range, reading)}]` };
    }
    case 'FunctionCall':
      return functionForm(node, reading);
    case 'AggregateExpr':
      return aggregateForm(node, reading);
    case 'BinaryExpr':
      return binaryForm(node, reading);
    default:
      throw new Error(`expected PromQL that is compared, got ${node.name} in: ${reading.expr}`);
  }
}

function only(node: Node): Node {
  const [child] = childrenOf(node);
  if (child === undefined) throw new Error(`expected something inside ${node.name}`);
  return child;
}

function selectorForm(node: Node, reading: Reading): Form {
  const name = node.getChild('Identifier');
  const metric = name === null ? '' : textOf(name, reading);
  const recording = reading.recordings.get(metric);
  if (recording !== undefined) return formOfText(recording, reading);
  const matchers = childrenOf(node.getChild('LabelMatchers')).map((matcher) => {
    const [label, op, value] = childrenOf(matcher).map((part) => textOf(part, reading));
    return { label: label ?? '', op: op ?? '', value: stringOf(value ?? '""') };
  });
  const counted = matchers.filter(({ label }) => label !== 'job');
  const text = counted
    .map(({ label, op, value }) => `${label}${op}"${op.includes('~') ? bare(value) : value}"`)
    .sort()
    .join(',');
  return {
    text: `${metric}{${text}}`,
    labels: reading.families.get(metric) ?? new Set(),
    fixed: new Set(counted.filter(({ op }) => op === '=').map(({ label }) => label)),
  };
}

const bare = (regex: string): string => /^\(([^()]*)\)$/.exec(regex)?.[1] ?? regex;

function functionForm(node: Node, reading: Reading): Form {
  const name = textOf(node.getChild('FunctionIdentifier') as Node, reading);
  const forms = childrenOf(node.getChild('FunctionCallBody')).map((one) => formOf(one, reading));
  const vector = forms.find(({ labels }) => labels.size > 0) ?? NO_LABELS;
  return { ...vector, text: `${name}(${forms.map(({ text }) => text).join(', ')})` };
}

function aggregateForm(node: Node, reading: Reading): Form {
  const operation = (node.getChild('AggregateOp') as Node).firstChild?.name ?? '';
  const forms = childrenOf(node.getChild('FunctionCallBody')).map((one) => formOf(one, reading));
  const inner = forms.at(-1) as Form;
  const modifier = node.getChild('AggregateModifier');
  const without = modifier !== null && modifier.getChild('Without') !== null;
  const listed = groupingOf(modifier, reading);
  const labels = without
    ? new Set([...inner.labels].filter((label) => !listed.has(label)))
    : new Set([...inner.labels].filter((label) => listed.has(label)));
  if (OF_ONE.test(operation) && modifier !== null && isOfOne(inner, labels)) return inner;
  const sorted = [...listed].sort().join(',');
  const grouping = sorted === '' ? '' : `${without ? ' without' : ' by'} (${sorted})`;
  const text = `${operation}${grouping} (${forms.map((form) => form.text).join(', ')})`;
  return { text, labels, fixed: inner.fixed };
}

/** Whether a group has one series per target: what is grouped away is fixed, or follows. */
const isOfOne = ({ labels, fixed }: Form, kept: ReadonlySet<string>): boolean =>
  [...labels].every((label) => kept.has(label) || fixed.has(label) || DEPENDENT.has(label));

const groupingOf = (modifier: Node | null, reading: Reading): Set<string> =>
  new Set(
    childrenOf(modifier?.getChild('GroupingLabels'))
      .map((label) => textOf(label, reading))
      .filter((label) => !OF_TARGET.has(label)),
  );

function binaryForm(node: Node, reading: Reading): Form {
  const [left, right] = node.getChildren('Expr').map((side) => formOf(side, reading)) as [
    Form,
    Form,
  ];
  const operator = childrenOf(node)[1] as Node;
  const sign = textOf(operator, reading);
  const isOfVectors = left.labels.size > 0 && right.labels.size > 0;
  const matching = isOfVectors ? ` on (${matchedLabels(node, left, reading)})` : '';
  const { labels, fixed } = left.labels.size > 0 ? left : right;
  return { text: `(${left.text} ${sign}${matching} ${right.text})`, labels, fixed };
}

/** The labels by which two vectors are matched, in order. */
function matchedLabels(node: Node, { labels }: Form, reading: Reading): string {
  const clause = node.getChild('MatchingModifierClause');
  const listed = groupingOf(clause, reading);
  const matched = clause?.getChild('On')
    ? [...listed]
    : [...labels].filter((label) => !listed.has(label));
  return matched.sort().join(',');
}
