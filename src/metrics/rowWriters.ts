// Row writers write the lines of one family of one object, each kind of row in its way.
import {
  type AnyEmit,
  type AnyEmitState,
  type EmitLabelled,
  type Family,
  type Identity,
  isStateSet,
  type Join,
  type Json,
  type LabelledRow,
  type MapRow,
  type SampleRow,
  type StateSetRow,
} from './family.ts';
import type { History, HistoryRow } from './history.ts';
import { everyKey, labelsOf } from './labels.ts';
import type { RenderChoices } from './render.ts';
import { addLabels, bytes, type Range, SeriesLines, textOf } from './seriesLines.ts';
import { escapeLabelValue } from './text.ts';
import { type FixedText, fixedText } from './textBytes.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const equals = fixedText('="');

/** Series that stand for no object of the table. */
const noLabels: Range = { start: 0, end: 0 };

/** Renders one family of one object. */
export interface RowWriter<O> {
  readonly name: string;
  readonly reads: Family<O>['reads'];
  /**
   * Writes the lines, and returns how many. `shared` are the labels that all of them begin with;
   * `taken` is what a joined row took of the spec.
   */
  write(object: O, shared: Range, taken?: Json): number;
  readonly take?: Join<O>['take'] | undefined;
}

/** What depends on flags is decided here, not per object. */
export function writerOf<O>(name: string, row: Family<O>, choices: RenderChoices): RowWriter<O> {
  const { reads } = row;
  const sparse = isStateSet(row) && choices.sparse?.(name) === true;
  if ('prefix' in row) return { name, reads, write: mapWriter(name, row, choices) };
  if ('states' in row) return { name, reads, write: stateSetWriter(name, row, sparse) };
  if ('ofHistory' in row) return { name, reads, write: historyWriter(name, row, choices.history) };
  if ('collectLabelled' in row) return { name, reads, write: labelledWriter(name, row, sparse) };
  return { name, reads, write: sampleWriter(name, row), take: row.join?.take };
}

/** Adds a line for each series that is emitted. */
function emitTo(lines: SeriesLines, labels: readonly string[]): AnyEmit {
  const prefixes = labels.map((label) => fixedText(`,${label}="`));
  return (value, ...values) => {
    lines.open();
    addLabels(prefixes, values);
    if (lines.isNew()) lines.close(value);
    else lines.drop();
  };
}

function sampleWriter<O>(name: string, row: SampleRow<O>): RowWriter<O>['write'] {
  const lines = new SeriesLines(name);
  const emit = emitTo(lines, row.labels);
  const { join } = row;
  return (object, shared, taken) => {
    lines.start(shared);
    if (join === undefined) row.collect(object, emit);
    else join.collect(taken, object, emit);
    return lines.count;
  };
}

function historyWriter<O>(
  name: string,
  { labels }: HistoryRow,
  history: History | undefined,
): RowWriter<O>['write'] {
  if (history === undefined) return () => 0;
  const lines = new SeriesLines(name);
  const emit = emitTo(lines, labels);
  return (object, shared) => {
    lines.start(shared);
    history.collect((object as { readonly metadata: Identity }).metadata, emit);
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
  return (object, shared) => {
    lines.start(shared);
    collectStates(object, emit);
    return lines.count;
  };
}

function mapWriter<O>(name: string, row: MapRow<O>, choices: RenderChoices): RowWriter<O>['write'] {
  const filter = row.allowList === undefined ? everyKey : choices[row.allowList];
  if (filter === undefined) return () => 0;
  const lines = new SeriesLines(name);
  return (object, shared) => {
    lines.start(shared);
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
    lines.start(noLabels);
    row.collectLabelled(object, emit);
    return lines.count;
  };
}
