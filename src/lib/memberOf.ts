// memberOf reads one entry of a map that came from the network as a plain object.

/** The text under `key`; undefined where there is none, whatever all objects inherit. */
export function memberOf(map: Readonly<Record<string, string>>, key: string): string | undefined {
  if (!Object.hasOwn(map, key)) return undefined;
  const value: unknown = map[key];
  return typeof value === 'string' ? value : undefined;
}
