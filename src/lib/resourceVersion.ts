// isOlder compares two resourceVersions of one resource.

const isWhole = /^[1-9]\d*$/;

/** Versions of one resource are whole numbers that grow; of any that are not, none is older. */
export function isOlder(version: string, than: string): boolean {
  if (!isWhole.test(version) || !isWhole.test(than)) return false;
  if (version.length !== than.length) return version.length < than.length;
  return version < than;
}
