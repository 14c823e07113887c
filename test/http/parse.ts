// A strict reader of the text exposition format, written from its specification and not from ours.

export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

export interface ReadFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const metricName = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const labelName = /[a-zA-Z_][a-zA-Z0-9_]*/y;
/** What Go's strconv.ParseFloat reads, but for hexadecimal numbers and underscores. */
const number = /[+-]?(?:NaN|Inf|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?=$)/y;
const types = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped']);
const unescaped: Readonly<Record<string, string>> = { '\\': '\\', '"': '"', n: '\n' };

/**
 * Reads an exposition. Throws on what the format does not allow: another character than expected, a
 * family in two places, its HELP or TYPE twice or late, a label twice, a series twice.
 */
export function parseExposition(text: string): ReadFamily[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Families();
  for (const [i, line] of text.split('\n').slice(0, -1).entries()) {
    try {
      readLine(line, families);
    } catch (error) {
      throw new Error(`line ${i + 1}: ${JSON.stringify(line.slice(0, 300))}`, { cause: error });
    }
  }
  return families.all();
}

function readLine(line: string, families: Families): void {
  if (line === '') return;
  if (!line.startsWith('#')) {
    families.sample(readSample(new Cursor(line)));
    return;
  }
  const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+)(?: (.*))?$/s.exec(line) ?? [];
  if (keyword === 'HELP') families.help(name, rest);
  else if (keyword === 'TYPE') families.type(name, rest);
  else throw new Error('expected HELP or TYPE');
}

function readSample(cursor: Cursor): Sample {
  const name = cursor.take(metricName, 'the name of a metric');
  const labels = new Map<string, string>();
  if (cursor.skip('{')) {
    while (!cursor.skip('}')) {
      const label = cursor.take(labelName, 'the name of a label');
      cursor.expect('="');
      if (labels.has(label)) throw new Error(`the label ${label} comes twice`);
      labels.set(label, cursor.quoted());
      if (cursor.skip(',')) continue;
      cursor.expect('}');
      break;
    }
  }
  cursor.expect(' ');
  return { name, labels, value: numberOf(cursor.take(number, 'a number')) };
}

const numberOf = (text: string): number => Number(text.replace('Inf', 'Infinity'));

/** A place in a line. */
class Cursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  skip(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.skip(token)) throw new Error(`expected ${token} at ${this.#at}`);
  }

  take(pattern: RegExp, what: string): string {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) throw new Error(`expected ${what} at ${this.#at}`);
    this.#at += found.length;
    return found;
  }

  /** What stands before the closing quote, which is passed. */
  quoted(): string {
    let value = '';
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at++] as string;
      if (char === '"') return value;
      if (char !== '\\') {
        value += char;
        continue;
      }
      const escaped = unescaped[this.#text[this.#at++] ?? ''];
      if (escaped === undefined) throw new Error(`expected \\\\, \\" or \\n at ${this.#at - 2}`);
      value += escaped;
    }
    throw new Error('expected a quote, got the end of the line');
  }
}

/** The families so far; the last is the only one that may still grow. */
class Families {
  readonly #known = new Map<string, { help?: string; type?: string; samples: Sample[] }>();
  readonly #series = new Set<string>();
  #open = '';

  help(name: string, help: string): void {
    const family = this.#family(name);
    if (family.help !== undefined || family.samples.length > 0) throw new Error('HELP comes late');
    family.help = help;
  }

  type(name: string, type: string): void {
    const family = this.#family(name);
    if (family.type !== undefined || family.samples.length > 0) throw new Error('TYPE comes late');
    if (!types.has(type)) throw new Error(`expected a type, got ${type}`);
    family.type = type;
  }

  sample(sample: Sample): void {
    this.#family(sample.name).samples.push(sample);
    const labels = [...sample.labels].sort(([a], [b]) => (a < b ? -1 : 1));
    const series = JSON.stringify([sample.name, ...labels]);
    if (this.#series.has(series)) throw new Error('the series comes twice');
    this.#series.add(series);
  }

  all(): ReadFamily[] {
    return [...this.#known].map(([name, { type = 'untyped', help = '', samples }]) => ({
      name,
      type,
      help,
      samples,
    }));
  }

  #family(name: string) {
    const known = this.#known.get(name);
    if (known !== undefined && this.#open === name) return known;
    if (known !== undefined) throw new Error(`the family ${name} stands in two places`);
    this.#open = name;
    const family: { help?: string; type?: string; samples: Sample[] } = { samples: [] };
    this.#known.set(name, family);
    return family;
  }
}
