// Renders parts of docs/cardinality.md: which families are state sets, and what each profile has.
import type { RuleGroup } from '../../monitoring/rules/rule.ts';
import { type Family, isStateSet } from '../../src/metrics/family.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import { mixinFamilies } from '../../src/resources/mixinFamilies.ts';
import { familiesOf } from '../../src/resources/profiles.ts';
import { selectorsOf } from '../../test/support/promql.ts';
import { code, row, tableOf } from './markdown.ts';
import type { Tables } from './rules.ts';

/** The state sets, with the label that has the state and its values. */
export function stateSetTable(tables: Tables): string {
  const rows = Object.values(tables)
    .flatMap(({ families }) => Object.entries<Family<never>>(families))
    .flatMap(([name, family]) => {
      if (!isStateSet(family) || !('states' in family)) return [];
      const [of, label] = [family.labels.slice(0, -1), family.labels.at(-1) ?? ''];
      const things = of.length === 0 ? '' : `, for each ${of.map(code).join(' and ')}`;
      return [row(code(name), `${code(label)}${things}`, family.states.map(code).join(', '))];
    });
  return tableOf(['metric', 'label of the state', 'states'], rows);
}

const profiles = ['minimal', 'mixin'] as const;

/** What each profile has, and what of kubernetes-mixin and of our own rules works with it. */
export function profilePart(
  tables: Readonly<Record<string, AnyResource>>,
  groups: readonly RuleGroup[],
): string {
  const recordings = new Map(
    groups.flatMap((group) => group.recordings).map(({ record, expr }) => [record, expr]),
  );
  const reads = (expr: string): string[] =>
    selectorsOf(expr).flatMap(({ metric = '' }) => {
      const recorded = recordings.get(metric);
      return recorded === undefined ? [metric] : reads(recorded);
    });
  const alerts = groups
    .flatMap((group) => group.alerts)
    .map(({ alert, expr }) => ({ alert, families: reads(expr).filter(isOfTables(tables)) }))
    .filter(({ families }) => families.length > 0);
  const rows = ([...profiles, 'full'] as const).map((profile) => {
    const served = familiesOf(profile);
    const isServed = (name: string): boolean => served?.has(name) ?? true;
    const watched = Object.values(tables).filter(
      (table) => table.default && Object.keys(table.families).some(isServed),
    );
    const families = served?.size ?? Object.values(tables).flatMap(namesOf).length;
    const whole = alerts.filter(({ families }) => families.every(isServed));
    return row(
      code(profile),
      String(families),
      String(watched.length),
      `${whole.length} of ${alerts.length}`,
    );
  });
  const mixin = familiesOf('mixin') ?? new Set<string>();
  const whole = alerts.filter(({ families }) => families.every((name) => mixin.has(name)));
  const queried = Object.entries<readonly string[]>(mixinFamilies).map(([name, by]) =>
    row(code(name), by.includes('alert') ? 'yes' : '', by.join(', ')),
  );
  return [
    tableOf(
      ['profile', 'metrics', 'resources watched', 'our alerts that have all they read'],
      rows,
    ),
    `With \`mixin\`, these are ${whole.map(({ alert }) => alert).join(', ')}.`,
    'The metrics of `mixin`, and which of them `minimal` has:',
    tableOf(['metric', 'in `minimal`', 'queried by'], queried),
  ].join('\n\n');
}

const namesOf = ({ families }: AnyResource): string[] => Object.keys(families);

const isOfTables = (tables: Readonly<Record<string, AnyResource>>) => {
  const names = new Set(Object.values(tables).flatMap(namesOf));
  return (name: string): boolean => names.has(name);
};
