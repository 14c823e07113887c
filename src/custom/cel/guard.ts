// guard rewrites a syntax tree: loops count their steps, and calls go to the dispatchers.
import { type Call, type Expr, type Loop, partsOf, qualifiedName } from './syntax.ts';

/** Functions that only guard calls: no expression can name them. */
export const stepFunction = '@step';
export const rangeFunction = '@range';
export const appendFunction = '@append';

/** The name of a function's dispatcher. */
export const dispatched = (name: string): string => `@${name}`;

/**
 * Changes the tree: each loop counts its range and its steps, and appends to a list in place; a
 * call of one of the functions becomes one of its dispatcher.
 */
export function guard(root: Expr, functions: ReadonlySet<string>): void {
  const open: Expr[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    open.push(...partsOf(node));
    if (node.exprKind.case === 'callExpr') dispatch(node.exprKind.value, functions);
    if (node.exprKind.case === 'comprehensionExpr') guardLoop(node.exprKind.value);
  }
}

function dispatch(called: Call, functions: ReadonlySet<string>): void {
  const namespace = called.target && qualifiedName(called.target);
  const qualified = `${namespace}.${called.function}`;
  if (namespace !== undefined && functions.has(qualified)) {
    called.function = dispatched(qualified);
    called.target = undefined;
  } else if (functions.has(called.function)) {
    called.function = dispatched(called.function);
  }
}

function guardLoop(loop: Loop): void {
  if (loop.loopStep !== undefined) appendInPlace(loop.loopStep, loop.accuVar);
  if (loop.iterRange !== undefined) loop.iterRange = callOf(rangeFunction, loop.iterRange);
  if (loop.loopCondition !== undefined) {
    loop.loopCondition = callOf(stepFunction, loop.loopCondition);
  }
}

/** `accumulator + [item]` makes a new list of lists for each item: it becomes a call that adds. */
function appendInPlace(step: Expr, accumulator: string): void {
  for (const node of [step, ...conditionalBranches(step)]) {
    if (node.exprKind.case !== 'callExpr' || node.exprKind.value.function !== '_+_') continue;
    const [list, added] = node.exprKind.value.args;
    if (list?.exprKind.case !== 'identExpr' || list.exprKind.value.name !== accumulator) continue;
    if (added?.exprKind.case !== 'listExpr') continue;
    node.exprKind.value.function = appendFunction;
    node.exprKind.value.args = [list, ...added.exprKind.value.elements];
  }
}

const conditionalBranches = ({ exprKind }: Expr): readonly Expr[] =>
  exprKind.case === 'callExpr' && exprKind.value.function === '_?_:_'
    ? exprKind.value.args.slice(1)
    : [];

const callOf = (name: string, argument: Expr): Expr => ({
  $typeName: 'cel.expr.Expr',
  id: argument.id,
  exprKind: {
    case: 'callExpr',
    value: { $typeName: 'cel.expr.Expr.Call', function: name, args: [argument] },
  },
});
