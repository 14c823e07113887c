// familiesShown finds and sorts families, and groupsOf tells which of them a cut may take at once.
import type { FamilySize, UsageSource, Zeros } from '../../src/explorer/api.ts';
import type { FamiliesQuery, SortKey } from './route.ts';

const stabilityRank = { STABLE: 0, BETA: 1, ALPHA: 2 } as const;

/** Finds the families of one resource. */
export const searchOf = (resource: string): string => `resource:${resource}`;

/**
 * The families that contain every word of the search, in the order that is asked for. A word
 * `resource:pods` finds those of this resource alone.
 */
export function familiesShown(
  families: readonly FamilySize[],
  { search, sort, descending }: Pick<FamiliesQuery, 'search' | 'sort' | 'descending'>,
): FamilySize[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = families.filter(({ name, resource, help, stability }) => {
    const text = `${name} ${resource} ${stability} ${help}`.toLowerCase();
    return words.every((word) => text.includes(word) || word === searchOf(resource));
  });
  const direction = descending ? -1 : 1;
  return found.sort((a, b) => direction * compare(a, b, sort) || byName(a, b));
}

function compare(a: FamilySize, b: FamilySize, key: SortKey): number {
  if (key === 'stability') return stabilityRank[a.stability] - stabilityRank[b.stability];
  if (key === 'series' || key === 'bytes') return a[key] - b[key];
  return a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0;
}

const byName = (a: FamilySize, b: FamilySize): number => (a.name < b.name ? -1 : 1);

/** The sources that read a family. */
export const usersOf = (sources: readonly UsageSource[], name: string): UsageSource[] =>
  sources.filter(({ families }) => families.includes(name));

/** Families that none of these names. */
export function unused(
  families: readonly FamilySize[],
  used: Iterable<string>,
): readonly FamilySize[] {
  const names = new Set(used);
  return families.filter(({ name }) => !names.has(name));
}

/** Families that have series, and none whose value is not 0. */
export function constantZero(
  families: readonly FamilySize[],
  { families: counted }: Pick<Zeros, 'families'>,
): readonly FamilySize[] {
  const zero = new Set(
    counted.filter(({ series, zeros }) => series > 0 && zeros === series).map(({ name }) => name),
  );
  return families.filter(({ name }) => zero.has(name));
}
