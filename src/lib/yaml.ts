// YamlText parses YAML and knows the line of each value, for sentences about wrong files.
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  type ParsedNode,
  parseDocument,
  visit,
} from 'yaml';

/** What is wrong with YAML; `message` repeats no word of the file, which may be secret. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
  /** The same in the parser's words, which may quote the file. */
  readonly detail: string;
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(problem: string, position?: Partial<YamlPosition>) {
    const [message = problem] = problem.split(/[:"|>\n]/);
    super(message.trim());
    this.detail = problem.split('\n')[0] ?? problem;
    this.line = position?.line;
    this.column = position?.column;
  }
}

/** Both count from 1. */
export interface YamlPosition {
  readonly line: number;
  readonly column: number;
}

/** One key of the topmost map. */
export interface YamlEntry {
  readonly key: string;
  readonly line: number;
  readonly value: unknown;
}

export interface YamlOptions {
  /** Keys `<<` merge the maps that they name. */
  readonly merge?: boolean;
  /** Of several documents the first one is read, instead of none; `rest` tells of the others. */
  readonly first?: boolean;
}

/** As other parsers allow: one anchor may stand for the labels of every rule. */
const aliasesMax = 10_000;

type Range = readonly [start: number, valueEnd: number, nodeEnd: number];

/** A node that aliases may stand for. */
interface Anchored {
  readonly anchor?: string;
  readonly range?: Range | null;
}

/** Throws a YamlError where the text is no YAML. */
export class YamlText {
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();
  readonly #text: string;
  /** Where the second document begins, if the text has one. */
  readonly rest: YamlPosition | undefined;

  constructor(text: string, { merge = false, first = false }: YamlOptions = {}) {
    this.#text = text;
    this.#document = parseDocument(text, {
      logLevel: 'error',
      lineCounter: this.#lines,
      prettyErrors: false,
      merge,
    });
    const several = this.#document.errors.find(({ code }) => first && code === 'MULTIPLE_DOCS');
    this.rest = several && this.#positionAt(several.pos[0]);
    const problem = this.#document.errors.find((one) => one !== several);
    if (problem === undefined) return;
    // The place may be the end of the line before the one that is meant.
    const blanks = text.slice(problem.pos[0]).search(/\S/);
    throw new YamlError(problem.message, this.#positionAt(problem.pos[0] + Math.max(0, blanks)));
  }

  /** The whole as a plain value; throws a YamlError where aliases are unknown or grow too far. */
  value(): unknown {
    try {
      return this.#document.toJS();
    } catch (error) {
      throw new YamlError((error as Error).message);
    }
  }

  /**
   * As `value`, but every scalar other than null is the text that stands there: `1.0`, `yes`. For
   * formats whose texts need no quotes.
   */
  texts(): unknown {
    let alias: number | undefined;
    /** Where the node of an anchor begins and ends; one that is used again counts from there. */
    const anchors = new Map<string, Range>();
    const keepAnchor = (_: unknown, { anchor, range }: Anchored): void => {
      if (anchor !== undefined && range) anchors.set(anchor, range);
    };
    visit(this.#document, {
      Map: keepAnchor,
      Seq: keepAnchor,
      Alias: (_, node) => {
        const at = node.range?.[0] ?? 0;
        alias ??= at;
        const around = anchors.get(node.source);
        if (around && around[0] <= at && at < around[2]) {
          throw new YamlError('alias of what it stands in', this.#positionAt(at));
        }
      },
      Scalar: (_, node) => {
        keepAnchor(_, node);
        if (node.value !== null && typeof node.value !== 'string') {
          node.value = node.source ?? String(node.value);
        }
      },
    });
    try {
      return this.#document.toJS({ maxAliasCount: aliasesMax });
    } catch (error) {
      throw new YamlError((error as Error).message, this.#positionAt(alias ?? 0));
    }
  }

  /** The entries of the topmost map; undefined where it is none. Throws as `value`, with a line. */
  entries(): YamlEntry[] | undefined {
    const { contents } = this.#document;
    if (!isMap(contents)) return undefined;
    return contents.items.map(({ key, value }: Pair<ParsedNode, ParsedNode | null>) => ({
      key: String(this.#valueOf(key)),
      line: this.#lineAt(key.range[0]),
      value: value ? this.#valueOf(value) : undefined,
    }));
  }

  /** The line of the key or item at `path`, or of the nearest thing around it that is there. */
  lineOf(path: readonly PropertyKey[]): number {
    let node: unknown = this.#document.contents;
    let offset = rangeOf(node) ?? 0;
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(this.#document);
      const pair = isMap(node) ? node.items.find(({ key }) => nameOf(key) === step) : undefined;
      const next = isSeq(node) ? node.items[Number(step)] : pair?.value;
      const start = rangeOf(pair?.key ?? next);
      if (start === undefined) break;
      offset = start;
      node = next;
    }
    return this.#lineAt(offset);
  }

  /**
   * Where the value at `path` stands, or the key of it; where there is none, the nearest thing
   * around it that is there.
   */
  positionOf(path: readonly PropertyKey[], what: 'key' | 'value'): YamlPosition {
    return this.#positionAt(this.#find(path, what).offset);
  }

  /** Where `line` and `column` of the text at `path` are; if that is unknown, the text itself. */
  positionIn(path: readonly PropertyKey[], { line, column }: YamlPosition): YamlPosition {
    const { node, offset } = this.#find(path, 'value');
    const start = this.#positionAt(offset);
    if (!isScalar(node)) return start;
    const { type, source = '' } = node;
    if (type === 'BLOCK_LITERAL') {
      const first = this.#lines.lineStarts[start.line] ?? 0;
      const indent = this.#text.slice(first).search(/[^ ]/);
      return { line: start.line + line, column: indent + column };
    }
    const isInOneLine = line === 1 && !source.includes('\n');
    if (!isInOneLine || type === 'BLOCK_FOLDED') return start;
    const quote = type === 'PLAIN' ? 0 : 1;
    return { line: start.line, column: start.column + quote + column - 1 };
  }

  #find(path: readonly PropertyKey[], what: 'key' | 'value'): { node: unknown; offset: number } {
    let node: unknown = this.#document.contents;
    let offset = rangeOf(node) ?? 0;
    for (const [i, step] of path.entries()) {
      if (isAlias(node)) node = node.resolve(this.#document);
      const pair = isMap(node) ? node.items.find(({ key }) => nameOf(key) === step) : undefined;
      const next: unknown = isSeq(node) ? node.items[Number(step)] : pair?.value;
      const ofKey = what === 'key' && i === path.length - 1;
      const start = (ofKey ? undefined : rangeOf(next)) ?? rangeOf(pair?.key ?? next);
      if (start === undefined) break;
      offset = start;
      node = next;
    }
    return { node, offset };
  }

  #valueOf(node: ParsedNode): unknown {
    try {
      return node.toJS(this.#document);
    } catch (error) {
      throw new YamlError((error as Error).message, this.#positionAt(node.range[0]));
    }
  }

  #lineAt(offset: number): number {
    return this.#positionAt(offset).line;
  }

  #positionAt(offset: number): YamlPosition {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }
}

const nameOf = (key: unknown): string => String(isNode(key) ? key.toJSON() : key);

const rangeOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);
