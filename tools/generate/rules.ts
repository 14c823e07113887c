// Derives RBAC rules from the tables.
import { type Rule, watchRules } from '../../src/app/rules.ts';
import type { Resource } from '../../src/metrics/resource.ts';

/** Tables by plural. */
export type Tables = Readonly<Record<string, Resource<never>>>;

/** The rules of all resources of the tables. */
export const rulesOf = (tables: Tables): Rule[] =>
  watchRules(Object.entries(tables).map(([plural, { group }]) => ({ plural, group })));

/** The tables that pass the test. */
export function tablesWhere(
  tables: Tables,
  test: (plural: string, table: Resource<never>) => boolean,
): Tables {
  return Object.fromEntries(Object.entries(tables).filter((entry) => test(...entry)));
}

/** The tables that are served by default. */
export const defaultsOf = (tables: Tables): Tables =>
  tablesWhere(tables, (_, table) => table.default);
