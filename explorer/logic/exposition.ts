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

/** The labels that differ between samples, and those that all of them share. */
export function columnsOf(samples: readonly Sample[]): {
  readonly shared: Sample['labels'];
  readonly differing: readonly string[];
} {
  const values = new Map<string, Set<string>>();
  const counts = new Map<string, number>();
  for (const { labels } of samples) {
    for (const [name, value] of labels) {
      const known = values.get(name) ?? new Set();
      values.set(name, known.add(value));
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const isShared = (name: string): boolean =>
    values.get(name)?.size === 1 && counts.get(name) === samples.length;
  return {
    shared: samples[0]?.labels.filter(([name]) => isShared(name)) ?? [],
    differing: [...values.keys()].filter((name) => !isShared(name)),
  };
}
