// Translates a regexp2 expression, in the mode that kube-state-metrics uses, to ECMAScript.
import { anyChar, literalSource, notNewline, setSource, withoutCase } from './charSet.ts';
import { ClassReader } from './classReader.ts';
import type { Mode } from './reader.ts';
import {
  assertions,
  atEnd,
  atStart,
  boundsOf,
  lookarounds,
  modeLetters,
  nameQuotes,
} from './syntax.ts';

/** Limit of nested groups: the parser is recursive. */
const depthMax = 200;
/** Limit of the translation: it has each condition of (?(…)yes|no) twice, so nested ones grow. */
const sourceCharsMax = 1_000_000;
const repeatMax = 2 ** 31 - 1;

/**
 * The source of an ECMAScript expression with the flag `u` that matches the same names, which are
 * ASCII and one line. Throws ExpressionProblem if the expression is invalid in regexp2, or has no
 * equivalent in ECMAScript.
 */
export function translateRegexp2(expression: string): string {
  // Two passes: a reference needs its group to exist, which may come later.
  const found = new Translator(expression, undefined);
  found.translate();
  return new Translator(expression, found.captures).translate();
}

/** The characters of a group in the expression. */
interface Span {
  readonly start: number;
  end: number;
}

interface Captures {
  readonly spans: readonly Span[];
  readonly numbers: ReadonlyMap<string, number>;
}

/** The state inside of one group. */
interface Scope {
  /** Changed by (?i) and the like, up to the end of the group. */
  mode: Mode;
  /** Whether it is in a lookbehind, which is matched from its end. */
  readonly backward: boolean;
  /** Whether it is in an atomic group, which does not backtrack. */
  readonly atomic: boolean;
  /** Whether the group is the (?(…)yes|no) itself. */
  readonly conditional: boolean;
}

interface Repetition {
  readonly span: Readonly<Span>;
  readonly atMostOnce: boolean;
}

class Translator extends ClassReader {
  readonly captures: { readonly spans: Span[]; readonly numbers: Map<string, number> };
  readonly #known: Captures | undefined;
  readonly #repetitions: Repetition[] = [];
  readonly #references: { readonly group: number; readonly position: number }[] = [];
  #condition: number | undefined;
  #atomics = 0;
  #depth = 0;

  constructor(expression: string, known: Captures | undefined) {
    super(expression);
    this.#known = known;
    this.captures = { spans: [{ start: 0, end: this.length }], numbers: new Map() };
  }

  translate(): string {
    const mode = {
      ignoreCase: false,
      explicit: false,
      dotAll: false,
      spaced: false,
      unicode: false,
    };
    const branches = this.#branches({ mode, backward: false, atomic: false, conditional: false });
    if (!this.atEnd) throw this.problem('a ) closes no group', this.position);
    if (this.#known !== undefined) this.#refuseUnlikeReferences();
    return branches.join('|');
  }

  /** Parses up to the end of the group; the caller consumes the `)`. */
  #branches(scope: Scope): string[] {
    const branches = [''];
    for (;;) {
      this.#skipBlank(scope.mode);
      if (this.atEnd || this.looksAt(')')) return branches;
      if (this.take('|')) branches.push('');
      else branches[branches.length - 1] += this.#term(scope);
    }
  }

