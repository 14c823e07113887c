// compile makes a program of an expression: parsed, checked, guarded and planned by @bufbuild/cel.
import {
  type CelEnv,
  type CelValue,
  celEnv,
  isCelError,
  type CelError as LibraryError,
  plan,
} from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import type { Clock } from '../../lib/clock.ts';
import { errorMessage } from '../../lib/errors.ts';
import { CelError, type CelProgram, type CelResult } from '../cel.ts';
import { CelBudget } from './budget.ts';
import { checkedType } from './check.ts';
import { dispatcher } from './dispatch.ts';
import { celFunctions, guards } from './functions.ts';
import { dispatched, guard } from './guard.ts';
import { type Parsed, parseCel, placeOf } from './syntax.ts';
import { nameOfType, schemaType } from './types.ts';
import { celOf, plainOf } from './values.ts';

/** The functions of all programs of one clock, and the budget of the one that is evaluated now. */
interface Machine {
  /** Those that an expression may call, and their names. */
  readonly functions: CelEnv['funcs'];
  readonly names: ReadonlySet<string>;
  /** Evaluates guarded trees only: it has the dispatchers of these functions. */
  readonly env: CelEnv;
  readonly budget: CelBudget;
}

/** The machines by clock: there is one, but in tests. */
const machines = new WeakMap<Clock, Machine>();

export interface CompileOptions {
  readonly clock: Clock;
  /** The OpenAPI schema of `self`. */
  readonly schema?: object;
}

/** Compiles the expression; throws CelError. */
export function compile(text: string, { clock, schema }: CompileOptions): CelProgram {
  const machine = machines.get(clock) ?? machineOf(clock);
  machines.set(clock, machine);
  const parsed = parseCel(text);
  const type = checkedType(parsed, text, machine.functions, schemaType(schema));
  guard(parsed.expr, machine.names);
  const run = plan(machine.env, parsed.expr);
  return {
    type: nameOfType(type),
    evaluate: (self) => evaluated(machine.budget, self, run, { parsed, text }),
  };
}

type Run = (variables: Record<string, never>) => CelValue | LibraryError;

interface Source {
  readonly parsed: Parsed;
  readonly text: string;
}

function evaluated(budget: CelBudget, self: unknown, run: Run, source: Source): CelResult {
  budget.begin();
  try {
    const value = run({ self: celOf(self, budget) as never });
    // An `exists` or `||` may have gone on after the error.
    if (budget.exceeded !== undefined) throw budget.exceeded;
    if (isCelError(value)) throw failure(value, source);
    return plainOf(value, budget);
  } catch (error) {
    if (budget.exceeded !== undefined) throw new CelError('limit', budget.exceeded.message);
    if (error instanceof CelError) throw error;
    // Such as the stack's overflow by an object that is nested too deep.
    throw new CelError('runtime', errorMessage(error));
  }
}

/** The library's messages for what an object lacks, and ours. */
const missing: readonly (readonly [RegExp, string])[] = [
  [/^field not found: (.*)$/s, 'there is no field $1'],
  [/^index (\S+) out of bounds.*$/s, 'there is no element $1'],
  [/^unresolved attribute$/, 'there is no such field'],
];

function failure({ message, exprId }: LibraryError, { parsed, text }: Source): CelError {
  const place = placeOf(parsed, exprId, text);
  const known = missing.find(([pattern]) => pattern.test(message));
  if (known === undefined) {
    return new CelError('runtime', message.replace("for '@", "for '"), place);
  }
  return new CelError('missing', message.replace(...known), place);
}

function machineOf(clock: Clock): Machine {
  const budget = new CelBudget(clock);
  const library = celEnv({ funcs: [...strings] });
  const equality = library.funcs.find('_==_');
  const equals = (left: CelValue, right: CelValue): boolean =>
    equality?.call(0, undefined, [left, right]) === true;
  const { funcs } = celEnv({ funcs: [...strings, ...celFunctions(budget, equals)] });
  const byName = Map.groupBy([...funcs], ({ name }) => name);
  const dispatchers = [...byName].map(([name, overloads]) =>
    dispatcher(dispatched(name), overloads, budget),
  );
  const env = celEnv({ funcs: [...guards(budget), ...dispatchers] });
  return { budget, functions: funcs, names: new Set(byName.keys()), env };
}
