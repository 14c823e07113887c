// compileCel compiles expressions of CEL, the Common Expression Language, loading it on first use.
import { type Clock, systemClock } from '../lib/clock.ts';

/** Characters of an expression. */
export const expressionCharsMax = 4_096;

/** What an expression gives: whole numbers beyond 2^53 are bigints, durations are seconds. */
export type CelResult =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly CelResult[]
  | { readonly [key: string]: CelResult };

/** An expression that is ready to be evaluated. */
export interface CelProgram {
  /** The static type of its result, such as `int` or `list(string)`; `dyn` where it is unknown. */
  readonly type: string;
  /** Evaluates with `self` as the object, which is not changed; throws CelError. */
  evaluate(self: unknown): CelResult;
}

/**
 * What is wrong: `syntax`, no CEL; `type`, a function, name or type that cannot be right on any
 * object; `limit`, larger or dearer than allowed; `missing`, a field or element that this object
 * lacks; `runtime`, anything else that this object leads to.
 */
export type CelErrorKind = 'syntax' | 'type' | 'limit' | 'missing' | 'runtime';

/** A place inside of an expression; both count from 1. */
export interface CelPlace {
  readonly line: number;
  readonly column: number;
}

export class CelError extends Error {
  override readonly name = 'CelError';
  readonly kind: CelErrorKind;
  /** Where it is in the expression, if that is known; both count from 1. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** What to write instead, if that is known. */
  readonly hint: string | undefined;

  constructor(kind: CelErrorKind, message: string, place?: CelPlace, hint?: string) {
    super(message);
    this.kind = kind;
    this.line = place?.line;
    this.column = place?.column;
    this.hint = hint;
  }
}

export interface CelOptions {
  /** The OpenAPI schema of `self`; without it any field may be there. */
  readonly schema?: object;
  readonly clock?: Clock;
}

/** Compiles the expression; rejects with CelError. */
export async function compileCel(text: string, options: CelOptions = {}): Promise<CelProgram> {
  const { compile } = await import('./cel/program.ts');
  return compile(text, { clock: systemClock, ...options });
}
