// Says how two expositions differ, as a scraper would see it.

/** What comparing found: the differences in words, and how much of what was expected agrees. */
export interface Comparison {
  readonly differences: readonly string[];
  readonly families: { readonly expected: number; readonly same: number };
  readonly series: { readonly expected: number; readonly same: number };
}

/** One thing in which two expositions differ; what one of them does not have is undefined. */
export interface Difference {
  /** Empty for the form of the whole. */
  readonly family: string;
  readonly kind:
    | 'form'
    | 'family'
    | 'order'
    | 'TYPE'
    | 'HELP'
    | 'stability'
    | 'missing'
    | 'extra'
    | 'value'
    /** Ours has a series twice. */
    | 'twice'
    /** What is expected has it twice. */
    | 'repeated';
  /** Name and labels as they are written; empty where it is not about a series. */
  readonly series: string;
  readonly expected: string | undefined;
  readonly actual: string | undefined;
}

/**
 * All in which an exposition differs from what is expected: families, their order, types, helps and
 * stability, and series with the order of their labels and the text of their values.
 */
export function differencesBetween(expectedText: string, actualText: string): Difference[] {
  return between(parse(expectedText), parse(actualText));
}

/** Nobody expects helps of the same words, and a series that is expected twice counts once. */
const free: ReadonlySet<string> = new Set(['HELP', 'repeated']);

/**
 * Compares an exposition with a recorded one: the same families in the same order, each with the
 * same type and stability, and the same series with the same label order and value text. Help texts
 * and the order of series inside a family are free. A series that was recorded twice counts once,
 * as its first; the actual exposition may hold none twice, and must be well formed.
 */
export function compare(expectedText: string, actualText: string): Comparison {
  const expected = parse(expectedText);
  const actual = parse(actualText);
  const found = between(expected, actual).filter(({ kind }) => !free.has(kind));
  const unlike = new Set(found.map(({ family }) => family));
  const families = { expected: expected.families.size, same: 0 };
  const series = { expected: 0, same: 0 };
  for (const [name, { samples }] of expected.families) {
    if (!unlike.has(name)) families.same++;
    series.expected += samples.size;
    const others = actual.families.get(name)?.samples;
    for (const [id, value] of samples) if (others?.get(id) === value) series.same++;
  }
  return { differences: found.map(inWords), families, series };
}

/** What is told of a difference by its kind, behind the family's name. */
const words: Readonly<Record<Difference['kind'], (one: Difference) => string>> = {
  form: ({ actual }) => `${actual}`,
  family: ({ expected }) => (expected === undefined ? 'family not expected' : 'family missing'),
  order: ({ expected, actual }) => `${actual} stands where ${expected} is expected`,
  TYPE: ({ expected, actual }) => `TYPE ${actual}, expected ${expected}`,
  HELP: ({ expected, actual }) => `HELP "${actual}", expected "${expected}"`,
  stability: ({ expected, actual }) => `stability "${actual}", expected "${expected}"`,
  missing: ({ series, expected }) => `missing ${series} ${expected}`,
  extra: ({ series, actual }) => `extra ${series} ${actual}`,
  value: ({ series, expected, actual }) => `value ${series} ${actual}, expected ${expected}`,
  twice: ({ series }) => `twice ${series}`,
  repeated: ({ series }) => `expected twice ${series}`,
};

/** A difference as a line for people. */
export function inWords(one: Difference): string {
  const about = { form: 'form', order: 'order' } as Readonly<Record<string, string>>;
  return `${about[one.kind] ?? one.family}: ${words[one.kind](one)}`;
}

function between(expected: Exposition, actual: Exposition): Difference[] {
  const forms = [...new Set(actual.faults)].map((text) => differing('', 'form', '', '', text));
  if (expected.ended !== actual.ended) {
    const text = `# EOF is ${actual.ended ? 'there' : 'missing'}`;
    forms.push(differing('', 'form', '', '', text));
  }
  const inFamilies = [...expected.families].flatMap(([name, family]) => {
    const found = actual.families.get(name);
    if (found === undefined) return [differing(name, 'family', '', name, undefined)];
    return compareFamilies(family, found);
  });
  const others = [...actual.families.keys()].filter((name) => !expected.families.has(name));
  const extra = others.map((name) => differing(name, 'family', '', undefined, name));
  return [...forms, ...inFamilies, ...extra, ...compareOrder(expected, actual)];
}

const differing = (
  family: string,
  kind: Difference['kind'],
  series: string,
  expected: string | undefined,
  actual: string | undefined,
): Difference => ({ family, kind, series, expected, actual });

interface FamilyText {
  readonly name: string;
  type: string | undefined;
  help: string | undefined;
  /** The value's text by the series' name and labels. */
  readonly samples: Map<string, string>;
  readonly repeated: string[];
}

