// LabelWriter writes the labels of a rule's series: their sources are compiled once, per rule and kind.
import { sanitised } from '../metrics/labels.ts';
import { escapeLabelValue } from '../metrics/text.ts';
import { goText } from './goText.ts';
import type { Getter } from './path.ts';

/** What a series is made of, below the object. */
export interface Element {
  /** The element of a list, the value of a map, or what the path of the rule gave. */
  value: unknown;
  /** The map that `value` is a value of; undefined where it is none. */
  parent: unknown;
  /** The key of `value` in that map. */
  key: string | undefined;
  /** The state of a StateSet. */
  state: string | undefined;
}

/** The value of a label; undefined and null where the series has no such label. */
type OfObject = (object: unknown) => unknown;
type OfElement = (element: Element) => unknown;

/** Labels whose names are the keys of a map, with a prefix. */
export interface MapLabels<From> {
  readonly prefix: string;
  entries(from: From): unknown;
}

/** Where the labels of a rule come from, in the order in which later ones override earlier ones. */
export interface LabelSources {
  readonly constant: Readonly<Record<string, string>>;
  readonly ofObject: ReadonlyMap<string, OfObject>;
  readonly mapsOfObject: readonly MapLabels<unknown>[];
  readonly ofElement: ReadonlyMap<string, OfElement>;
  readonly mapsOfElement: readonly MapLabels<Element>[];
}

export interface LabelWriter {
  /** The names that are known beforehand, sorted. */
  readonly names: readonly string[];
  /** To be called for each object, before `text`. */
  begin(object: unknown): void;
  /** The labels of one series as text, sorted by name. */
  text(element: Element): string;
}

export function labelWriter(sources: LabelSources): LabelWriter {
  const { constant, ofObject, ofElement, mapsOfObject, mapsOfElement } = sources;
  const names = [
    ...new Set([...Object.keys(constant), ...ofObject.keys(), ...ofElement.keys()]),
  ].sort();
  const isFixed = mapsOfObject.length === 0 && mapsOfElement.length === 0;
  return isFixed ? fixedNames(names, sources) : anyNames(names, sources);
}

/** A label's place in the text; only what is of the element is made anew for each series. */
interface Slot {
  readonly opening: string;
  readonly constant: string | undefined;
  readonly ofObject: OfObject | undefined;
  readonly ofElement: OfElement | undefined;
  /** The text that stands where `ofElement` gives nothing. */
  text: string;
}

function fixedNames(names: readonly string[], sources: LabelSources): LabelWriter {
  const slots = names.map((name): Slot => {
    const opening = `,${name}="`;
    const value = sources.constant[name];
    const constant = value === undefined ? '' : labelText(opening, value);
    return {
      opening,
      constant,
      ofObject: sources.ofObject.get(name),
      ofElement: sources.ofElement.get(name),
      text: constant,
    };
  });
  const changing = slots.filter(({ ofObject }) => ofObject !== undefined);
  return {
    names,
    begin(object) {
      for (const slot of changing) {
        const value = slot.ofObject?.(object);
        slot.text = isNil(value) ? (slot.constant ?? '') : labelText(slot.opening, value);
      }
    },
    text(element) {
      let text = '';
      for (let i = 0; i < slots.length; i++) {
        const slot = slots[i] as Slot;
        const value = slot.ofElement?.(element);
        text += isNil(value) ? slot.text : labelText(slot.opening, value);
      }
      return text.slice(1);
    },
  };
}

/** Names that depend on the object have to be sorted for each series. */
function anyNames(names: readonly string[], sources: LabelSources): LabelWriter {
  let base = new Map<string, unknown>();
  return {
    names,
    begin(object) {
      base = new Map(Object.entries(sources.constant));
      addMaps(base, sources.mapsOfObject, object);
      addValues(base, sources.ofObject, object);
    },
    text(element) {
      const labels = new Map(base);
      addMaps(labels, sources.mapsOfElement, element);
      addValues(labels, sources.ofElement, element);
      let text = '';
      for (const name of [...labels.keys()].sort()) {
        text += labelText(`,${name}="`, labels.get(name));
      }
      return text.slice(1);
    },
  };
}

function addMaps<From>(
  labels: Map<string, unknown>,
  maps: readonly MapLabels<From>[],
  from: From,
): void {
  for (const { prefix, entries } of maps) {
    const map = entries(from);
    if (typeof map !== 'object' || map === null || Array.isArray(map)) continue;
    for (const [key, value] of Object.entries(map)) {
      labels.set(sanitised(prefix + key), goText(value));
    }
  }
}

function addValues<From>(
  labels: Map<string, unknown>,
  getters: ReadonlyMap<string, (from: From) => unknown>,
  from: From,
): void {
  for (const [name, get] of getters) {
    const value = get(from);
    if (!isNil(value)) labels.set(name, value);
  }
}

const isNil = (value: unknown): boolean => value === undefined || value === null;

const labelText = (opening: string, value: unknown): string =>
  `${opening}${escapeLabelValue(typeof value === 'string' ? value : goText(value))}"`;

/** The first of two sources that gives something. */
export const firstOf =
  (first: OfElement, second: Getter): OfElement =>
  (element) =>
    first(element) ?? second(element.parent);
