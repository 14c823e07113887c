// jsonProblem says where a text stops being JSON: what engines say of that differs, or is nothing.

export interface JsonProblem {
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  readonly got: string;
}

const token =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|((?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])))/uy;
const gotCharsMax = 20;

type Wanted = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'comma' | 'end';
type Bracket = '{' | '[';

/** Undefined where the text is JSON. */
export function jsonProblem(text: string): JsonProblem | undefined {
  const open: Bracket[] = [];
  let wanted: Wanted = 'value';
  let at = 0;
  for (;;) {
    token.lastIndex = at;
    const [found, mark, string] = token.exec(text) ?? [];
    if (found === undefined) break;
    const next = wantedBehind(wanted, mark ?? (string === undefined ? 'scalar' : 'string'), open);
    if (next === undefined) break;
    wanted = next;
    at += found.length;
  }
  const rest = text.slice(at).trimStart();
  if (wanted === 'end' && rest === '') return undefined;
  const before = text.slice(0, text.length - rest.length);
  return {
    line: before.split('\n').length,
    column: before.length - before.lastIndexOf('\n'),
    expected: inWords(wanted, open.at(-1)),
    got: rest === '' ? 'the end of the text' : JSON.stringify(rest.slice(0, gotCharsMax)),
  };
}

/** What is wanted behind a token; undefined where the token is not what is wanted. */
function wantedBehind(wanted: Wanted, found: string, open: Bracket[]): Wanted | undefined {
  const after = (): Wanted => (open.length === 0 ? 'end' : 'comma');
  const wantsKey = wanted === 'key' || wanted === 'key or }';
  if (wanted === 'value' || wanted === 'value or ]') {
    if (found === 'scalar' || found === 'string') return after();
    if (found === '{' || found === '[') {
      open.push(found);
      return found === '{' ? 'key or }' : 'value or ]';
    }
  }
  if (wantsKey && found === 'string') return 'colon';
  if (wanted === 'colon' && found === ':') return 'value';
  if (wanted === 'comma' && found === ',') return open.at(-1) === '{' ? 'key' : 'value';
  const mayClose = wanted === 'comma' || wanted === 'key or }' || wanted === 'value or ]';
  if (!mayClose || found !== closing(open.at(-1))) return undefined;
  open.pop();
  return after();
}

const closing = (bracket: Bracket | undefined): string => (bracket === '{' ? '}' : ']');

function inWords(wanted: Wanted, inside: Bracket | undefined): string {
  if (wanted === 'value' || wanted === 'value or ]') return 'a value';
  if (wanted === 'key' || wanted === 'key or }') return 'a key in double quotes';
  if (wanted === 'colon') return 'a colon';
  return wanted === 'end' ? 'the end of the text' : `a comma or "${closing(inside)}"`;
}
