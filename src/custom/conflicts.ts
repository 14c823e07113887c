// withoutConflicts leaves out rules that cannot be served beside others of the same family.
import type { CustomConfig, CustomEntry, CustomRule, KindPattern, Mistake } from './types.ts';

/** A rule that stays, and the kinds that it is about. */
interface Kept {
  readonly rule: CustomRule;
  readonly pattern: KindPattern;
}

/**
 * Of two rules that cannot both be served, the later one becomes a mistake. To be called again
 * where the entries of several configurations are served together.
 */
export function withoutConflicts({ entries, mistakes }: CustomConfig): CustomConfig {
  const families = new Map<string, Kept[]>();
  const found: Mistake[] = [];
  const kept = entries.map((entry): CustomEntry => {
    const rules = entry.rules.filter((rule) => {
      const others = families.get(rule.family) ?? [];
      const mistake = conflictOf({ rule, pattern: entry.pattern }, others);
      if (mistake !== undefined) {
        found.push(mistake);
        return false;
      }
      families.set(rule.family, [...others, { rule, pattern: entry.pattern }]);
      return true;
    });
    return { ...entry, rules };
  });
  return { entries: kept, mistakes: [...mistakes, ...found] };
}

/** The configuration of several files together. */
export const joined = (configs: readonly CustomConfig[]): CustomConfig =>
  withoutConflicts({
    entries: configs.flatMap(({ entries }) => entries),
    mistakes: configs.flatMap(({ mistakes }) => mistakes),
  });

function conflictOf({ rule, pattern }: Kept, others: readonly Kept[]): Mistake | undefined {
  const { place, path, family, type } = rule;
  const wrong = (expected: string, got: string, hint: string): Mistake => ({
    place,
    path,
    expected,
    got,
    hint,
  });
  const at = ({ rule }: Kept): string =>
    `${rule.place.file}:${rule.place.line}:${rule.place.column}`;
  const [first] = others;
  if (first !== undefined && first.rule.type !== type) {
    const expected = `one type for ${family}, ${first.rule.type} as at ${at(first)}`;
    return wrong(expected, type, 'choose another name');
  }
  const same = others.find(
    (other) => overlap(other.pattern, pattern) && givesSameSeries(other.rule, rule),
  );
  return (
    same &&
    wrong(
      `labels that tell the series of ${family} from those of ${at(same)}`,
      'the same labels',
      'add commonLabels that differ, or leave one out',
    )
  );
}

/** Whether there can be a kind that both are about. */
const overlap = (a: KindPattern, b: KindPattern): boolean =>
  a.group === b.group && meet(a.version, b.version) && meet(a.kind, b.kind);

const meet = (a: string, b: string): boolean => a === b || a === '*' || b === '*';

/** Where one of them has labels that depend on the object, nobody knows. */
const givesSameSeries = ({ sources: a }: CustomRule, { sources: b }: CustomRule): boolean =>
  a !== undefined &&
  b !== undefined &&
  a.size === b.size &&
  [...a].every(([name, source]) => b.get(name) === source);
