// Says how two expositions differ, as a scraper would see it.

/** What comparing found: the differences in words, and how much of what was expected agrees. */
export interface Comparison {
  readonly differences: readonly string[];
  readonly families: { readonly expected: number; readonly same: number };
  readonly series: { readonly expected: number; readonly same: number };
}

/**
 * Compares an exposition with a recorded one: the same families in the same order, each with the
 * same type and stability, and the same series with the same label order and value text. Help texts
 * and the order of series inside a family are free. A series that was recorded twice counts once,
 * as its first; the actual exposition may hold none twice, and must be well formed.
 */
export function compare(expectedText: string, actualText: string): Comparison {
  const expected = parse(expectedText);
  const actual = parse(actualText);
  const differences = [...new Set(actual.faults)];
  if (expected.ended !== actual.ended) {
    differences.push(`form: # EOF is ${actual.ended ? 'there' : 'missing'}`);
  }
  const families = { expected: expected.families.size, same: 0 };
  const series = { expected: 0, same: 0 };
  for (const [name, family] of expected.families) {
    series.expected += family.samples.size;
    const found = actual.families.get(name);
    const unlike = found === undefined ? ['family missing'] : compareFamilies(family, found);
    differences.push(...unlike.map((difference) => `${name}: ${difference}`));
    if (unlike.length === 0) families.same++;
    for (const [id, value] of family.samples) if (found?.samples.get(id) === value) series.same++;
  }
  for (const name of actual.families.keys()) {
    if (!expected.families.has(name)) differences.push(`${name}: family not expected`);
  }
  differences.push(...compareOrder(expected, actual));
  return { differences, families, series };
}

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
  /^\[[A-Z]+\]|^\(Deprecated[^)]*\)/.exec(help ?? '')?.[0] ?? '';

function compareFamilies(expected: FamilyText, actual: FamilyText): string[] {
  const differences: string[] = [];
  if (expected.type !== actual.type) {
    differences.push(`TYPE ${actual.type}, expected ${expected.type}`);
  }
  if (stabilityOf(expected) !== stabilityOf(actual)) {
    differences.push(`stability "${stabilityOf(actual)}", expected "${stabilityOf(expected)}"`);
  }
  for (const [id, value] of expected.samples) {
    const got = actual.samples.get(id);
    if (got === undefined) differences.push(`missing ${id} ${value}`);
    else if (got !== value) differences.push(`value ${id} ${got}, expected ${value}`);
  }
  for (const [id, value] of actual.samples) {
    if (!expected.samples.has(id)) differences.push(`extra ${id} ${value}`);
  }
  return [...differences, ...actual.repeated.map((id) => `twice ${id}`)];
}

function compareOrder(expected: Exposition, actual: Exposition): string[] {
  const wanted = [...expected.families.keys()].filter((name) => actual.families.has(name));
  const got = [...actual.families.keys()].filter((name) => expected.families.has(name));
  const moved = wanted.findIndex((name, i) => name !== got[i]);
  return moved < 0 ? [] : [`order: ${got[moved]} stands where ${wanted[moved]} is expected`];
}

function parse(text: string): Exposition {
  const families = new Map<string, FamilyText>();
  const faults: string[] = [];
  const lines = text.split('\n');
  if (lines.pop() !== '') faults.push('form: the last line is not ended');
  const end = lines.indexOf('# EOF');
  if (end >= 0 && end !== lines.length - 1) faults.push('form: # EOF is not the last line');
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
      faults.push('form: an empty line');
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
    faults.push(`form: "${line}" is neither HELP nor TYPE`);
    return group;
  }
  if (group?.name !== name && families.has(name)) {
    faults.push(`form: ${name} comes in more than one group`);
  }
  const family = familyOf(name);
  const field = keyword === 'HELP' ? 'help' : 'type';
  if (family.samples.size > 0) faults.push(`form: ${name} has a header after its samples`);
  if (family[field] !== undefined) faults.push(`form: ${name} has two ${keyword} lines`);
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
  if (!inGroup) faults.push(`form: ${name} stands outside its group`);
  const family = inGroup ? group : familyOf(name);
  // A label's value may hold a brace and a blank: the sample's value is what follows the last.
  const cut = line.lastIndexOf('} ') + 1 || line.indexOf(' ');
  const id = line.slice(0, cut);
  if (family.samples.has(id)) family.repeated.push(id);
  else family.samples.set(id, line.slice(cut + 1));
}
