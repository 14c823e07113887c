// The three types of rules: how Gauge, Info and StateSet make series of what is at their path.

import { isMap } from '../lib/isMap.ts';
import type { Element } from './labels.ts';
import { compilePath } from './path.ts';
import { toNumber } from './value.ts';

/** Receives the value of a series; its labels are made of `element`, which is used again. */
export type EmitElement = (value: number, element: Element) => void;
/** Told of what makes no series though something is there. */
export type OnFailure = (expected: string, got: unknown) => void;

/** Makes series of what is at the path of a rule. */
export type Each = (found: unknown, emit: EmitElement, fail: OnFailure) => void;

const elementOf = (value: unknown): Element => ({
  value,
  parent: undefined,
  key: undefined,
  state: undefined,
});

interface GaugeOptions {
  readonly valueFrom: readonly string[];
  readonly nilIsZero: boolean;
}

/** A series for each element of a list, or each entry of a map, or the one value. */
export function gaugeEach({ valueFrom, nilIsZero }: GaugeOptions): Each {
  const get = compilePath(valueFrom);
  // A map at the path is a map of values, or of maps with a value each; or it has the value itself.
  const ownKey = valueFrom.length === 1 ? valueFrom[0] : undefined;
  const add = (given: unknown, element: Element, ...[emit, fail]: Told): void => {
    const number = toNumber(given, nilIsZero);
    if (number === null) fail('a number', given);
    else if (number !== undefined) emit(number, element);
  };
  return (found, emit, fail) => {
    if (Array.isArray(found)) {
      for (const value of found) {
        add(get(value), elementOf(value), emit, fail);
      }
    } else if (isMap(found)) {
      for (const key in found) {
        const value = found[key];
        const given = key === ownKey ? value : get(value);
        add(given, { value, parent: found, key, state: undefined }, emit, fail);
      }
    } else {
      add(get(found), elementOf(found), emit, fail);
    }
  };
}

type Told = [emit: EmitElement, fail: OnFailure];

/**
 * A series for each element of a list; of a map, one for itself and one for each of its entries.
 * Those that have no label of their own are left out by who receives them.
 */
export const infoEach: Each = (found, emit) => {
  if (Array.isArray(found)) {
    for (const value of found) emit(1, elementOf(value));
    return;
  }
  emit(1, elementOf(found));
  if (!isMap(found)) return;
  for (const key in found) {
    emit(1, { value: found[key], parent: undefined, key, state: undefined });
  }
};

interface StateSetOptions {
  readonly valueFrom: readonly string[];
  readonly states: readonly string[];
}

/** A series for each state, of each element of a list or of the one value. */
export function stateSetEach({ valueFrom, states }: StateSetOptions): Each {
  const get = compilePath(valueFrom);
  const add = (value: unknown, ...[emit, fail]: Told): void => {
    const current = get(value);
    if (current === undefined || current === null) return;
    if (typeof current !== 'string') {
      fail('a text', current);
      return;
    }
    const element = elementOf(value);
    for (const state of states) {
      element.state = state;
      emit(state === current ? 1 : 0, element);
    }
  };
  return (found, emit, fail) => {
    if (Array.isArray(found)) for (const value of found) add(value, emit, fail);
    else add(found, emit, fail);
  };
}
