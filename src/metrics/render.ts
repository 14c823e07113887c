// Compiles a table into the function that turns one object into exposition text: the hot path.
import { type Family, type LabelValue, type MapRow, noLabel, type SampleRow } from './family.ts';
import { everyKey, type KeyFilter, labelsOf } from './labels.ts';
import type { KubeObject, Received } from './object.ts';
import type { Resource } from './resource.ts';
import { escapeLabelValue, formatNumber, headerOf } from './text.ts';

/**
 * What one object may have of one family: some 80,000 series, far beyond what is real. An object of
 * a megabyte can ask for a hundred times its size where a family pairs its lists.
 */
const familyCharsMax = 16 * 1024 * 1024;

/** A resource's enabled families, ready to render. */
export interface Renderer {
  readonly families: readonly FamilyHeader[];
  /**
   * The text of each family for one object, in the order of `families`, empty where it has no
   * series. A row that throws loses its own text only and is reported to `onError`.
   */
  render(object: KubeObject): string[];
}

export interface FamilyHeader {
  readonly name: string;
  readonly header: { readonly text: string; readonly openmetrics: string };
}

/** What the user chose for one resource. */
export interface RenderChoices {
  enabled(family: string): boolean;
  /** Which label keys `kube_*_labels` shows; `undefined` shows no series at all. */
  readonly labels: KeyFilter | undefined;
  readonly annotations: KeyFilter | undefined;
}

export type OnRenderError = (family: string, object: KubeObject, error: unknown) => void;

/** Decides all that can be decided before the first object; `render` decides nothing. */
export function compile<T>(
  resource: Resource<T>,
  choices: RenderChoices,
  onError: OnRenderError,
): Renderer {
  const rows = Object.entries<Family<Received<T>>>(resource.families).filter(([name]) =>
    choices.enabled(name),
  );
  const identity = Object.entries(resource.identity).map(
    ([name, get], i) => [`${i === 0 ? '' : ','}${name}="`, get] as const,
  );
  const families = rows.map(([name, row]) => ({
    name,
    header: { text: headerOf(name, row, 'text'), openmetrics: headerOf(name, row, 'openmetrics') },
  }));
  const writers = rows.map(([name, row]) =>
    'prefix' in row ? mapWriter(name, row, choices) : sampleWriter(name, row),
  );
  const render = (object: KubeObject): string[] => {
    const received = object as Received<T>;
    let id = '';
    for (const [prefix, get] of identity)
      id += `${prefix}${escapeLabelValue(get(received) ?? '')}"`;
    const texts = new Array<string>(writers.length);
    for (let i = 0; i < writers.length; i++) {
      try {
        texts[i] = (writers[i] as Writer<Received<T>>)(received, id);
      } catch (error) {
        texts[i] = '';
        onError((families[i] as FamilyHeader).name, object, error);
      }
    }
    return texts;
  };
  return { families, render };
}

/** Renders one family of one object, given its rendered identity labels. */
type Writer<O> = (object: O, identity: string) => string;

function sampleWriter<O>(name: string, row: SampleRow<O>): Writer<O> {
  const prefixes = row.labels.map((label) => `,${label}="`);
  const lines = new SeriesLines();
  const emit = (value: number, ...labels: LabelValue[]): void => {
    let text = '';
    for (let i = 0; i < prefixes.length; i++) {
      const label = labels[i] ?? '';
      if (label !== noLabel) text += `${prefixes[i]}${escapeLabelValue(label)}"`;
    }
    lines.add(text, value);
  };
  return (object, identity) => {
    lines.start(`${name}{${identity}`);
    row.collect(object, emit);
    return lines.text;
  };
}

function mapWriter<O>(name: string, row: MapRow<O>, choices: RenderChoices): Writer<O> {
  const filter = row.allowList === undefined ? everyKey : choices[row.allowList];
  if (filter === undefined) return () => '';
  return (object, identity) => {
    let series = `${name}{${identity}`;
    for (const [label, value] of labelsOf(row.prefix, row.entries(object) ?? {}, filter)) {
      series += `,${label}="${escapeLabelValue(value)}"`;
    }
    return `${series}} 1\n`;
  };
}

/** The lines of one family of one object; a series that comes twice counts once, the first. */
class SeriesLines {
  text = '';
  #head = '';
  #first = '';
  #seen: Set<string> | undefined;

  start(head: string): void {
    this.text = '';
    this.#head = head;
    this.#seen = undefined;
  }

  /** `labels` is what the series has beyond the head, which all series of an object share. */
  add(labels: string, value: number): void {
    if (this.text === '') {
      this.#first = labels;
    } else {
      // Most families have one series an object: the set is made for the second.
      this.#seen ??= new Set([this.#first]);
      if (this.#seen.has(labels)) return;
      this.#seen.add(labels);
    }
    this.text += `${this.#head}${labels}} ${formatNumber(value)}\n`;
    if (this.text.length > familyCharsMax) {
      throw new RangeError(`expected at most ${familyCharsMax} characters of one family`);
    }
  }
}
