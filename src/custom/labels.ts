// LabelWriter writes the labels of series from their sources, which are compiled once per rule.
import { memoize } from '../lib/lru.ts';
import { sanitised } from '../metrics/labels.ts';
import { escapeLabelValue } from '../metrics/text.ts';
import { goText } from './goText.ts';
import type { Getter } from './path.ts';

/** Label names that are cached, far more than clusters have. */
const namesMax = 10_000;

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
  /** What tells the last text from those of other elements. */
  readonly id: string;
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

/** What stands around the value of a label. */
interface Frame {
  readonly opening: string;
  readonly closing: string;
}

/** The labels that all series of an object share, up to one that is of the element. */
interface Run {
  readonly constants: readonly string[];
  readonly getters: readonly (Getter | undefined)[];
  readonly frames: readonly Frame[];
  readonly isConstant: boolean;
  /** What stands there for the present object. */
  text: string;
}

/** A label of the element; `shared` is what stands there if the element has none. */
interface Own {
  readonly frame: Frame;
  readonly ofElement: ((element: Element) => string | undefined) | undefined;
  readonly ofValue: Getter | undefined;
  readonly shared: Run;
}

class FixedNames implements LabelWriter {
  readonly names: readonly string[];
  hasOwn = false;
  id = '';
  /** One more than there are labels of the element: they stand between the runs. */
  readonly #runs: readonly Run[];
  readonly #own: readonly Own[];
  readonly #changing: readonly Run[];

  constructor(names: readonly string[], sources: LabelSources) {
    this.names = names;
    const { ofElement, ofValue } = sources;
    const frameOf = framesOf(names, sources);
    const runs: Run[] = [];
    let from = 0;
    const own: Own[] = [];
    for (const [i, name] of names.entries()) {
      if (!ofElement.has(name) && !ofValue.has(name)) continue;
      runs.push(runOf(names.slice(from, i), sources, frameOf));
      own.push({
        frame: frameOf(name),
        ofElement: ofElement.get(name),
        ofValue: ofValue.get(name),
        shared: runOf([name], sources, frameOf),
      });
      from = i + 1;
    }
    runs.push(runOf(names.slice(from), sources, frameOf));
    this.#runs = runs;
    this.#own = own;
    this.#changing = [...runs, ...own.map(({ shared }) => shared)].filter((run) => !run.isConstant);
  }

  begin(object: unknown): void {
    for (const run of this.#changing) {
      let text = '';
      for (let i = 0; i < run.getters.length; i++) {
        const value = run.getters[i]?.(object);
        text += isNil(value) ? run.constants[i] : labelText(run.frames[i] as Frame, value);
      }
      run.text = text;
    }
  }

  text(element: Element): string {
    let text = (this.#runs[0] as Run).text;
    let id = '';
    this.hasOwn = false;
    for (let i = 0; i < this.#own.length; i++) {
      const { frame, ofElement, ofValue, shared } = this.#own[i] as Own;
      const value = (ofValue && labelOf(ofValue, element)) ?? ofElement?.(element) ?? undefined;
      if (value !== undefined) this.hasOwn = true;
      const label = value === undefined ? shared.text : labelText(frame, value);
      id += label;
      text += label;
      text += (this.#runs[i + 1] as Run).text;
    }
    this.id = id;
    return text;
  }
}

/**
 * The frames of labels by name. Commas stand behind the labels before one that is always there, and
 * in front of those after it: cutting one off would copy each text.
 */
function framesOf(names: readonly string[], { constant }: LabelSources): (name: string) => Frame {
  const always = names.find((name) => Object.hasOwn(constant, name)) ?? '';
  return (name) => ({
    opening: name > always ? `,${name}="` : `${name}="`,
    closing: name < always ? '",' : '"',
  });
}

function runOf(
  names: readonly string[],
  { constant, ofObject }: LabelSources,
  frameOf: (name: string) => Frame,
): Run {
  const frames = names.map(frameOf);
  const constants = names.map((name, i) => {
    const value = Object.hasOwn(constant, name) ? constant[name] : undefined;
    return value === undefined ? '' : labelText(frames[i] as Frame, value);
  });
  const getters = names.map((name) => ofObject.get(name));
  const isConstant = getters.every((getter) => getter === undefined);
  return { constants, getters, frames, isConstant, text: constants.join('') };
}

/** What the map around the value has goes before what the value has. */
const labelOf = (get: Getter, { value, parent }: Element): unknown =>
  (parent === undefined ? undefined : get(parent)) ?? get(value);

/** Names that depend on the object have to be sorted for each series. */
class AnyNames implements LabelWriter {
  readonly names: readonly string[];
  hasOwn = false;
  id = '';
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
    for (const name of [...all.keys()].sort()) {
      const opening = text === '' ? `${name}="` : `,${name}="`;
      text += labelText({ opening, closing: '"' }, all.get(name));
    }
    this.id = text;
    return text;
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

/**
 * A key of an object may begin with a digit, which a label name may not, or be that of the metric's
 * own name: Prometheus would refuse the whole scrape.
 */
const nameOf: (key: string) => string = memoize(namesMax, (key) =>
  sanitised(key).replace(/^(?=[0-9]|__name__$)/, '_'),
);

const isNil = (value: unknown): boolean => value === undefined || value === null;

const labelText = ({ opening, closing }: Frame, value: unknown): string =>
  opening + escapeLabelValue(typeof value === 'string' ? value : goText(value)) + closing;
