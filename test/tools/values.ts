// The keys of a chart's values, as paths.

type Path = readonly string[];

/** Each key with no keys under it: text, a list, an empty map. */
export const leavesOf = (values: unknown): Path[] =>
  pathsOf(values)
    .filter(({ isLeaf }) => isLeaf)
    .map(({ path }) => path);

/** Each key with keys under it. */
export const mapsOf = (values: unknown): Path[] =>
  pathsOf(values)
    .filter(({ isLeaf }) => !isLeaf)
    .map(({ path }) => path);

function pathsOf(values: unknown, above: Path = []): { path: Path; isLeaf: boolean }[] {
  return entriesOf(values).flatMap(([key, value]) => {
    const path = [...above, key];
    const isLeaf = entriesOf(value).length === 0;
    return [{ path, isLeaf }, ...pathsOf(value, path)];
  });
}

const entriesOf = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
