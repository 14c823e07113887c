// checkedType finds what cannot be right on any object: unknown names, functions and types.
import type { CelEnv, CelFunc } from '@bufbuild/cel';
import { suggest } from '../../lib/suggest.ts';
import { CelError } from '../cel.ts';
import {
  type Call,
  type Entry,
  type Expr,
  type Loop,
  type Parsed,
  placeOf,
  qualifiedName,
  type Select,
} from './syntax.ts';
import {
  any,
  baseName,
  joined,
  listOf,
  mapOf,
  nameOfType,
  none,
  scalar,
  type Type,
  typeOfCel,
} from './types.ts';

type Functions = CelEnv['funcs'];
type Variables = ReadonlyMap<string, Type>;

const bool = scalar('bool');
const int = scalar('int');

/** Names that are types, such as in `type(x) == int`. */
const typeNames = 'int uint double bool string bytes list map null_type type'.split(' ');
/** Loops by their number of arguments; the parser has replaced those that it could. */
const macros = ['all', 'exists', 'exists_one', 'map', 'filter'];

/** The type of the expression's result; throws CelError of kind `type`. */
export function checkedType(parsed: Parsed, text: string, functions: Functions, self: Type): Type {
  const checker = new Checker(functions, (node, message, hint) => {
    throw new CelError('type', message, placeOf(parsed, node.id, text), hint);
  });
  return checker.type(parsed.expr, new Map([['self', self]]));
}

type Fail = (node: Expr, message: string, hint?: string) => never;

class Checker {
  readonly #functions: Functions;
  readonly #fail: Fail;

  constructor(functions: Functions, fail: Fail) {
    this.#functions = functions;
    this.#fail = fail;
  }

  type(node: Expr, variables: Variables): Type {
    const { exprKind } = node;
    switch (exprKind.case) {
      case 'constExpr':
        return constant(exprKind.value.constantKind.case);
      case 'identExpr':
        return this.#variable(node, exprKind.value.name, variables);
      case 'selectExpr':
        return this.#field(node, exprKind.value, variables);
      case 'listExpr':
        return listOf(this.#union(exprKind.value.elements, variables));
      case 'structExpr':
        return this.#map(exprKind.value.entries, variables);
      case 'callExpr':
        return this.#call(node, exprKind.value, variables);
      case 'comprehensionExpr':
        return this.#loop(node, exprKind.value, variables);
      default:
        return any;
    }
  }

  #union(nodes: readonly Expr[], variables: Variables): Type {
    const types = nodes.map((node) => this.type(node, variables));
    return types.reduce(joined, none);
  }

