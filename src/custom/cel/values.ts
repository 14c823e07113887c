// Values between JSON and CEL: `self` is read where it is, results become plain values.
import {
  type CelInput,
  type CelValue,
  celList,
  celMap,
  isCelList,
  isCelMap,
  isCelType,
  isCelUint,
} from '@bufbuild/cel';
import { isMessage, toJson } from '@bufbuild/protobuf';
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import type { CelResult } from '../cel.ts';
import type { CelBudget } from './budget.ts';

/** Elements of a list that cost as much to convert as a step. */
const elementsPerStep = 16;

/** A value of JSON as CEL reads it: whole numbers are ints, as in the API server's own CEL. */
export function celOf(value: unknown, budget: CelBudget): CelInput {
  switch (typeof value) {
    case 'number':
      return Number.isSafeInteger(value) ? BigInt(value) : value;
    case 'object':
      if (value === null) return null;
      if (!Array.isArray(value)) return celMap(new ObjectView(value as JsonObject, budget));
      budget.spend(Math.ceil(value.length / elementsPerStep));
      return celList(value.map((item) => celOf(item, budget)));
    default:
      return value as string | boolean;
  }
}

type JsonObject = Readonly<Record<string, unknown>>;
type Key = string | bigint | boolean | object;

/** An object of JSON as a map that converts a field when it is read, lists and objects once. */
class ObjectView implements ReadonlyMap<string, CelInput> {
  readonly #object: JsonObject;
  readonly #budget: CelBudget;
  #converted: Map<string, CelInput> | undefined;

  constructor(object: JsonObject, budget: CelBudget) {
    this.#object = object;
    this.#budget = budget;
  }

  get size(): number {
    return Object.keys(this.#object).length;
  }

  get(key: Key): CelInput | undefined {
    this.#budget.spend(1);
    if (typeof key !== 'string' || !Object.hasOwn(this.#object, key)) return undefined;
    return this.#convert(key);
  }

  #convert(key: string): CelInput | undefined {
    const value = this.#object[key];
    if (value === undefined) return undefined;
    if (typeof value !== 'object') return celOf(value, this.#budget);
    let converted = this.#converted?.get(key);
    if (converted === undefined) {
      converted = celOf(value, this.#budget);
      this.#converted ??= new Map();
      this.#converted.set(key, converted);
    }
    return converted;
  }

  has(key: Key): boolean {
    return typeof key === 'string' && Object.hasOwn(this.#object, key);
  }

  keys(): MapIterator<string> {
    this.#budget.spend(this.size);
    return Object.keys(this.#object).values();
  }

  *entries(): MapIterator<[string, CelInput]> {
    for (const key of this.keys()) {
      const value = this.#convert(key);
      if (value !== undefined) yield [key, value];
    }
  }

  *values(): MapIterator<CelInput> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, CelInput]> {
    return this.entries();
  }

  forEach(call: (value: CelInput, key: string, map: ReadonlyMap<string, CelInput>) => void): void {
    for (const [key, value] of this.entries()) call(value, key, this);
  }
}

/** A result as a plain value. */
export function plainOf(value: CelValue, budget: CelBudget): CelResult {
  budget.spend(1);
  if (typeof value === 'bigint') return plainNumber(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isCelUint(value)) return plainNumber(value.value);
  if (isCelList(value)) return [...value].map((item) => plainOf(item, budget));
  if (isCelMap(value)) {
    return Object.fromEntries(
      [...value].map(([key, item]) => [textOfKey(key), plainOf(item, budget)]),
    );
  }
  if (isCelType(value)) return value.name;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  const { message } = value;
  if (isMessage(message, TimestampSchema)) return toJson(TimestampSchema, message);
  if (isMessage(message, DurationSchema)) return Number(message.seconds) + message.nanos / 1e9;
  throw new Error('it gives a value that is neither a number, a text, a list nor a map');
}

const plainNumber = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

const textOfKey = (key: unknown): string => String(isCelUint(key) ? key.value : key);
