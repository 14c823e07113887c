// Compiles a table into a Renderer, which turns one object into exposition text: the hot path.

import { type CountedRenderer, countedRenderer } from './counts.ts';
import { type DeletionMark, deletionMarkOf } from './deletionMark.ts';
import {
  type AnyEmitState,
  canDeferSpec,
  type EmitLabelled,
  type Family,
  type Identity,
  isStateSet,
  type Join,
  type Json,
  type LabelledRow,
  type LabelValue,
  type MapRow,
  type MetricType,
  type SampleRow,
  type Stability,
  type StateSetRow,
} from './family.ts';
import type { History, HistoryRow } from './history.ts';
import { everyKey, type KeyFilter, labelsOf } from './labels.ts';
import type { KubeObject, Received } from './object.ts';
import {
  inheritedLabels,
  type LabelSourceName,
  labelSources,
  type PromotedLabel,
} from './promotedLabels.ts';
import { type LabelSource, type Promoted, Promotion } from './promotion.ts';
import type { Resource } from './resource.ts';
import { escapeLabelValue, formatNumber, headerOfRow, labelsText } from './text.ts';

/**
 * The limit for one family of one object: some 80,000 series. A family that pairs two lists can
 * render an object of a megabyte to a hundred times its size.
 */
const familyCharsMax = 16 * 1024 * 1024;

/** Renders the enabled families of a resource. */
export interface Renderer {
  readonly families: readonly FamilyHeader[];
  /**
   * The text of each family for one object, in the order of `families`; empty if it has no series.
   * A row that throws loses its own text only, and is reported to `onError`.
   */
  render(object: KubeObject): string[];
  /** Undefined where it saves nothing that a spec has not changed: `canDeferSpec`. */
  readonly bySection?: SectionRenderer | undefined;
  /** The families that count over all objects, which are none of `families`, if there are any. */
  readonly counted?: CountedRenderer | undefined;
  /** What makes the promoted labels of the objects; undefined where there are none. */
  readonly promotion?: Promotion | undefined;
  /** As `render`, with these labels promoted and not those that the sources have now. */
  renderPromoted?(object: KubeObject, promoted: Promoted): string[];
  /** Undefined where no family is on that says when an object was deleted. */
  readonly deletionMark?: DeletionMark | undefined;
}

/** What the joined rows have taken of a spec, in the order of these rows. */
export type TakenOfSpec = readonly Json[];

/** Renders an object whose spec may be known from an earlier state of it. */
export interface SectionRenderer {
  /** The families whose texts are made of the spec alone. */
  readonly ofSpec: readonly number[];
  /** All texts, and what was taken of the spec; undefined where a row that reads it has thrown. */
  renderAll(
    object: KubeObject,
    promoted?: Promoted,
  ): { texts: string[]; taken: TakenOfSpec | undefined };
  /** As `renderAll`, but with `undefined` for what is made of the spec alone, which is not read. */
  renderRest(object: KubeObject, taken: TakenOfSpec, promoted?: Promoted): (string | undefined)[];
}

export interface FamilyHeader {
  readonly name: string;
  readonly type: MetricType;
  /** ALPHA where the row promises nothing, as those of custom resources. */
  readonly stability: Stability;
  /** The HELP text, without the stability and without escapes. */
  readonly help: string;
  readonly header: { readonly text: string; readonly openmetrics: string };
}

/** What the flags select of one resource. */
export interface RenderChoices {
  enabled(family: string): boolean;
  /** The label keys that `kube_*_labels` shows; `undefined` means no series. */
  readonly labels: KeyFilter | undefined;
  readonly annotations: KeyFilter | undefined;
  /** Whether of this state set only the series of 1 are rendered; absent means of none. */
  sparse?(family: string): boolean;
  /** Labels that all series get, behind those that identify the object. */
  readonly promoted?: readonly PromotedLabel[] | undefined;
  /** What rows show that count over the states of an object; without it they have no series. */
  readonly history?: History | undefined;
}

/** The sources that objects inherit labels from, of those that the choices need. */
export type LabelSources = ReadonlyMap<LabelSourceName, LabelSource>;

export type OnRenderError = (family: string, object: KubeObject, error: unknown) => void;

