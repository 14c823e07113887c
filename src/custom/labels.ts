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

/** Labels whose names are the keys of a map, with a prefix. */
export interface MapLabels {
  readonly prefix: string;
  readonly get: Getter;
}

/** Where the labels of a rule come from, in the order in which later ones override earlier ones. */
export interface LabelSources {
  readonly constant: Readonly<Record<string, string>>;
  readonly mapsOfObject: readonly MapLabels[];
  readonly ofObject: ReadonlyMap<string, Getter>;
  /** The key of a map, or the state of a StateSet. */
  readonly ofElement: ReadonlyMap<string, (element: Element) => string | undefined>;
  /** Read first from the value of the element, then from the map around it. */
  readonly mapsOfValue: readonly MapLabels[];
  readonly ofValue: ReadonlyMap<string, Getter>;
}

export interface LabelWriter {
  /** The names that are known beforehand, sorted. */
  readonly names: readonly string[];
  /** Whether the last text had a label of its element. */
  readonly hasOwn: boolean;
  /** To be called for each object, before `text`. */
  begin(object: unknown): void;
  /** The labels of one series as text, sorted by name. */
  text(element: Element): string;
}

export function labelWriter(sources: LabelSources): LabelWriter {
  const { constant, mapsOfObject, ofObject, ofElement, mapsOfValue, ofValue } = sources;
  const names = [
    ...new Set([
      ...Object.keys(constant),
      ...ofObject.keys(),
      ...ofElement.keys(),
      ...ofValue.keys(),
    ]),
  ].sort();
  const isFixed = mapsOfObject.length === 0 && mapsOfValue.length === 0;
  return isFixed ? new FixedNames(names, sources) : new AnyNames(names, sources);
}

/** A label's place in the text; only what is of the element is made anew for each series. */
interface Slot {
  readonly opening: string;
  readonly constant: string;
  readonly ofObject: Getter | undefined;
  readonly ofElement: ((element: Element) => string | undefined) | undefined;
  readonly ofValue: Getter | undefined;
  /** What stands there of all elements of the object. */
  text: string;
}

class FixedNames implements LabelWriter {
  readonly names: readonly string[];
  hasOwn = false;
  readonly #slots: readonly Slot[];
  readonly #ofObject: readonly Slot[];

  constructor(names: readonly string[], sources: LabelSources) {
    this.names = names;
    this.#slots = names.map((name) => {
      const opening = `,${name}="`;
      const value = Object.hasOwn(sources.constant, name) ? sources.constant[name] : undefined;
      const constant = value === undefined ? '' : labelText(opening, value);
      return {
        opening,
        constant,
        ofObject: sources.ofObject.get(name),
        ofElement: sources.ofElement.get(name),
        ofValue: sources.ofValue.get(name),
        text: constant,
      };
    });
    this.#ofObject = this.#slots.filter(({ ofObject }) => ofObject !== undefined);
  }

  begin(object: unknown): void {
    for (const slot of this.#ofObject) {
      const value = slot.ofObject?.(object);
      slot.text = isNil(value) ? slot.constant : labelText(slot.opening, value);
    }
  }

  text(element: Element): string {
    let text = '';
    this.hasOwn = false;
    for (let i = 0; i < this.#slots.length; i++) {
      const slot = this.#slots[i] as Slot;
      const { ofElement, ofValue } = slot;
      const value =
        (ofValue && valueOf(ofValue, element)) ?? (ofElement && ofElement(element)) ?? undefined;
      if (value === undefined) {
        text += slot.text;
      } else {
        this.hasOwn = true;
        text += labelText(slot.opening, value);
      }
    }
    return text.slice(1);
  }
}

/** What the map around the value has goes before what the value has. */
const valueOf = (get: Getter, { value, parent }: Element): unknown =>
  (parent === undefined ? undefined : get(parent)) ?? get(value);

/** Names that depend on the object have to be sorted for each series. */
class AnyNames implements LabelWriter {
  readonly names: readonly string[];
  hasOwn = false;
  readonly #sources: LabelSources;
  readonly #constant: readonly (readonly [string, unknown])[];
  #ofObject = new Map<string, unknown>();

  constructor(names: readonly string[], sources: LabelSources) {
    this.names = names;
    this.#sources = sources;
    this.#constant = Object.entries(sources.constant);
  }

  begin(object: unknown): void {
    const { mapsOfObject, ofObject } = this.#sources;
    this.#ofObject = new Map(this.#constant);
    addLabels(this.#ofObject, mapsOfObject, ofObject, object);
  }

  text(element: Element): string {
    const { ofElement, mapsOfValue, ofValue } = this.#sources;
    const own = new Map<string, unknown>();
    for (const [name, get] of ofElement) {
      const value = get(element);
      if (value !== undefined) own.set(name, value);
    }
    addLabels(own, mapsOfValue, ofValue, element.value);
    if (element.parent !== undefined) addLabels(own, mapsOfValue, ofValue, element.parent);
    this.hasOwn = own.size > 0;
    const all = own.size === 0 ? this.#ofObject : new Map([...this.#ofObject, ...own]);
    let text = '';
    for (const name of [...all.keys()].sort()) text += labelText(`,${name}="`, all.get(name));
    return text.slice(1);
  }
}

function addLabels(
  labels: Map<string, unknown>,
  maps: readonly MapLabels[],
  getters: ReadonlyMap<string, Getter>,
  from: unknown,
): void {
  for (const { prefix, get } of maps) {
    const map = get(from);
    if (typeof map !== 'object' || map === null || Array.isArray(map)) continue;
    for (const [key, value] of Object.entries(map)) {
      const name = nameOf(prefix + key);
      if (name !== '') labels.set(name, goText(value));
    }
  }
  for (const [name, get] of getters) {
    const value = get(from);
    if (!isNil(value)) labels.set(name, value);
  }
}

/** A key of an object may begin with a digit, which a label name may not. */
const nameOf = (key: string): string => sanitised(key).replace(/^(?=[0-9])/, '_');

const isNil = (value: unknown): boolean => value === undefined || value === null;

const labelText = (opening: string, value: unknown): string =>
  `${opening}${escapeLabelValue(typeof value === 'string' ? value : goText(value))}"`;
