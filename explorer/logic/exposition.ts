// samplesOf reads lines of the exposition into labels and values, for tables.

export interface Sample {
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: string;
}

const label = /([\w:]+)="((?:[^"\\]|\\.)*)"/y;

/** The samples of one family's lines; comments are left out. */
export const samplesOf = (text: string): Sample[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(sampleOf);

function sampleOf(line: string): Sample {
  const open = /^[\w:]+\{/.exec(line)?.[0].length;
  if (open === undefined) return { labels: [], value: line.slice(line.indexOf(' ') + 1) };
  const labels: [string, string][] = [];
  label.lastIndex = open;
  let at = open;
  for (let match = label.exec(line); match !== null; match = label.exec(line)) {
    labels.push([match[1] ?? '', unescaped(match[2] ?? '')]);
    at = label.lastIndex;
    if (line[at] !== ',') break;
    label.lastIndex = at + 1;
  }
  return { labels, value: line.slice(line.indexOf('}', at) + 1).trim() };
}

const unescaped = (text: string): string =>
  text.replaceAll(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));

/** The labels that all samples have, with the same value. */
export function sharedLabels([first, ...others]: readonly Sample[]): Sample['labels'] {
  const has = ({ labels }: Sample, name: string, value: string): boolean =>
    labels.some(([other, otherValue]) => other === name && otherValue === value);
  return first?.labels.filter(([name, value]) => others.every((o) => has(o, name, value))) ?? [];
}
