// Compiles a table into a Renderer, which turns one object into exposition text: the hot path.
import { type CountedRenderer, countedRenderer } from './counts.ts';
import { type DeletionMark, deletionMarkOf } from './deletionMark.ts';
import { canDeferSpec, type Family, type Json, type MetricType, type Stability } from './family.ts';
import type { History } from './history.ts';
import type { KeyFilter } from './labels.ts';
import type { KubeObject, Received } from './object.ts';
import {
  inheritedLabels,
  type LabelSourceName,
  labelSources,
  type PromotedLabel,
} from './promotedLabels.ts';
import { type LabelSource, type Promoted, Promotion } from './promotion.ts';
import { leftOut, type Rendered, textsOf } from './rendered.ts';
import type { Resource } from './resource.ts';
import { type RowWriter, writerOf } from './rowWriters.ts';
import { bytes, type Range, textOf } from './seriesLines.ts';
import { sharedLabels } from './sharedLabels.ts';
import { headerOfRow } from './text.ts';
import { fixedText } from './textBytes.ts';

const QUOTE = 0x22;

/** Renders the enabled families of a resource. */
export interface Renderer {
  readonly families: readonly FamilyHeader[];
  /**
   * The text of each family for one object, in the order of `families`; empty if it has no series.
   * A row that throws loses its own text only, and is reported to `onError`.
   */
  render(object: KubeObject): string[];
  /** The same as bytes; without `promoted`, with the labels that are promoted to it now. */
  renderAll(object: KubeObject, promoted?: Promoted): RenderedAll;
  /** Undefined where it saves nothing that a spec has not changed: `canDeferSpec`. */
  readonly bySection?: SectionRenderer | undefined;
  /** The families that count over all objects, which are none of `families`, if there are any. */
  readonly counted?: CountedRenderer | undefined;
  /** What makes the promoted labels of the objects; undefined where there are none. */
  readonly promotion?: Promotion | undefined;
  /** Undefined where no family is on that says when an object was deleted. */
  readonly deletionMark?: DeletionMark | undefined;
}

/** What the joined rows have taken of a spec, in the order of these rows. */
export type TakenOfSpec = readonly Json[];

/** Renders an object whose spec may be known from an earlier state of it. */
export interface SectionRenderer {
  /** The families whose texts are made of the spec alone. */
  readonly ofSpec: readonly number[];
  /** As `renderAll`, but what is made of the spec alone is left out, and the spec is not read. */
  renderRest(object: KubeObject, taken: TakenOfSpec, promoted?: Promoted): Rendered;
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
    ([name, get], i) => [fixedText(`${i === 0 ? '' : ','}${name}="`), get] as const,
  );
  const families = rows.map(headerOfRow);
  const writers = rows.map(([name, row]) => writerOf(name, row, choices));
  const identify = (object: Received<T>): void => {
    for (const [prefix, get] of identity) {
      bytes.addFixed(prefix);
      bytes.addEscaped(textOf(get(object)));
      bytes.addByte(QUOTE);
    }
  };
  const promotion = promotionOf(resource, rows, choices.promoted ?? [], sources);
  const renderer = rendererOf(writers, identify, onError, promotion);
  const bySection = canDeferSpec(rows.map(([, row]) => row)) ? renderer : undefined;
  const { renderAll } = renderer;
  const render = (object: KubeObject): string[] => textsOf(renderAll(object));
  const counted = countedRenderer(enabled, onError);
  const deletionMark = deletionMarkOf(rows, writers, { identify, promotion, ...resource });
  return { families, counted, render, renderAll, bySection, promotion, deletionMark };
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

function rendererOf<O>(
  writers: readonly RowWriter<O>[],
  identify: (object: O) => void,
  onError: OnRenderError,
  promotion: Promotion | undefined,
): SectionRenderer & Pick<Renderer, 'renderAll'> {
  const starts = new Uint32Array(writers.length);
  const lengths = new Uint32Array(writers.length);
  const series = new Uint32Array(writers.length);
  const rendered: Rendered = { bytes, starts, lengths, series };
  const shared = sharedLabels(writers.length, promotion);
  const begin = (object: O, promoted: Promoted | undefined): void => {
    bytes.clear();
    identify(object);
    shared.write(promoted);
    bytes.pad();
  };
  const set = (i: number, start: number, lines: number): void => {
    starts[i] = start;
    lengths[i] = bytes.end - start;
    series[i] = lines;
    bytes.pad();
  };
  return {
    ofSpec: writers.flatMap(({ reads }, i) => (reads === 'spec' ? [i] : [])),
    renderAll(object, promoted = promotion?.of(object)) {
      const received = object as O;
      begin(received, promoted);
      const taken: Json[] = [];
      let failed = false;
      for (let i = 0; i < writers.length; i++) {
        const row = writers[i] as RowWriter<O>;
        const start = bytes.end;
        let lines = 0;
        try {
          const ofSpec = row.take?.(received);
          if (row.take !== undefined) taken.push(ofSpec);
          lines = row.write(received, shared.of[i] as Range, ofSpec);
        } catch (error) {
          bytes.end = start;
          failed ||= row.reads === 'spec' || row.reads === 'joined';
          onError(row.name, object, error);
        }
        set(i, start, lines);
      }
      return { ...rendered, taken: failed ? undefined : taken };
    },
    renderRest(object, taken, promoted) {
      const received = object as O;
      begin(received, promoted);
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
          lines = row.write(received, shared.of[i] as Range, row.take && taken[joined++]);
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
