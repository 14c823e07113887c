// Which of two states of a resource's objects the server wrote first, by their resourceVersion.

const isWhole = /^[1-9]\d*$/;

/** Versions of one resource are whole numbers that grow; of any that are not, none is older. */
export function isOlder(version: string, than: string): boolean {
  if (!isWhole.test(version) || !isWhole.test(than)) return false;
  if (version.length !== than.length) return version.length < than.length;
  return version < than;
}