interface Exposition {
  readonly families: Map<string, FamilyText>;
  readonly faults: string[];
  /** Whether it ends in # EOF. */
  readonly ended: boolean;
}

const stabilityOf = ({ help }: FamilyText): string =>
  /^\[[A-Z]+\]( \(Deprecated[^)]*\))?|^\(Deprecated[^)]*\)/.exec(help ?? '')?.[0] ?? '';

const sentenceOf = (family: FamilyText): string =>
  (family.help ?? '').slice(stabilityOf(family).length).trim();

/** Recordings keep the tag of a HELP line alone: what deprecates a family is not told by them. */
const tagOf = ({ help }: FamilyText): string => /^\[[A-Z]+\]/.exec(help ?? '')?.[0] ?? '';

function compareFamilies(expected: FamilyText, actual: FamilyText): Difference[] {
  const { name } = expected;
  const recorded = expected.help === tagOf(expected);
  const heads = [
    ['TYPE', expected.type, actual.type] as const,
    ['stability', stabilityOf(expected), recorded ? tagOf(actual) : stabilityOf(actual)] as const,
    ['HELP', sentenceOf(expected), sentenceOf(actual)] as const,
  ].filter(([, a, b]) => a !== b);
  const differences = heads.map(([kind, a, b]) => differing(name, kind, '', a, b));
  for (const [id, value] of expected.samples) {
    const got = actual.samples.get(id);
    if (got === value) continue;
    differences.push(differing(name, got === undefined ? 'missing' : 'value', id, value, got));
  }
  for (const [id, value] of actual.samples) {
    if (!expected.samples.has(id)) differences.push(differing(name, 'extra', id, undefined, value));
  }
  return [
    ...differences,
    ...actual.repeated.map((id) => differing(name, 'twice', id, undefined, id)),
    ...expected.repeated.map((id) => differing(name, 'repeated', id, id, undefined)),
  ];
}

function compareOrder(expected: Exposition, actual: Exposition): Difference[] {
  const wanted = [...expected.families.keys()].filter((name) => actual.families.has(name));
  const got = [...actual.families.keys()].filter((name) => expected.families.has(name));
  const moved = wanted.findIndex((name, i) => name !== got[i]);
  return moved < 0 ? [] : [differing('', 'order', '', wanted[moved], got[moved])];
}

function parse(text: string): Exposition {
  const families = new Map<string, FamilyText>();
  const faults: string[] = [];
  const lines = text.split('\n');
  if (lines.pop() !== '') faults.push('the last line is not ended');
  const end = lines.indexOf('# EOF');
  if (end >= 0 && end !== lines.length - 1) faults.push('# EOF is not the last line');
  const familyOf = (name: string): FamilyText => {
    const known = families.get(name);
    if (known !== undefined) return known;
    const samples = new Map<string, string>();
    const made = { name, type: undefined, help: undefined, samples, repeated: [] };
    families.set(name, made);
    return made;
  };
  let group: FamilyText | undefined;
  for (const line of lines) {
    if (line === '# EOF') continue;
    if (line === '') {
      faults.push('an empty line');
    } else if (line.startsWith('#')) {
      group = addHeader(line, group, families, familyOf, faults);
    } else {
      addSample(line, group, familyOf, faults);
    }
  }
  return { families, faults, ended: end >= 0 };
}

function addHeader(
  line: string,
  group: FamilyText | undefined,
  families: ReadonlyMap<string, FamilyText>,
  familyOf: (name: string) => FamilyText,
  faults: string[],
): FamilyText | undefined {
  const [, keyword, name, rest] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? [];
  if (keyword === undefined || name === undefined || rest === undefined) {
    faults.push(`"${line}" is neither HELP nor TYPE`);
    return group;
  }
  if (group?.name !== name && families.has(name)) {
    faults.push(`${name} comes in more than one group`);
  }
  const family = familyOf(name);
  const field = keyword === 'HELP' ? 'help' : 'type';
  if (family.samples.size > 0) faults.push(`${name} has a header after its samples`);
  if (family[field] !== undefined) faults.push(`${name} has two ${keyword} lines`);
  family[field] = rest;
  return family;
}

function addSample(
  line: string,
  group: FamilyText | undefined,
  familyOf: (name: string) => FamilyText,
  faults: string[],
): void {
  const name = /^[a-zA-Z_:][\w:]*/.exec(line)?.[0] ?? line;
  const inGroup = group !== undefined && (name === group.name || name.startsWith(`${group.name}_`));
  if (!inGroup) faults.push(`${name} stands outside its group`);
  const family = inGroup ? group : familyOf(name);
  // A label's value may hold a brace and a blank: the sample's value is what follows the last.
  const cut = line.lastIndexOf('} ') + 1 || line.indexOf(' ');
  const id = line.slice(0, cut);
  if (family.samples.has(id)) family.repeated.push(id);
  else family.samples.set(id, line.slice(cut + 1));
}
