// customTable makes the table of one kind of the rules about it, those of one family joined.
import type { EmitLabelled, LabelledRow, Section } from '../metrics/family.ts';
import type { KubeObject } from '../metrics/object.ts';
import type {
  CustomEntry,
  CustomRule,
  CustomTable,
  KindPattern,
  OnRuleError,
  ServedKind,
} from './types.ts';

const wildcard = '*';

/** Whether an entry is about a kind. */
export const matchesKind = (pattern: KindPattern, kind: ServedKind): boolean =>
  pattern.group === kind.group &&
  (pattern.version === wildcard || pattern.version === kind.version) &&
  (pattern.kind === wildcard || pattern.kind === kind.kind);

/**
 * Where the families of a kind stand in the exposition: kube-state-metrics sorts resources by name,
 * and calls core ones by their plural and custom ones by this.
 */
export const orderKey = ({ group, version, plural }: ServedKind): string =>
  `${group}/${version}, Resource=${plural}`;

export const customTable: CustomTable = (kind, entries, onRuleError) => {
  const families = new Map<string, CustomRule[]>();
  for (const rule of rulesAbout(kind, entries)) {
    const rules = families.get(rule.family);
    if (rules === undefined) families.set(rule.family, [rule]);
    else rules.push(rule);
  }
  const { group, version, scope } = kind;
  return {
    group,
    version,
    kind: kind.kind,
    scope,
    default: true,
    exactIntegers: 'all',
    identity: {},
    families: Object.fromEntries(
      [...families].map(([name, rules]) => [name, rowOf(rules, kind, onRuleError)]),
    ),
  };
};

const rulesAbout = (kind: ServedKind, entries: readonly CustomEntry[]): CustomRule[] =>
  entries.filter(({ pattern }) => matchesKind(pattern, kind)).flatMap(({ rules }) => rules);

function rowOf(
  rules: readonly CustomRule[],
  kind: ServedKind,
  onRuleError: OnRuleError,
): LabelledRow<KubeObject> {
  const [{ type, help }] = rules as [CustomRule, ...CustomRule[]];
  let object: KubeObject;
  const opened = rules.map((rule) => ({
    ...rule.open(kind),
    fail: (error: unknown) => onRuleError(rule, object, error),
  }));
  return {
    type,
    help,
    labels: [...new Set(opened.flatMap(({ labels }) => labels))].sort(),
    reads: joinedReads(rules.map(({ reads }) => reads)),
    collectLabelled(received, emit) {
      object = received;
      // Series of several rules are told apart by all of their labels.
      const emitOfRule: EmitLabelled =
        opened.length === 1 ? emit : (value, labels) => emit(value, labels);
      for (const { collect, fail } of opened) collect(received, emitOfRule, fail);
    },
  };
}

/** What several rules read together. */
function joinedReads(all: readonly (Section | 'object')[]): Section | 'object' {
  const [first = 'object', ...others] = new Set(all);
  if (others.length === 0) return first;
  return all.every((reads) => reads === 'metadata' || reads === 'status') ? 'status' : 'object';
}