  /** Parses one atom and its quantifier. */
  #term(scope: Scope): string {
    const start = this.position;
    if (this.#quantifierLength() > 0) {
      throw this.problem(`${this.peek()} repeats nothing`, start);
    }
    const unit = this.#unit(scope);
    if (unit === undefined) return '';
    const end = this.position;
    this.#skipBlank(scope.mode);
    const length = this.#quantifierLength();
    if (length === 0) return unit;
    const quantifier = this.taken(length);
    const [min = 0, max = min] = boundsOf(quantifier);
    if (min > max || min > repeatMax || (max > repeatMax && max !== Number.POSITIVE_INFINITY)) {
      throw this.problem(`${quantifier} is no range of counts`, end);
    }
    this.#skipBlank(scope.mode);
    const lazy = this.take('?') ? '?' : '';
    if (max !== 1 || min !== 1) {
      this.#repetitions.push({ span: { start, end }, atMostOnce: max <= 1 });
    }
    // After an empty iteration regexp2 continues, but ECMAScript backtracks.
    if (scope.atomic && max > 1 && canBeEmpty(unit)) {
      throw this.problem('what can be empty is repeated in an atomic group (?>…)', start);
    }
    return `${unit}${quantifier}${lazy}`;
  }

  #quantifierLength(): number {
    if (['*', '+', '?'].includes(this.peek())) return 1;
    if (!this.looksAt('{')) return 0;
    return /^\{\d+(,\d*)?\}/.exec(this.peek(repeatTextMax))?.[0].length ?? 0;
  }

  /** Parses one atom; `undefined` if it only changes the mode. */
  #unit(scope: Scope): string | undefined {
    const { mode } = scope;
    const char = this.next();
    switch (char) {
      case '(':
        return this.#group(scope, this.position - 1);
      case '[':
        return setSource(this.readClass(mode));
      case '\\':
        return this.#escape(mode);
      case '.':
        return setSource(mode.dotAll ? anyChar : notNewline);
      case '^':
        return atStart;
      case '$':
        return atEnd;
      default:
        return literalSource(char.codePointAt(0) as number, mode.ignoreCase);
    }
  }

  #skipBlank({ spaced }: Mode): void {
    for (;;) {
      const start = this.position;
      if (spaced) this.skipWhile(/[\t-\r ]/);
      if (spaced && this.looksAt('#')) this.skipWhile(/[^\n]/);
      if (this.looksAt('(?#')) {
        this.skipWhile(/[^)]/);
        if (!this.take(')')) throw this.problem('the comment (?# is not closed', start);
      }
      if (this.position === start) return;
    }
  }

  #group(scope: Scope, start: number): string | undefined {
    this.#depth += 1;
    if (this.#depth > depthMax) {
      throw this.problem(`groups are nested more than ${depthMax} deep`, start);
    }
    const source = this.#groupFrom(scope, start);
    this.#depth -= 1;
    if (source !== undefined && source.length > sourceCharsMax) {
      throw this.problem('the conditions (?(…)yes|no) are nested too deep', start);
    }
    return source;
  }

  #groupFrom(scope: Scope, start: number): string | undefined {
    const { mode } = scope;
    const inner = { ...scope, conditional: false };
    if (!this.looksAt('?') || this.looksAt('?)')) {
      return mode.explicit ? `(?:${this.#body(inner, start)})` : this.#capture(inner, start);
    }
    this.taken(1);
    for (const [opening, ahead] of lookarounds) {
      if (!this.take(opening)) continue;
      return `(?:(?${opening}${this.#body({ ...inner, backward: !ahead }, start)}))`;
    }
    if (this.take(':')) return `(?:${this.#body(inner, start)})`;
    if (this.take('>')) return this.#atomic(inner, start);
    if (this.looksAt('(')) return this.#conditional(inner, start);
    for (const [opening, closing] of nameQuotes) {
      if (this.take(opening)) return this.#named(inner, closing, start);
    }
    const changed = scope.conditional ? mode : this.#changedMode(mode);
    if (this.take(':')) return `(?:${this.#body({ ...inner, mode: changed }, start)})`;
    if (!this.take(')')) {
      const hint = this.looksAt('P<') ? '; a named group is (?<name>…)' : '';
      throw this.problem(`(?${this.peek()} begins no group${hint}`, start);
    }
    scope.mode = changed;
    return undefined;
  }

  #changedMode(mode: Mode): Mode {
    const changed: Record<string, boolean> = { ...mode };
    let on = true;
    for (;;) {
      const letter = this.peek();
      const key = modeLetters.get(letter.toLowerCase());
      if (letter === '-' || letter === '+') on = letter === '+';
      else if (key === undefined) return changed as unknown as Mode;
      else if (key !== 'multiline') changed[key] = on;
      this.taken(1);
    }
  }

  /** Parses the body of a group and its closing parenthesis. */
  #body(scope: Scope, start: number): string {
    return this.#closed(scope, start).join('|');
  }

  #closed(scope: Scope, start: number): string[] {
    const branches = this.#branches(scope);
    if (!this.take(')')) throw this.problem('a ( is not closed', start);
    return branches;
  }

  #capture(scope: Scope, start: number): string {
    const span = { start, end: start };
    const number = this.captures.spans.push(span) - 1;
    const body = this.#body(scope, start);
    span.end = this.position;
    return `(?<g${number}>${body})`;
  }

  #named(scope: Scope, closing: string, start: number): string {
    const name = this.readName(scope.mode);
    if (name === '' || !this.take(closing)) {
      throw this.problem('a group has no name that begins with a letter', start);
    }
    if (this.captures.numbers.has(name)) {
      throw this.problem(`two groups have the name ${name}`, start);
    }
    this.captures.numbers.set(name, this.captures.spans.length);
    return this.#capture(scope, start);
  }

  /** ECMAScript has no atomic groups, but its lookarounds are atomic. */
  #atomic(scope: Scope, start: number): string {
    this.#atomics += 1;
    const name = `a${this.#atomics}`;
    const body = `(?<${name}>${this.#body({ ...scope, atomic: true }, start)})`;
    const taken = `\\k<${name}>`;
    return scope.backward ? `(?:${taken}(?<=${body}))` : `(?:(?=${body})${taken})`;
  }

  /** Translates (?(condition)yes|no); the condition consumes no text. */
  #conditional(scope: Scope, start: number): string {
    this.#condition ??= start;
    if (/^\(\d/.test(this.peek(2)) || this.#asksForGroup()) {
      throw this.problem('(?(…)yes|no) that asks for a group is not supported', start);
    }
    if (/^\(\?(#|'|<(?![!=]))/.test(this.peek(4))) {
      throw this.problem('the condition of (?(…)yes|no) is a comment or a named group', start);
    }
    if (/^\([\p{L}\p{Nd}_][$\p{ID_Continue}]*\\/u.test(this.peek(nameCharsMax))) {
      throw this.problem('the condition of (?(…)yes|no) has a \\ in its first word', start);
    }
    const condition = this.#conditionGroup(scope);
    const [yes = '', no = '', ...others] = this.#closed({ ...scope, conditional: true }, start);
    if (others.length > 0) throw this.problem('(?(…)yes|no) has more than one |', start);
    return scope.backward
      ? `(?:${grouped(yes)}(?<=${condition})|${grouped(no)}(?<!${condition}))`
      : `(?:(?=${condition})${grouped(yes)}|(?!${condition})${grouped(no)})`;
  }

  #asksForGroup(): boolean {
    const name = /^\((\w+)\)/.exec(this.peek(nameCharsMax))?.[1];
    return name !== undefined && this.#known?.numbers.has(name) === true;
  }

  /** Parses the condition, whose parentheses do not capture. */
  #conditionGroup(scope: Scope): string {
    const start = this.position;
    this.taken(1);
    if (!this.looksAt('?')) return `(?:${this.#body(scope, start)})`;
    const source = this.#group({ ...scope, conditional: true }, start);
    if (source === undefined) throw this.problem('(?(…)yes|no) has no condition', start);
    return source;
  }

  #escape(mode: Mode): string {
    const start = this.position - 1;
    if (this.atEnd) throw this.problem('a \\ stands at the end', start);
    const char = this.peek();
    const asserted = assertions.get(char);
    if (asserted !== undefined) {
      this.taken(1);
      return asserted;
    }
    const set = this.readShorthand(mode);
    // If case is ignored, \W matches k and s, by the Kelvin sign and the long s.
    if (set !== undefined) return setSource(mode.ignoreCase ? withoutCase(set) : set);
    const reference = char === 'k' ? this.#namedReference(mode) : this.#numberedReference();
    if (reference !== undefined) return this.#reference(reference, mode, start);
    const code = this.readCharEscape(mode);
    // regexp2 folds escaped characters by Go's ToLower, which maps the dotted capital I to i.
    return literalSource(mode.ignoreCase && code === 0x130 ? 0x69 : code, mode.ignoreCase);
  }

  /** Without named groups and without mode u, \k is the letter k. */
  #namedReference({ unicode }: Mode): number | undefined {
    const { numbers, spans } = this.#known ?? this.captures;
    if (!unicode && numbers.size === 0) return undefined;
    const start = this.position - 1;
    const name = /^k<([^>]+)>/.exec(this.peek(nameCharsMax))?.[1];
    if (name === undefined) throw this.problem('\\k has no <name> behind it', start);
    this.taken(name.length + 3);
    const number = /^\d+$/.test(name) ? Number(name) : numbers.get(name);
    if (this.#known === undefined) return 0;
    if (number === undefined || number >= spans.length) {
      throw this.problem(`\\k<${name}> names no group`, start);
    }
    return number;
  }

  /** If there is no group of this number, the escape is a character code. */
  #numberedReference(): number | undefined {
    const digits = /^[1-9]\d*/.exec(this.peek(nameCharsMax))?.[0];
    if (digits === undefined) return undefined;
    const number = Number(digits);
    if (number > repeatMax) throw this.problem(`\\${digits} is no group`, this.position - 1);
    if (number >= (this.#known?.spans.length ?? 0)) return undefined;
    this.taken(digits.length);
    return number;
  }

  #reference(group: number, { ignoreCase }: Mode, position: number): string {
    if (this.#known === undefined) return '';
    if (group === 0)
      throw this.problem('a reference to the whole match is not supported', position);
    this.#references.push({ group, position });
    return ignoreCase ? `(?i:\\k<g${group}>)` : `\\k<g${group}>`;
  }

  /** In a repetition regexp2 keeps captures of earlier iterations; ECMAScript does not. */
  #refuseUnlikeReferences(): void {
    for (const { group, position } of this.#references) {
      const span = this.captures.spans[group] as Span;
      const repeated = this.#repetitions.some(
        (one) =>
          one.span.start <= span.start &&
          span.end <= one.span.end &&
          !(one.atMostOnce && one.span.start === span.start && one.span.end === span.end),
      );
      if (repeated) {
        throw this.problem('a reference to a group in a repetition is not supported', position);
      }
      if (this.#condition !== undefined) {
        throw this.problem('a reference beside (?(…)yes|no) is not supported', position);
      }
    }
  }
}

/** Limits of the text of a quantifier, and of a name. */
const repeatTextMax = 40;
const nameCharsMax = 1_000;

const canBeEmpty = (unit: string): boolean =>
  new RegExp(`^(?:${unit.replace(/\\k<\w+>/g, '(?:)')})$`, 'u').test('');

const grouped = (source: string): string => (source === '' ? '' : `(?:${source})`);