/** Compiles the rows once, at start: what depends on flags is decided here, not per object. */
export function compile<T>(
  resource: Resource<T, string>,
  choices: RenderChoices,
  onError: OnRenderError,
  sources: LabelSources = new Map(),
): Renderer {
  const enabled = Object.entries<Family<Received<T>>>(resource.families).filter(([name]) =>
    choices.enabled(name),
  );
  const rows = enabled.filter(([, row]) => !row.counted);
  const identity = Object.entries(resource.identity).map(
    ([name, get], i) => [`${i === 0 ? '' : ','}${name}="`, get] as const,
  );
  const families = rows.map(headerOfRow);
  const writers = rows.map(([name, row]): RowWriter<Received<T>> => {
    const { reads } = row;
    const sparse = isStateSet(row) && choices.sparse?.(name) === true;
    if ('prefix' in row) return { name, reads, write: mapWriter(name, row, choices) };
    if ('states' in row) return { name, reads, write: stateSetWriter(name, row, sparse) };
    if ('ofHistory' in row)
      return { name, reads, write: historyWriter(name, row, choices.history) };
    if ('collectLabelled' in row) return { name, reads, write: labelledWriter(name, row, sparse) };
    return { name, reads, write: sampleWriter(name, row), take: row.join?.take };
  });
  const identify = (object: Received<T>): string => {
    let id = '';
    for (const [prefix, get] of identity) id += `${prefix}${escapeLabelValue(get(object) ?? '')}"`;
    return id;
  };
  const promotion = promotionOf(resource, rows, choices.promoted ?? [], sources);
  const renderer = rendererOf(writers, identify, onError, promotion);
  const bySection = canDeferSpec(rows.map(([, row]) => row)) ? renderer : undefined;
  const deletionMark = deletionMarkOf(rows, writers, identify, resource.identity, promotion);
  return {
    families,
    counted: countedRenderer(enabled, onError),
    render: (object) => renderer.renderAll(object, promotion?.of(object)).texts,
    bySection,
    promotion,
    renderPromoted: (object, promoted) => renderer.renderAll(object, promoted).texts,
    deletionMark,
  };
}

/** Undefined where no label is promoted. */
function promotionOf<O>(
  { identity }: Pick<Resource<never, string>, 'identity'>,
  rows: readonly (readonly [string, Family<O>])[],
  labels: readonly PromotedLabel[],
  sources: LabelSources,
): Promotion | undefined {
  const inheriting = rows.filter(([, { inherits }]) => inherits !== undefined);
  if (labels.length === 0 && inheriting.length === 0) return undefined;
  const familyLabels = new Map(
    inheriting.map(([name, row]) => [name, inheritedLabels(row, labels)] as const),
  );
  return new Promotion({
    families: rows.map(([name]) => name),
    identityLabels: Object.keys(identity).length,
    labels,
    familyLabels,
    inheritances: [...sources].map(([name, source]) => ({ name, source, ...labelSources[name] })),
  });
}

/** Renders one family of one object. */
export interface RowWriter<O> {
  readonly name: string;
  readonly reads: Family<O>['reads'];
  /** `identity` is the text of its identity labels, `taken` what a joined row took of the spec. */
  write(object: O, identity: string, taken?: Json): string;
  readonly take?: Join<O>['take'] | undefined;
}

function rendererOf<O>(
  writers: readonly RowWriter<O>[],
  identify: (object: O) => string,
  onError: OnRenderError,
  promotion: Promotion | undefined,
): SectionRenderer {
  /** The text of the labels that all series of a family share. */
  const headLabels = (id: string, family: number, promoted: Promoted | undefined): string =>
    promoted === undefined || promotion === undefined
      ? id
      : id + promoted.texts[promotion.textIndexOf(family)];
  return {
    ofSpec: writers.flatMap(({ reads }, i) => (reads === 'spec' ? [i] : [])),
    renderAll(object, promoted) {
      const received = object as O;
      const id = identify(received);
      const texts = new Array<string>(writers.length);
      const taken: Json[] = [];
      let failed = false;
      for (let i = 0; i < writers.length; i++) {
        const row = writers[i] as RowWriter<O>;
        try {
          const ofSpec = row.take?.(received);
          if (row.take !== undefined) taken.push(ofSpec);
          texts[i] = row.write(received, headLabels(id, i, promoted), ofSpec);
        } catch (error) {
          texts[i] = '';
          failed ||= row.reads === 'spec' || row.reads === 'joined';
          onError(row.name, object, error);
        }
      }
      return { texts, taken: failed ? undefined : taken };
    },
    renderRest(object, taken, promoted) {
      const received = object as O;
      const id = identify(received);
      const texts = new Array<string | undefined>(writers.length);
      let joined = 0;
      for (let i = 0; i < writers.length; i++) {
        const row = writers[i] as RowWriter<O>;
        if (row.reads === 'spec') continue;
        try {
          const ofSpec = row.take && taken[joined++];
          texts[i] = row.write(received, headLabels(id, i, promoted), ofSpec);
        } catch (error) {
          texts[i] = '';
          onError(row.name, object, error);
        }
      }
      return texts;
    },
  };
}

