// Members of maps that came from the network as plain objects, such as labels.

type Texts = Readonly<Record<string, string>>;

/** The text under `key`; undefined where there is none, whatever all objects inherit. */
export function memberOf(map: Texts, key: string): string | undefined {
  if (!Object.hasOwn(map, key)) return undefined;
  const value: unknown = map[key];
  return typeof value === 'string' ? value : undefined;
}

/** The map without other keys; undefined where it has none of these. */
export function membersOf(map: Texts, keys: readonly string[]): Texts | undefined {
  const members = keys.flatMap((key): [string, string][] => {
    const value = memberOf(map, key);
    return value === undefined ? [] : [[key, value]];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}
