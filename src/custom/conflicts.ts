// withoutConflicts leaves out rules that cannot be served beside others of the same family.
import type { CustomConfig, CustomEntry, CustomRule, KindPattern, Mistake } from './types.ts';

/** A rule that stays, and the kinds that it is about. */
interface Kept {
  readonly rule: CustomRule;
  readonly pattern: KindPattern;
}

/** The rules of one family: the first one has its type. */
interface KeptFamily {
  readonly first: CustomRule;
  /** By what their labels are made of. */
  readonly bySources: Map<string, Kept[]>;
}

/**
 * Of two rules that cannot both be served, the later one becomes a mistake. To be called again
 * where the entries of several configurations are served together.
 */
export function withoutConflicts({ entries, mistakes }: CustomConfig): CustomConfig {
  const families = new Map<string, KeptFamily>();
  const found: Mistake[] = [];
  const kept = entries.map((entry): CustomEntry => {
    const rules = entry.rules.filter((rule) => {
      const family = families.get(rule.family) ?? { first: rule, bySources: new Map() };
      families.set(rule.family, family);
      const sources = sourcesText(rule);
      const others = (sources === undefined ? undefined : family.bySources.get(sources)) ?? [];
      const mistake = conflictOf({ rule, pattern: entry.pattern }, family.first, others);
      if (mistake !== undefined) {
        found.push(mistake);
        return false;
      }
      others.push({ rule, pattern: entry.pattern });
      if (sources !== undefined) family.bySources.set(sources, others);
      return true;
    });
    return { ...entry, rules };
  });
  return { entries: kept, mistakes: [...mistakes, ...found] };
}

/** Where labels depend on the object, nobody knows which series there are: undefined. */
const sourcesText = ({ sources }: CustomRule): string | undefined =>
  sources && JSON.stringify([...sources].sort(([a], [b]) => (a < b ? -1 : 1)));

/** The configuration of several files together. */
export const joined = (configs: readonly CustomConfig[]): CustomConfig =>
  withoutConflicts({
    entries: configs.flatMap(({ entries }) => entries),
    mistakes: configs.flatMap(({ mistakes }) => mistakes),
  });

/** `others` are the rules of the family whose labels are made of the same. */
function conflictOf(
  { rule, pattern }: Kept,
  first: CustomRule,
  others: readonly Kept[],
): Mistake | undefined {
  const { place, path, family, type } = rule;
  const wrong = (expected: string, got: string, hint: string): Mistake => ({
    place,
    path,
    expected,
    got,
    hint,
  });
  const at = ({ place }: CustomRule): string => `${place.file}:${place.line}:${place.column}`;
  if (first.type !== type) {
    const expected = `one type for ${family}, ${first.type} as at ${at(first)}`;
    return wrong(expected, type, 'choose another name');
  }
  const same = others.find((other) => overlap(other.pattern, pattern));
  return (
    same &&
    wrong(
      `labels that tell the series of ${family} from those of ${at(same.rule)}`,
      'the same labels',
      'add commonLabels that differ, or leave one out',
    )
  );
}

/** Whether there can be a kind that both are about. */
const overlap = (a: KindPattern, b: KindPattern): boolean =>
  a.group === b.group && meet(a.version, b.version) && meet(a.kind, b.kind);

const meet = (a: string, b: string): boolean => a === b || a === '*' || b === '*';
