// CelBudget limits what one evaluation may cost: in steps, in time, and in the size of texts.
import type { Clock } from '../../lib/clock.ts';

/** Steps of comprehensions, elements read, and pieces of text; a usual expression takes ten. */
export const stepsMax = 100_000;
/** Milliseconds of an evaluation that takes more than a few steps. */
export const evaluationMsMax = 250;
/** Characters, or bytes, of a value that an expression makes. */
export const textCharsMax = 1_000_000;
/** Steps between two looks at the clock. */
const stepsPerLook = 64;
/** Characters that cost as much as a step. */
const charsPerStep = 64;

/** The end of an evaluation that costs too much; the library may catch it on its way. */
export class BudgetError extends Error {
  override readonly name = 'BudgetError';
}

/** Counts what an evaluation costs; once it is exceeded, whatever is spent throws. */
export class CelBudget {
  readonly #clock: Clock;
  #steps = 0;
  #nextLook = stepsPerLook;
  #startedAt = 0;
  #exceeded: BudgetError | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What was exceeded since `begin`. */
  get exceeded(): BudgetError | undefined {
    return this.#exceeded;
  }

  begin(): void {
    this.#steps = 0;
    this.#nextLook = stepsPerLook;
    this.#startedAt = this.#clock.now();
    this.#exceeded = undefined;
  }

  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps < this.#nextLook && this.#exceeded === undefined) return;
    this.#nextLook = this.#steps + stepsPerLook;
    if (this.#exceeded !== undefined) throw this.#exceeded;
    if (this.#steps > stepsMax) this.#fail(`it takes more than ${stepsMax} steps on this object`);
    const tookMs = this.#clock.now() - this.#startedAt;
    if (tookMs > evaluationMsMax) {
      this.#fail(`it takes longer than ${evaluationMsMax} ms on this object`);
    }
  }

  /** Spends what reading or making so many characters costs. */
  spendText(chars: number): void {
    if (chars > textCharsMax) this.#fail(`it makes a text of more than ${textCharsMax} characters`);
    this.spend(Math.ceil(chars / charsPerStep));
  }

  #fail(message: string): never {
    this.#exceeded ??= new BudgetError(message);
    throw this.#exceeded;
  }
}
