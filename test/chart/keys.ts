// The keys of a chart's values, as paths.

interface Entry {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** The keys without keys below: text, a list, an empty map. */
export const leavesOf = (values: unknown): Entry[] =>
  keysOf(values).filter(({ value }) => entriesOf(value).length === 0);

/** The keys with keys below. */
export const mapsOf = (values: unknown): Entry[] =>
  keysOf(values).filter(({ value }) => entriesOf(value).length > 0);

function keysOf(values: unknown, above: readonly string[] = []): Entry[] {
  return entriesOf(values).flatMap(([key, value]) => {
    const path = [...above, key];
    return [{ path, value }, ...keysOf(value, path)];
  });
}

const entriesOf = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
