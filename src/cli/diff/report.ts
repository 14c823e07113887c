// report writes what a comparison found, for people: one paragraph for each family that differs.
import { counted, grouped } from '../../lib/grouped.ts';
import { printable } from '../printable.ts';
import type { Candidate } from './candidates.ts';
import type { Compared, ComparedFamily, FamilySide } from './comparison.ts';

/** Families of one paragraph; the last line counts them all. */
const familiesShownMax = 200;

export interface ReportOptions {
  /** Whether HELP texts count. */
  readonly help: boolean;
  /** What the sides are called, in the order of the command line. */
  readonly names: readonly [a: string, b: string];
}

/** How a family differs, as data; the report and --json are made of it. */
export interface FamilyDifference {
  readonly family: string;
  /** The side that has no series of it and no header, though the other has series. */
  readonly missingIn?: 'a' | 'b';
  readonly type?: Sides;
  readonly help?: Sides;
  /** Labels that all examples of one side have, and none of the other side. */
  readonly labels?: { readonly a: readonly string[]; readonly b: readonly string[] };
  readonly series: { readonly onlyA: number; readonly onlyB: number; readonly values: number };
  readonly examples: readonly Pick<Candidate, 'verdict' | 'series' | 'a' | 'b'>[];
}

interface Sides {
  readonly a: string;
  readonly b: string;
}

/** In the order of the exposition; empty where the two are the same to a scraper. */
export function differencesOf(compared: Compared, { help }: ReportOptions): FamilyDifference[] {
  const sameFormat = compared.a.format === compared.b.format;
  return compared.families.flatMap((family) => {
    const { a, b, differing } = family;
    const series = { onlyA: differing.a, onlyB: differing.b, values: differing.values };
    const missingIn = missingSide(family);
    const type = unlike(typeOf(a, sameFormat), typeOf(b, sameFormat));
    const helps = help ? unlike(a.help, b.help) : undefined;
    const labels = labelsOf(family.examples);
    const any = missingIn ?? type ?? helps;
    if (any === undefined && series.onlyA + series.onlyB + series.values === 0) return [];
    const examples = family.examples.map((one) => ({
      verdict: one.verdict,
      series: one.series,
      a: one.a,
      b: one.b,
    }));
    return {
      family: family.name,
      ...(missingIn && { missingIn }),
      ...(type && { type }),
      ...(helps && { help: helps }),
      ...(labels && { labels }),
      series,
      examples,
    };
  });
}

/** A family without series is nothing to a scraper. */
function missingSide({ a, b, differing }: ComparedFamily): 'a' | 'b' | undefined {
  if (!b.present && b.series === 0 && differing.a > 0) return 'b';
  return !a.present && a.series === 0 && differing.b > 0 ? 'a' : undefined;
}

/** What is of one side alone has nothing to be unlike. */
const unlike = (a: string | undefined, b: string | undefined): Sides | undefined =>
  a === undefined || b === undefined || a === b ? undefined : { a, b };

/** Types of OpenMetrics that the text format has no word for. */
const inText: Readonly<Record<string, string>> = {
  info: 'gauge',
  stateset: 'gauge',
  unknown: 'untyped',
  gaugehistogram: 'histogram',
};

function typeOf({ type, series }: FamilySide, sameFormat: boolean): string | undefined {
  // The type of what has no series may be left out.
  if (type === undefined && series === 0) return undefined;
  const told = type ?? 'untyped';
  return sameFormat ? told : (inText[told] ?? told);
}

/** Labels that tell the sides apart, where each has series that the other has not. */
function labelsOf(examples: readonly Candidate[]): FamilyDifference['labels'] {
  const onSide = (side: 'a' | 'b'): ReadonlySet<string>[] =>
    examples.filter(({ verdict }) => verdict === side).map(({ series }) => labelNames(series));
  const [a, b] = [onSide('a'), onSide('b')];
  if (a.length === 0 || b.length === 0) return undefined;
  const common = (sets: readonly ReadonlySet<string>[]): string[] =>
    [...(sets[0] ?? [])].filter((name) => sets.every((one) => one.has(name)));
  const without = (names: string[], sets: readonly ReadonlySet<string>[]): string[] =>
    names.filter((name) => !sets.some((one) => one.has(name)));
  const labels = { a: without(common(a), b), b: without(common(b), a) };
  return labels.a.length + labels.b.length === 0 ? undefined : labels;
}

