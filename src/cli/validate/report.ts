// The lines that `kubestate validate` prints: mistakes, what a trial has found, and a summary.
import type { Trial, TriedFamily } from '../../custom/trial.ts';
import type { CustomConfig, CustomRule, Mistake, Place } from '../../custom/types.ts';
import { errorMessage, sentenceOf } from '../../lib/errors.ts';

const at = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;

/** As they stand in the files. */
export function byPlace({ place: a }: Mistake, { place: b }: Mistake): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}

/** `file:line:column: path: expected …, got …; hint.` */
export const mistakeLine = ({ place, path, expected, got, hint }: Mistake): string =>
  oneLine(
    sentenceOf({ place: path === '' ? at(place) : `${at(place)}: ${path}`, expected, got, hint }),
  );

/** What a trial has found, the families first. */
export function trialLines({ families, failures, lost, without, objects }: Trial): string[] {
  return [
    `The rules give on ${count(objects, 'object')}:`,
    ...families.flatMap(familyLines),
    ...failures.map(
      ({ rule, objects: failed, object, error }) =>
        `${placeOf(rule)}: ${rule.family} fails on ${count(failed, 'object')}, ` +
        `such as ${object}: ${oneLine(errorMessage(error))}`,
    ),
    ...lost.map(
      ({ rule, path, objects: tried }) =>
        `${at(path.place)}: ${rule.path}: note: ${path.text} leads nowhere on ` +
        (tried === 1 ? 'the only object' : `any of ${tried} objects`),
    ),
    ...without.map(({ place, pattern: { group, version, kind } }) => {
      const apiVersion = group === '' ? version : `${group}/${version}`;
      return `${at(place)}: note: there is no object of ${kind} in ${apiVersion}`;
    }),
  ];
}

const placeOf = ({ place, path }: CustomRule): string => `${at(place)}: ${path}`;

function familyLines({
  name,
  type,
  series,
  shown,
  repeated,
  repeatedLabels,
}: TriedFamily): string[] {
  const more = series - shown.length;
  return [
    `  ${name} (${type}): ${count(series, 'series', 'series')}`,
    ...shown.map((one) => `    ${one}`),
    ...(more > 0 && shown.length > 0 ? [`    and ${more} more`] : []),
    ...(repeated > 0
      ? [`    ${repeated} of them are there twice, such as {${repeatedLabels}}: add a label`]
      : []),
  ];
}

interface Summary {
  readonly files: number;
  readonly config: CustomConfig;
  readonly mistakes: number;
  readonly failures: number;
}

/** The last line. */
export function summaryOf({ files, config: { entries }, mistakes, failures }: Summary): string {
  const rules = entries.flatMap((entry) => entry.rules);
  const families = new Set(rules.map(({ family }) => family)).size;
  const size =
    `${count(files, 'file')}, ${count(entries.length, 'entry', 'entries')}, ` +
    `${count(families, 'family', 'families')}`;
  const faults = [
    ...(mistakes > 0 ? [count(mistakes, 'mistake')] : []),
    ...(failures > 0 ? [`${count(failures, 'rule')} failed`] : []),
  ];
  return faults.length === 0 ? `${size}: right.` : `${size}: ${faults.join(', ')}.`;
}

const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

/** What names and values of a file could do to a terminal, or to who reads the lines. */
const oneLine = (text: string): string =>
  text.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
