// Compiles a table into a Renderer, which turns one object into exposition text: the hot path.
import {
  type AnyEmitState,
  canDeferSpec,
  type EmitLabelled,
  type Family,
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
import { everyKey, type KeyFilter, labelsOf } from './labels.ts';
import type { KubeObject, Received } from './object.ts';
import type { Resource } from './resource.ts';
import { addLabels, bytes, SeriesLines, textOf } from './seriesLines.ts';
import { escapeLabelValue, headerOf, helpOf } from './text.ts';
import { type FixedText, fixedText, type TextBytes } from './textBytes.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const equals = fixedText('="');

/** Renders the enabled families of a resource. */
export interface Renderer {
  readonly families: readonly FamilyHeader[];
  /**
   * The text of each family for one object, in the order of `families`; empty if it has no series.
   * A row that throws loses its own text only, and is reported to `onError`.
   */
  render(object: KubeObject): string[];
  /** The same as bytes. */
  renderAll(object: KubeObject): RenderedAll;
  /** Undefined where it saves nothing that a spec has not changed: `canDeferSpec`. */
  readonly bySection?: SectionRenderer | undefined;
}

/** What the joined rows have taken of a spec, in the order of these rows. */
export type TakenOfSpec = readonly Json[];

/** Renders an object whose spec may be known from an earlier state of it. */
export interface SectionRenderer {
  /** The families whose texts are made of the spec alone. */
  readonly ofSpec: readonly number[];
  /** As `renderAll`, but what is made of the spec alone is left out, and the spec is not read. */
  renderRest(object: KubeObject, taken: TakenOfSpec): Rendered;
}

/** Stands for the length of a text that is left out; no text is so long. */
export const leftOut = 0xffff_ffff;

/** The texts of one object by family; whatever is rendered next overwrites them. */
export interface Rendered {
  readonly bytes: TextBytes;
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  readonly series: Uint32Array;
}

export interface RenderedAll extends Rendered {
  /** Undefined where a row that reads the spec has thrown. */
  readonly taken: TakenOfSpec | undefined;
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
}

export type OnRenderError = (family: string, object: KubeObject, error: unknown) => void;

/** Compiles the rows once, at start: what depends on flags is decided here, not per object. */
export function compile<T>(
  resource: Resource<T, string>,
  choices: RenderChoices,
  onError: OnRenderError,
): Renderer {
  const rows = Object.entries<Family<Received<T>>>(resource.families).filter(([name]) =>
    choices.enabled(name),
  );
  const identity = Object.entries(resource.identity).map(
    ([name, get], i) => [fixedText(`${i === 0 ? '' : ','}${name}="`), get] as const,
  );
  const families = rows.map(([name, row]) => ({
    name,
    type: row.type,
    stability: row.stability ?? 'ALPHA',
    help: helpOf(row),
    header: { text: headerOf(name, row, 'text'), openmetrics: headerOf(name, row, 'openmetrics') },
  }));
  const writers = rows.map(([name, row]): RowWriter<Received<T>> => {
    const { reads } = row;
    const sparse = isStateSet(row) && choices.sparse?.(name) === true;
    if ('prefix' in row) return { name, reads, write: mapWriter(name, row, choices) };
    if ('states' in row) return { name, reads, write: stateSetWriter(name, row, sparse) };
    if ('collectLabelled' in row) return { name, reads, write: labelledWriter(name, row, sparse) };
    return { name, reads, write: sampleWriter(name, row), take: row.join?.take };
  });
  const identify = (object: Received<T>): void => {
    for (const [prefix, get] of identity) {
      bytes.addFixed(prefix);
      bytes.addEscaped(textOf(get(object)));
      bytes.addByte(QUOTE);
    }
  };
  const renderer = rendererOf(writers, identify, onError);
  const bySection = canDeferSpec(rows.map(([, row]) => row)) ? renderer : undefined;
  const { renderAll } = renderer;
  const render = (object: KubeObject): string[] => textsOf(renderAll(object));
  return { families, render, renderAll, bySection };
}

const textsOf = ({ bytes, starts, lengths }: Rendered): string[] =>
  Array.from(starts, (start, i) => bytes.text(start, start + (lengths[i] as number)));

/** Renders one family of one object. */
interface RowWriter<O> {
  readonly name: string;
  readonly reads: Family<O>['reads'];
  /**
   * Writes the lines, and returns how many. `identityEnd` is where the text of the object's
   * identity labels ends in `bytes`; `taken` is what a joined row took of the spec.
   */
  write(object: O, identityEnd: number, taken?: Json): number;
  readonly take?: Join<O>['take'] | undefined;
}

function rendererOf<O>(
  writers: readonly RowWriter<O>[],
  identify: (object: O) => void,
  onError: OnRenderError,
): SectionRenderer & Pick<Renderer, 'renderAll'> {
  const starts = new Uint32Array(writers.length);
  const lengths = new Uint32Array(writers.length);
  const series = new Uint32Array(writers.length);
  const rendered: Rendered = { bytes, starts, lengths, series };
  const begin = (object: O): number => {
    bytes.clear();
    identify(object);
    const { end } = bytes;
    bytes.pad();
    return end;
  };
  const set = (i: number, start: number, lines: number): void => {
    starts[i] = start;
    lengths[i] = bytes.end - start;
    series[i] = lines;
    bytes.pad();
  };
  return {
    ofSpec: writers.flatMap(({ reads }, i) => (reads === 'spec' ? [i] : [])),
    renderAll(object) {
      const received = object as O;
      const identityEnd = begin(received);
      const taken: Json[] = [];
      let failed = false;
      for (let i = 0; i < writers.length; i++) {
        const row = writers[i] as RowWriter<O>;
        const start = bytes.end;
        let lines = 0;
        try {
          const ofSpec = row.take?.(received);
          if (row.take !== undefined) taken.push(ofSpec);
          lines = row.write(received, identityEnd, ofSpec);
        } catch (error) {
          bytes.end = start;
          failed ||= row.reads === 'spec' || row.reads === 'joined';
          onError(row.name, object, error);
        }
        set(i, start, lines);
      }
      return { ...rendered, taken: failed ? undefined : taken };
    },
    renderRest(object, taken) {
      const received = object as O;
      const identityEnd = begin(received);
      let joined = 0;
      for (let i = 0; i < writers.length; i++) {
        const row = writers[i] as RowWriter<O>;
        const start = bytes.end;
        let lines = 0;
        if (row.reads === 'spec') {
          set(i, start, 0);
          lengths[i] = leftOut;
          continue;
        }
        try {
          lines = row.write(received, identityEnd, row.take && taken[joined++]);
        } catch (error) {
          bytes.end = start;
          onError(row.name, object, error);
        }
        set(i, start, lines);
      }
      return rendered;
    },
  };
}

function sampleWriter<O>(name: string, row: SampleRow<O>): RowWriter<O>['write'] {
  const prefixes = row.labels.map((label) => fixedText(`,${label}="`));
  const lines = new SeriesLines(name);
  const emit = (value: number, ...labels: LabelValue[]): void => {
    lines.open();
    addLabels(prefixes, labels);
    if (lines.isNew()) lines.close(value);
    else lines.drop();
  };
  const { join } = row;
  return (object, identityEnd, taken) => {
    lines.start(identityEnd);
    if (join === undefined) row.collect(object, emit);
    else join.collect(taken, object, emit);
    return lines.count;
  };
}

function stateSetWriter<O>(
  name: string,
  { labels, states, collectStates }: StateSetRow<O>,
  sparse: boolean,
): RowWriter<O>['write'] {
  const prefixes = labels.map((label) => fixedText(`,${label}="`));
  const ofState = `,${labels.at(-1)}="`;
  prefixes.pop();
  const endings = states.map((state) => fixedText(`${ofState}${escapeLabelValue(state)}"`));
  const lines = new SeriesLines(name);
  const emit: AnyEmitState = (current, ...group) => {
    const start = lines.open();
    addLabels(prefixes, group);
    const { end } = bytes;
    // The states differ, so that the group tells all of its series from others.
    const isNew = lines.isNew(sparse ? bytes.key(start, end) : undefined);
    lines.drop();
    if (!isNew) return;
    for (let i = 0; i < endings.length; i++) {
      const holds = states[i] === current;
      if (!holds && sparse) continue;
      if (bytes.end === start) bytes.end = end;
      else bytes.repeat(start, end);
      bytes.addFixed(endings[i] as FixedText);
      lines.close(holds ? 1 : 0);
    }
  };
  return (object, identityEnd) => {
    lines.start(identityEnd);
    collectStates(object, emit);
    return lines.count;
  };
}

function mapWriter<O>(name: string, row: MapRow<O>, choices: RenderChoices): RowWriter<O>['write'] {
  const filter = row.allowList === undefined ? everyKey : choices[row.allowList];
  if (filter === undefined) return () => 0;
  const lines = new SeriesLines(name);
  return (object, identityEnd) => {
    lines.start(identityEnd);
    lines.open();
    for (const [label, value] of labelsOf(row.prefix, row.entries(object) ?? {}, filter)) {
      bytes.addByte(COMMA);
      bytes.addEscaped(label);
      bytes.addFixed(equals);
      bytes.addEscaped(textOf(value));
      bytes.addByte(QUOTE);
    }
    lines.close(1);
    return lines.count;
  };
}

function labelledWriter<O>(
  name: string,
  row: LabelledRow<O>,
  sparse: boolean,
): RowWriter<O>['write'] {
  const lines = new SeriesLines(name);
  const emit: EmitLabelled = (value, labels, id = labels) => {
    // Of duplicate series the first one counts, also where it is 0.
    if (!lines.isNew(id) || (sparse && value === 0)) return;
    lines.open();
    bytes.addText(labels);
    lines.close(value);
  };
  return (object) => {
    lines.start(0);
    row.collectLabelled(object, emit);
    return lines.count;
  };
}
