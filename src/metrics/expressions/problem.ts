// ExpressionProblem is the error in an expression, and its position.

/** Why an expression is invalid; the caller adds the flag and the expression. */
export class ExpressionProblem extends Error {
  override readonly name = 'ExpressionProblem';
  /** In characters, from 1; absent if the whole expression is meant. */
  readonly position: number | undefined;

  constructor(what: string, position?: number) {
    super(what);
    this.position = position;
  }
}
