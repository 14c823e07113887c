// Renders the parts of docs/packs.md that derive from packs: kinds, metrics and RBAC rules.
import type { PackName } from '../../src/custom/packs.ts';
import { code, row, tableOf, words } from './markdown.ts';
import { type PackEntry, type PackRule, packEntries, packResources } from './packs.ts';

/** The part of a pack, in Markdown. */
export function packPart(pack: PackName): string {
  const entries = packEntries(pack);
  return [
    tableOf(['kind', 'version', 'labels of all its series'], entries.map(kindRow)),
    '',
    tableOf(['metric', 'of', 'type', 'labels', ''], metricRows(entries)),
    '',
    '```yaml',
    ...rulesOf(pack),
    '```',
  ].join('\n');
}

const rulesOf = (pack: PackName): string[] =>
  packResources()
    .filter((one) => one.pack === pack)
    .flatMap(({ group, resources }) => [
      `- apiGroups: [${group}]`,
      `  resources: [${resources.join(', ')}]`,
      '  verbs: [list, watch]',
    ]);

function kindRow({ groupVersionKind, labelsFromPath = {} }: PackEntry): string {
  const { group, version, kind } = groupVersionKind;
  return row(code(kind), code(`${group}/${version}`), listed(Object.keys(labelsFromPath).sort()));
}

/** One metric of several kinds, whose names differ in the kind alone. */
interface Metric {
  readonly rule: PackRule;
  readonly labels: string;
  readonly entries: PackEntry[];
}

function metricRows(entries: readonly PackEntry[]): string[] {
  const metrics = new Map<string, Metric>();
  for (const entry of entries) {
    for (const rule of entry.metrics) {
      const labels = listed(labelsOf(rule));
      const key = [rule.name, rule.help, rule.each.type, labels].join('\n');
      const metric = metrics.get(key) ?? { rule, labels, entries: [] };
      // Two rules of one kind, as of cpu and memory, are one metric.
      if (metric.entries.at(-1) !== entry) metric.entries.push(entry);
      metrics.set(key, metric);
    }
  }
  return [...metrics.values()].map(metricRow);
}

function metricRow({ rule, labels, entries }: Metric): string {
  const [first] = entries;
  const names = new Set(entries.map((entry) => `${entry.metricNamePrefix}_${rule.name}`));
  const kind = first?.groupVersionKind.kind.toLowerCase() ?? '';
  const [name = ''] = names;
  const shown = names.size > 1 ? name.replace(`_${kind}_`, '_KIND_') : name;
  const kinds = entries.map(({ groupVersionKind }) => code(groupVersionKind.kind)).join(', ');
  return row(code(shown), kinds, rule.each.type, labels, words(rule.help));
}

function labelsOf({ commonLabels = {}, labelsFromPath = {}, each }: PackRule): string[] {
  const own = each[`${each.type[0]?.toLowerCase()}${each.type.slice(1)}`];
  const names = [
    ...Object.keys({ ...commonLabels, ...labelsFromPath, ...own?.labelsFromPath }),
    ...(own?.labelName === undefined ? [] : [own.labelName]),
  ];
  return names.sort();
}

const listed = (labels: readonly string[]): string =>
  labels.map((label) => (label === '*' ? 'all labels of the object' : code(label))).join(', ');