/** Labels with a value: to a scraper the others are absent. */
const labelNames = (series: string): ReadonlySet<string> =>
  new Set(
    [...series.matchAll(/([^\s{,="]+|"(?:[^"\\]|\\.)*")="((?:[^"\\]|\\.)*)"/g)]
      .filter(([, , value]) => value !== '')
      .map(([, name = '']) => name),
  );

/** The whole report, ended by a newline. */
export function reportOf(
  compared: Compared,
  differences: readonly FamilyDifference[],
  { names }: ReportOptions,
): string {
  const lines = differences.slice(0, familiesShownMax).flatMap(familyLines);
  const left = differences.length - familiesShownMax;
  if (left > 0) lines.push(`and ${counted(left, 'more family', 'more families')}`);
  const all = [...lines, ...notesOf(compared), ...sideLines(compared, names), verdict(differences)];
  return all.map((line) => `${printable(line)}\n`).join('');
}

function familyLines(one: FamilyDifference): string[] {
  const { onlyA, onlyB, values } = one.series;
  if (one.missingIn !== undefined) {
    const [where, count] = one.missingIn === 'b' ? ['A', onlyA] : ['B', onlyB];
    return [`${one.family}: only in ${where}, with ${counted(count, 'series', 'series')}`];
  }
  const counts = [
    onlyA > 0 && `${grouped(onlyA)} only in A`,
    onlyB > 0 && `${grouped(onlyB)} only in B`,
    values > 0 && `${grouped(values)} of another value`,
  ].filter((text) => text !== false);
  const { type, help, labels } = one;
  const facts = [
    type && `type ${type.a} in A, ${type.b} in B`,
    labels && labels.a.length > 0 && `labels only in A: ${labels.a.join(', ')}`,
    labels && labels.b.length > 0 && `labels only in B: ${labels.b.join(', ')}`,
    counts.length > 0 && `series: ${counts.join(', ')}`,
  ].filter((text) => typeof text === 'string');
  const shown = one.examples.length;
  const rest = onlyA + onlyB + values - shown;
  return [
    `${one.family}: ${[...facts, ...(help ? ['HELP'] : [])].join('; ')}`,
    ...(help ? [`  - ${help.a}`, `  + ${help.b}`] : []),
    ...one.examples.map(exampleLine),
    ...(shown > 0 && rest > 0 ? [`  and ${grouped(rest)} more`] : []),
  ];
}

function exampleLine({ verdict, series, a, b }: FamilyDifference['examples'][number]): string {
  if (verdict === 'a') return `  - ${series} ${a}`;
  return verdict === 'b' ? `  + ${series} ${b}` : `  ~ ${series} ${a} in A, ${b} in B`;
}

/** What does not count, and is to be known. */
function notesOf({ families, unchecked, readings }: Compared): string[] {
  const sum = (of: (family: ComparedFamily) => number): number =>
    families.reduce((total, family) => total + of(family), 0);
  const moving = sum((family) => family.moving);
  const repeated = (side: 'A' | 'B', count: number): string | false =>
    count > 0 && `note: ${grouped(count)} series come twice in ${side}: a scraper takes the first`;
  return [
    moving > 0 &&
      `note: ${grouped(moving)} series changed in each of ${readings} readings, and do not count`,
    repeated(
      'A',
      sum(({ a }) => a.repeated),
    ),
    repeated(
      'B',
      sum(({ b }) => b.repeated),
    ),
    unchecked > 0 && `note: ${grouped(unchecked)} series that differ were not read again: too many`,
  ].filter((text) => text !== false);
}

function sideLines({ a, b, families }: Compared, names: readonly [string, string]): string[] {
  const line = (letter: 'A' | 'B', name: string, format: string): string => {
    const key = letter === 'A' ? 'a' : 'b';
    const own = families.map((family) => family[key]).filter(({ series }) => series > 0);
    const series = own.reduce((sum, one) => sum + one.series, 0);
    const inFamilies = counted(own.length, 'family', 'families');
    return `${letter}: ${name}: ${grouped(series)} series of ${inFamilies}, ${format}`;
  };
  return [line('A', names[0], a.format), line('B', names[1], b.format)];
}

function verdict(differences: readonly FamilyDifference[]): string {
  if (differences.length === 0) return 'The same.';
  const series = differences.reduce(
    (sum, { series: { onlyA, onlyB, values } }) => sum + onlyA + onlyB + values,
    0,
  );
  const families = counted(differences.length, 'family differs', 'families differ');
  return `${families}, in ${counted(series, 'series', 'series')}.`;
}