function sampleWriter<O>(name: string, row: SampleRow<O>): RowWriter<O>['write'] {
  const prefixes = row.labels.map((label) => `,${label}="`);
  const lines = new SeriesLines();
  const emit = (value: number, ...labels: LabelValue[]): void =>
    lines.add(labelsText(prefixes, labels), value);
  const { join } = row;
  return (object, identity, taken) => {
    lines.start(`${name}{${identity}`);
    if (join === undefined) row.collect(object, emit);
    else join.collect(taken, object, emit);
    return lines.text;
  };
}

function stateSetWriter<O>(
  name: string,
  { labels, states, collectStates }: StateSetRow<O>,
  sparse: boolean,
): RowWriter<O>['write'] {
  const prefixes = labels.map((label) => `,${label}="`);
  const ofState = prefixes.pop();
  const endings = states.map((state) => `${ofState}${escapeLabelValue(state)}"`);
  const lines = new SeriesLines();
  const emit: AnyEmitState = (current, ...group) => {
    const text = labelsText(prefixes, group);
    // The states differ, so that the group tells all of its series from others.
    if (!lines.isNew(text)) return;
    for (let i = 0; i < endings.length; i++) {
      const holds = states[i] === current;
      if (holds || !sparse) lines.append(`${text}${endings[i]}`, holds ? 1 : 0);
    }
  };
  return (object, identity) => {
    lines.start(`${name}{${identity}`);
    collectStates(object, emit);
    return lines.text;
  };
}

function mapWriter<O>(name: string, row: MapRow<O>, choices: RenderChoices): RowWriter<O>['write'] {
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

function historyWriter<O>(
  name: string,
  { labels }: HistoryRow,
  history: History | undefined,
): RowWriter<O>['write'] {
  if (history === undefined) return () => '';
  const prefixes = labels.map((label) => `,${label}="`);
  const lines = new SeriesLines();
  const emit = (value: number, ...values: LabelValue[]): void =>
    lines.add(labelsText(prefixes, values), value);
  return (object, identity) => {
    lines.start(`${name}{${identity}`);
    history.collect((object as { readonly metadata: Identity }).metadata, emit);
    return lines.text;
  };
}

function labelledWriter<O>(
  name: string,
  row: LabelledRow<O>,
  sparse: boolean,
): RowWriter<O>['write'] {
  const lines = new SeriesLines();
  const emit: EmitLabelled = sparse
    ? (value, labels, id = labels) => {
        // Of duplicate series the first one counts, also where it is 0.
        if (lines.isNew(id) && value !== 0) lines.append(labels, value);
      }
    : (value, labels, id) => lines.add(labels, value, id);
  return (object) => {
    lines.start(`${name}{`);
    row.collectLabelled(object, emit);
    return lines.text;
  };
}

/**
 * So few series of one family are told apart by comparing. A Set would hash the labels of each: a
 * pod takes 37 µs this way, and 52 with a Set.
 */
const comparedMax = 16;

/** Collects the lines of one family of one object; of duplicate series the first one stays. */
class SeriesLines {
  text = '';
  #head = '';
  /** What the series so far are told apart by: the first `#count` of `#ids`, or all of `#seen`. */
  readonly #ids = new Array<string>(comparedMax).fill('');
  #count = 0;
  #seen: Set<string> | undefined;

  start(head: string): void {
    this.text = '';
    this.#head = head;
    this.#count = 0;
    this.#seen = undefined;
  }

  /**
   * `labels` are those beyond the head, which all series of an object share; `id` is what tells
   * them from those of other series: long texts take long to look up.
   */
  add(labels: string, value: number, id = labels): void {
    if (this.isNew(id)) this.append(labels, value);
  }

  /** As `add`, for a series that is known to be new. */
  append(labels: string, value: number): void {
    this.text += `${this.#head}${labels}} ${formatNumber(value)}\n`;
    if (this.text.length > familyCharsMax) {
      throw new RangeError(`expected at most ${familyCharsMax} characters of one family`);
    }
  }

  /** Whether no series has had this id so far; it is taken from now on. */
  isNew(id: string): boolean {
    if (this.#seen === undefined) {
      for (let i = 0; i < this.#count; i++) if (this.#ids[i] === id) return false;
      if (this.#count < comparedMax) {
        this.#ids[this.#count++] = id;
        return true;
      }
      this.#seen = new Set(this.#ids);
    }
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    return true;
  }
}
