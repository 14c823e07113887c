// NameMatching finds which of a set of names a selector lets through, as Prometheus would.
import type { NameMatcher, NameSelector } from './metricNames.ts';

type Test = (name: string) => boolean;

/** Names between `|`, in parentheses or not: these need no library. */
const plainNames = /^(?:\(\?:|\()?([\w:]+(?:\|[\w:]+)*)\)?$/;

export class NameMatching {
  readonly names: readonly string[];
  readonly #known: ReadonlySet<string>;
  /** By the expression: dashboards repeat theirs. */
  readonly #tests = new Map<string, Promise<Test>>();

  constructor(names: readonly string[]) {
    this.names = names;
    this.#known = new Set(names);
  }

  has(name: string): boolean {
    return this.#known.has(name);
  }

  async matched(selector: NameSelector): Promise<readonly string[]> {
    const tests = await Promise.all(selector.map((one) => this.#testOf(one)));
    return this.names.filter((name) => tests.every((test) => test(name)));
  }

  async #testOf({ op, value }: NameMatcher): Promise<Test> {
    if (op === '=') return (name) => name === value;
    if (op === '!=') return (name) => name !== value;
    let test = this.#tests.get(value);
    if (test === undefined) {
      test = expressionTest(value);
      this.#tests.set(value, test);
    }
    const matches = await test;
    return op === '=~' ? matches : (name) => !matches(name);
  }
}

/** Anchored at both ends. One that RE2 refuses selects nothing in Prometheus, which refuses it. */
async function expressionTest(expression: string): Promise<Test> {
  const [, listed] = plainNames.exec(expression) ?? [];
  if (listed !== undefined && /^\(/.test(expression) === expression.endsWith(')')) {
    const names = new Set(listed.split('|'));
    return (name) => names.has(name);
  }
  if (expression === '.*' || expression === '.+') return () => true;
  // Loaded where it is needed: the page has it in a file of its own.
  const { RE2JS } = await import('re2js');
  try {
    const compiled = RE2JS.compile(expression, RE2JS.DOTALL);
    return (name) => compiled.matches(name);
  } catch {
    // Such as one that a variable completes: what it will be is not known, so it may be anything.
    return () => true;
  }
}
