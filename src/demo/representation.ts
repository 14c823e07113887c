// How objects look in an answer, as Accept asks: the step that every body goes through.
import { notAcceptable } from './apiStatus.ts';
import { apiVersionOf, type Kind } from './kinds.ts';

/** One way to show objects; `bytes` is always the JSON without apiVersion and kind. */
export interface Representation {
  readonly contentType: string;
  /** An object that stands alone, or in the event of a watch. */
  object(kind: Kind, bytes: Buffer): Buffer;
  /** An object among the items of a list. */
  item(kind: Kind, bytes: Buffer): Buffer;
  /** What comes before and behind the items of a list, given its metadata. */
  envelope(kind: Kind, metadata: ListMetadata): { head: string; tail: string };
}

export interface ListMetadata {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** The objects themselves, as JSON. */
const whole: Representation = {
  contentType: 'application/json',

  object(kind, bytes) {
    return Buffer.concat([Buffer.from(`{${typeOf(kind)},`), bytes.subarray(1)]);
  },

  // The items of a typed list leave out what the list says of all; those of a custom one do not.
  item(kind, bytes) {
    return kind.custom ? whole.object(kind, bytes) : bytes;
  },

  // Lists of custom objects are written with sorted keys, so that their metadata comes last.
  envelope(kind, metadata) {
    const apiVersion = apiVersionOf(kind);
    const listKind = `${kind.kind}List`;
    if (kind.custom) {
      const sorted = JSON.stringify({ continue: '', ...metadata });
      return {
        head: `{"apiVersion":"${apiVersion}","items":[`,
        tail: `],"kind":"${listKind}","metadata":${sorted}}\n`,
      };
    }
    const type = `"kind":"${listKind}","apiVersion":"${apiVersion}"`;
    return { head: `{${type},"metadata":${JSON.stringify(metadata)},"items":[`, tail: ']}\n' };
  },
};

/** The first representation that the Accept header asks for and we have; throws a 406. */
export function negotiate(accept: string): Representation {
  const clauses = (accept || '*/*').split(',').map(parseClause);
  clauses.sort((a, b) => b.quality - a.quality);
  if (clauses.some(({ type, as }) => as === undefined && wholeTypes.includes(type))) return whole;
  throw notAcceptable([whole.contentType]);
}

const wholeTypes: readonly string[] = ['application/json', 'application/*', '*/*'];

interface Clause {
  readonly type: string;
  /** Another kind that the answer is to be converted to. */
  readonly as: string | undefined;
  readonly quality: number;
}

function parseClause(clause: string): Clause {
  const [type = '', ...rest] = clause.split(';').map((part) => part.trim());
  const parameters = new Map(rest.map((part) => part.split('=', 2) as [string, string]));
  return { type, as: parameters.get('as'), quality: Number(parameters.get('q') ?? 1) };
}

function typeOf(kind: Kind): string {
  const apiVersion = `"apiVersion":"${apiVersionOf(kind)}"`;
  const name = `"kind":"${kind.kind}"`;
  return kind.custom ? `${apiVersion},${name}` : `${name},${apiVersion}`;
}
