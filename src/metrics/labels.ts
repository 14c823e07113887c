// Labels made of an object's own keys: which are shown, and under what name.

/** Decides which keys of a map are shown as labels. */
export interface KeyFilter {
  shows(key: string): boolean;
}

/** The shown entries as label name and value, in the order KSM gives them. */
export function labelsOf(
  prefix: string,
  entries: Readonly<Record<string, string>>,
  filter: KeyFilter,
): [string, string][] {
  return Object.entries(entries)
    .filter(([key]) => filter.shows(key))
    .map(([k, v]) => [`${prefix}_${k}`, v]);
}
