// tryRules evaluates the rules of a configuration on objects: their series, and what goes wrong.
import type { MetricType } from '../metrics/family.ts';
import type { KubeObject } from '../metrics/object.ts';
import { formatNumber } from '../metrics/text.ts';
import { matchesKind } from './table.ts';
import type { CustomEntry, CustomRule, RulePath, ServedKind } from './types.ts';

/** An object, and the kind that it is served as. */
export interface TriedObject {
  readonly kind: ServedKind;
  readonly object: KubeObject;
}

export interface TriedFamily {
  readonly name: string;
  readonly type: MetricType;
  /** How many series there are, and the first of them. */
  readonly series: number;
  readonly shown: readonly string[];
  /** How many series are there more than once, and one of these. */
  readonly repeated: number;
  readonly repeatedLabels: string | undefined;
}

/** A rule that failed on objects: the first error, and how many objects it is about. */
export interface Failure {
  readonly rule: CustomRule;
  readonly objects: number;
  readonly object: string;
  readonly error: unknown;
}

/** A path that leads nowhere on all objects of its entry. */
export interface LostPath {
  readonly rule: CustomRule;
  readonly path: RulePath;
  readonly objects: number;
}

export interface Trial {
  readonly families: readonly TriedFamily[];
  readonly failures: readonly Failure[];
  readonly lost: readonly LostPath[];
  /** Entries of whose kinds there is no object. */
  readonly without: readonly CustomEntry[];
  /** How many objects any entry is about. */
  readonly objects: number;
}

/** Evaluates all rules on all objects; of each family at most `shownMax` series are kept. */
export function tryRules(
  entries: readonly CustomEntry[],
  objects: readonly TriedObject[],
  shownMax: number,
): Trial {
  const families = new Map<string, Family>();
  const failures: Failure[] = [];
  const lost: LostPath[] = [];
  const matched = new Set<TriedObject>();
  const without: CustomEntry[] = [];
  for (const entry of entries) {
    const found = objects.filter(({ kind }) => matchesKind(entry.pattern, kind));
    if (found.length === 0) without.push(entry);
    for (const one of found) matched.add(one);
    for (const rule of entry.rules) {
      const family = families.get(rule.family) ?? new Family(rule, shownMax);
      families.set(rule.family, family);
      if (found.length === 0) continue;
      const failure = collected(rule, found, family);
      if (failure !== undefined) failures.push(failure);
      const nowhere = rule.paths.filter((path) =>
        found.every(({ object }) => (path.get(object) ?? undefined) === undefined),
      );
      for (const path of nowhere) {
        // That of a block is said once, not again for all that starts there.
        if (path.within !== undefined && nowhere.includes(path.within)) continue;
        lost.push({ rule, path, objects: found.length });
      }
    }
  }
  return {
    families: [...families.values()].map((family) => family.tried()),
    failures,
    lost: withoutRepeats(lost),
    without,
    objects: matched.size,
  };
}

/** The labels of an entry are those of all its rules: a path of theirs is said once. */
function withoutRepeats(lost: readonly LostPath[]): LostPath[] {
  const byPlace = new Map(
    lost.map((one) => [`${JSON.stringify(one.path.place)} ${one.path.text}`, one]),
  );
  return [...byPlace.values()];
}

function collected(
  rule: CustomRule,
  objects: readonly TriedObject[],
  family: Family,
): Failure | undefined {
  const opened = new Map<ServedKind, ReturnType<CustomRule['open']>>();
  let failure: Failure | undefined;
  for (const { kind, object } of objects) {
    const rows = opened.get(kind) ?? rule.open(kind);
    opened.set(kind, rows);
    let failed = false;
    const fail = (error: unknown): void => {
      const before = failure ?? { rule, objects: 0, object: nameOf(object), error };
      failure = { ...before, objects: before.objects + (failed ? 0 : 1) };
      failed = true;
    };
    try {
      rows.collect(object, (value, labels) => family.add(value, labels), fail);
    } catch (error) {
      fail(error);
    }
  }
  return failure;
}

const nameOf = ({ metadata: { namespace, name } }: KubeObject): string =>
  namespace ? `${namespace}/${name}` : name;

class Family {
  readonly #rule: CustomRule;
  readonly #shownMax: number;
  readonly #labels = new Set<string>();
  readonly #shown: string[] = [];
  #series = 0;
  #repeated = 0;
  #repeatedLabels: string | undefined;

  constructor(rule: CustomRule, shownMax: number) {
    this.#rule = rule;
    this.#shownMax = shownMax;
  }

  add(value: number, labels: string): void {
    this.#series++;
    if (this.#labels.has(labels)) {
      this.#repeated++;
      this.#repeatedLabels ??= labels;
    }
    this.#labels.add(labels);
    if (this.#shown.length >= this.#shownMax) return;
    this.#shown.push(`${this.#rule.family}{${labels}} ${formatNumber(value)}`);
  }

  tried(): TriedFamily {
    return {
      name: this.#rule.family,
      type: this.#rule.type,
      series: this.#series,
      shown: this.#shown,
      repeated: this.#repeated,
      repeatedLabels: this.#repeatedLabels,
    };
  }
}
