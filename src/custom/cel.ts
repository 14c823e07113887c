// CelProgram is a compiled expression in CEL.

/** What is wrong with an expression; line and column count from 1, in the expression. */
export class CelError extends Error {
  override readonly name = 'CelError';
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(message: string, line?: number, column?: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

export interface CelProgram {
  /** The value as JSON has it; throws where the expression fails on the object. */
  evaluate(self: unknown): unknown;
}