  #variable(node: Expr, name: string, variables: Variables): Type {
    const type = variables.get(name);
    if (type !== undefined) return type;
    if (typeNames.includes(name)) return scalar('type');
    const names = [...variables.keys()].filter((one) => !one.startsWith('@'));
    return this.#fail(
      node,
      `there is no variable ${name}`,
      meant(name, names, 'the object is self'),
    );
  }

  #field(node: Expr, { operand, field, testOnly }: Select, variables: Variables): Type {
    if (operand === undefined) return any;
    if (/^google\.protobuf\.\w+$/.test(qualifiedName(node) ?? '')) return scalar('type');
    const type = this.type(operand, variables);
    const result = this.#fieldOf(node, type, field);
    return testOnly ? bool : result;
  }

  #fieldOf(node: Expr, type: Type, field: string): Type {
    if (baseName(type) === undefined) return any;
    if (type.kind === 'map') return type.value;
    if (type.kind === 'object') {
      const known = type.fields.get(field);
      if (known !== undefined || type.open) return known ?? any;
      const message = `the schema has no field ${field} here`;
      return this.#fail(node, message, meant(field, [...type.fields.keys()]));
    }
    const hint = type.kind === 'list' ? 'name an element: [0]' : undefined;
    return this.#fail(node, `a ${nameOfType(type)} has no field ${field}`, hint);
  }

  #map(entries: readonly Entry[], variables: Variables): Type {
    const keys = entries.flatMap(({ keyKind }) =>
      keyKind.case === 'mapKey' ? [keyKind.value] : [],
    );
    this.#union(keys, variables);
    const values = entries.flatMap(({ value }) => (value === undefined ? [] : [value]));
    return mapOf(this.#union(values, variables));
  }

  #loop(node: Expr, loop: Loop, variables: Variables): Type {
    const { iterRange, accuInit, loopStep, accuVar, iterVar } = loop;
    if (iterRange === undefined || accuInit === undefined || loopStep === undefined) return any;
    const range = this.type(iterRange, variables);
    if (range.kind === 'scalar') {
      this.#fail(node, `expected a list or a map to go through, got ${nameOfType(range)}`);
    }
    const item = range.kind === 'list' ? range.element : keyOf(range);
    const start = this.type(accuInit, variables);
    const inside = new Map([...variables, [iterVar, item], [accuVar, start]]);
    const step = this.type(loopStep, inside);
    return start.kind === 'list' ? step : bool;
  }

  #call(node: Expr, { function: name, target, args }: Call, variables: Variables): Type {
    const qualified = target && qualifiedName(target);
    if (qualified !== undefined && this.#functions.find(`${qualified}.${name}`) !== undefined) {
      return this.#overload(node, `${qualified}.${name}`, undefined, this.#types(args, variables));
    }
    const on = target && this.type(target, variables);
    if (target !== undefined && macros.includes(name)) {
      this.#fail(node, `${name} expects a name and an expression`, `write .${name}(x, …)`);
    }
    const types = this.#types(args, variables);
    switch (name) {
      case '_?_:_':
        this.#expectBool(args.slice(0, 1), types);
        return joined(types[1] ?? any, types[2] ?? any);
      case '_&&_':
      case '_||_':
        this.#expectBool(args, types);
        return bool;
      case '_[_]':
        return this.#element(node, types[0] ?? any, types[1] ?? any, args[1]);
      default:
        return name.startsWith('@not') ? bool : this.#overload(node, name, on, types);
    }
  }

  #types(nodes: readonly Expr[], variables: Variables): Type[] {
    return nodes.map((node) => this.type(node, variables));
  }

  #expectBool(nodes: readonly Expr[], types: readonly Type[]): void {
    nodes.forEach((node, i) => {
      const type = types[i] ?? any;
      if ([undefined, 'bool'].includes(baseName(type))) return;
      this.#fail(node, `expected a bool, got ${nameOfType(type)}`);
    });
  }

  #element(node: Expr, from: Type, index: Type, indexNode: Expr | undefined): Type {
    if (from.kind === 'scalar') this.#fail(node, `a ${nameOfType(from)} has no elements`);
    const name = baseName(index);
    if (from.kind === 'list') {
      if (name === undefined || ['int', 'uint', 'double'].includes(name)) return from.element;
      this.#fail(node, `expected a number between the brackets, got ${nameOfType(index)}`);
    }
    if (from.kind === 'map') return from.value;
    const key = indexNode && textOf(indexNode);
    return from.kind === 'object' && key !== undefined ? this.#fieldOf(node, from, key) : any;
  }

  #overload(node: Expr, name: string, on: Type | undefined, types: readonly Type[]): Type {
    const overloads = [...(this.#functions.find(name) ?? [])];
    if (overloads.length === 0) this.#failUnknown(node, name, on !== undefined);
    const fitting = overloads.filter((one) => takes(one, on, types));
    if (fitting.length === 0) this.#failOverload(node, name, on, types, overloads);
    const results = fitting.map((one) => typeOfCel(one.result));
    if (name === '_+_' && types.every(({ kind }) => kind === 'list')) return types.reduce(joined);
    return results.reduce(joined);
  }

  #failUnknown(node: Expr, name: string, isMethod: boolean): never {
    const known = new Set<string>(isMethod ? macros : ['has']);
    for (const one of this.#functions) {
      if (/^[a-zA-Z]/.test(one.name) && (one.target !== undefined) === isMethod) {
        known.add(one.name);
      }
    }
    this.#fail(
      node,
      `there is no ${isMethod ? 'method' : 'function'} ${name}`,
      meant(name, [...known]),
    );
  }

  #failOverload(
    node: Expr,
    name: string,
    on: Type | undefined,
    types: readonly Type[],
    overloads: readonly CelFunc[],
  ): never {
    const operator = /^(?:@in|[^a-z]*)$/.test(name) ? operatorOf(name) : undefined;
    if (operator !== undefined) {
      const operands = types.map(nameOfType).join(' and ');
      this.#fail(node, `${operator} takes no ${operands}`);
    }
    const got = `${on === undefined ? '' : `${nameOfType(on)}.`}${name}(${types.map(nameOfType)})`;
    const alike = overloads.filter((one) => (one.target === undefined) === (on === undefined));
    const signatures = (alike.length > 0 ? alike : overloads).map(signatureOf);
    const accepted = [...new Set(signatures)].slice(0, signaturesMax).join(', ');
    this.#fail(node, `there is no ${got.replaceAll(',', ', ')}`, `it is called as ${accepted}`);
  }
}

/** Signatures of a function that an error shows. */
const signaturesMax = 6;

const constants: Readonly<Record<string, Type>> = {
  boolValue: bool,
  int64Value: int,
  uint64Value: scalar('uint'),
  doubleValue: scalar('double'),
  stringValue: scalar('string'),
  bytesValue: scalar('bytes'),
};

const constant = (kind: string | undefined): Type => constants[kind ?? ''] ?? any;

/** What a loop over a map, or over the fields of an object, has in its variable. */
const keyOf = ({ kind }: Type): Type => (kind === 'object' ? scalar('string') : any);

const textOf = ({ exprKind }: Expr): string | undefined =>
  exprKind.case === 'constExpr' && exprKind.value.constantKind.case === 'stringValue'
    ? exprKind.value.constantKind.value
    : undefined;

function takes(one: CelFunc, on: Type | undefined, types: readonly Type[]): boolean {
  if ((one.target === undefined) !== (on === undefined)) return false;
  if (one.arguments.length !== types.length) return false;
  const fits = (expected: string, type: Type): boolean =>
    expected === 'dyn' || [undefined, expected].includes(baseName(type));
  return (
    (on === undefined || fits(one.target?.name ?? '', on)) &&
    types.every((type, i) => fits(one.arguments[i]?.name ?? '', type))
  );
}

const signatureOf = ({ name, target, arguments: taken }: CelFunc): string =>
  `${target === undefined ? '' : `${nameOfType(typeOfCel(target))}.`}${name}(${taken
    .map((type) => nameOfType(typeOfCel(type)))
    .join(', ')})`;

const operatorOf = (name: string): string => (name === '@in' ? 'in' : name.replaceAll('_', ''));

function meant(word: string, known: readonly string[], otherwise?: string): string | undefined {
  const close = suggest(word, known);
  return close === undefined ? otherwise : `did you mean ${close}?`;
}
