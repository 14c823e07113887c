// The syntax tree of CEL: what its parser gives, its limits, and the places of its nodes.
import { parse } from '@bufbuild/cel';
import { CelError, type CelPlace, expressionCharsMax } from '../cel.ts';

export type Parsed = ReturnType<typeof parse>;
export type Expr = Parsed['expr'];

type Kinds = Expr['exprKind'];
type Case = NonNullable<Kinds['case']>;
type NodeOf<Of extends Case> = Extract<Kinds, { case: Of }>['value'];
export type Select = NodeOf<'selectExpr'>;
export type Call = NodeOf<'callExpr'>;
export type Loop = NodeOf<'comprehensionExpr'>;
export type Entry = NodeOf<'structExpr'>['entries'][number];

/** Brackets that are open at once; the parser calls itself for each of them. */
export const bracketsMax = 40;
/** Nodes of the tree, and how deep it is. */
export const nodesMax = 2_000;
export const depthMax = 250;

/** Parses within the limits; throws CelError. */
export function parseCel(text: string): Parsed {
  if (text.length > expressionCharsMax) {
    throw new CelError(
      'limit',
      `it has ${text.length} characters, of at most ${expressionCharsMax}`,
    );
  }
  refuseNesting(text);
  const parsed = parsedOf(text);
  const { nodes, depth } = sizeOf(parsed.expr);
  if (nodes > nodesMax) {
    throw new CelError('limit', `it has ${nodes} operations, of at most ${nodesMax}`);
  }
  if (depth > depthMax) {
    throw new CelError('limit', `its operations are nested ${depth} deep, of at most ${depthMax}`);
  }
  return parsed;
}

function parsedOf(text: string): Parsed {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof RangeError) {
      throw new CelError('limit', 'its operations are nested too deep to be read');
    }
    throw syntaxError(error);
  }
}

/** The parser's error, which has the place as data and in front of its message. */
function syntaxError(error: unknown): CelError {
  const { message = String(error), location } = error as Partial<Error> & {
    location?: { start: CelPlace };
  };
  const place = location && { line: location.start.line, column: location.start.column };
  return new CelError('syntax', message.replace(/^<input>:\d+:\d+: /, ''), place);
}

/** Strings, whose brackets do not count, and brackets. A raw string ends at the next quote. */
const tokens = new RegExp(
  [
    /\b[bB]?[rR](?:"""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\n]*"|'[^'\n]*')/,
    /"""(?:\\[\s\S]|[^\\])*?"""|'''(?:\\[\s\S]|[^\\])*?'''/,
    /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/,
    /[([{?]|[)\]}]/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

function refuseNesting(text: string): void {
  let open = 0;
  for (const { 0: token, index } of text.matchAll(tokens)) {
    if ('([{?'.includes(token)) open++;
    else if (')]}'.includes(token)) open--;
    // A conditional ends at no bracket of its own, so that its `?` counts to the end.
    if (open > bracketsMax) {
      const message = `more than ${bracketsMax} brackets and conditions are open at once`;
      throw new CelError('limit', message, placeAt(text, index));
    }
  }
}

/** The nodes that a node consists of. */
export function partsOf({ exprKind }: Expr): readonly Expr[] {
  switch (exprKind.case) {
    case 'selectExpr':
      return present([exprKind.value.operand]);
    case 'callExpr':
      return present([exprKind.value.target, ...exprKind.value.args]);
    case 'listExpr':
      return exprKind.value.elements;
    case 'structExpr':
      return exprKind.value.entries.flatMap(({ keyKind, value }) =>
        present([keyKind.case === 'mapKey' ? keyKind.value : undefined, value]),
      );
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
      return present([iterRange, accuInit, loopCondition, loopStep, result]);
    }
    default:
      return [];
  }
}

const present = (nodes: readonly (Expr | undefined)[]): Expr[] =>
  nodes.filter((node) => node !== undefined);

/** `a.b` as a name, which may be that of a function's namespace or of a type. */
export function qualifiedName({ exprKind }: Expr): string | undefined {
  if (exprKind.case === 'identExpr') return exprKind.value.name;
  if (exprKind.case !== 'selectExpr') return undefined;
  const { operand, field } = exprKind.value;
  const before = operand && qualifiedName(operand);
  return before === undefined ? undefined : `${before}.${field}`;
}

/** Walks without recursion, because the tree may be deeper than the stack. */
function sizeOf(root: Expr): { nodes: number; depth: number } {
  let nodes = 0;
  let depth = 0;
  const open: [Expr, number][] = [[root, 1]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, level] = next;
    nodes++;
    depth = Math.max(depth, level);
    for (const part of partsOf(node)) open.push([part, level + 1]);
  }
  return { nodes, depth };
}

/** The place of the node with this id; undefined where the parser gives none. */
export function placeOf(
  { sourceInfo }: Parsed,
  id: bigint | undefined,
  text: string,
): CelPlace | undefined {
  const offset = id === undefined ? undefined : sourceInfo?.positions[String(id)];
  if (offset === undefined) return undefined;
  // The parser's offset is behind the operand: the operator or field comes after spaces and a dot.
  const skipped = /^[\s.]*/.exec(text.slice(offset))?.[0].length ?? 0;
  return placeAt(text, offset + skipped);
}

function placeAt(text: string, offset: number): CelPlace {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}
