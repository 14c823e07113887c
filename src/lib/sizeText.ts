// sizeText writes bytes for people: 1.9 MiB.

export const sizeUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Three digits at the most, and a unit. */
export function sizeText(bytes: number): string {
  let size = bytes;
  let unit = 0;
  // What would be rounded up to 1000 is 1 of the next unit.
  while (size >= 999.5 && unit < sizeUnits.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${unit > 0 && size < 9.95 ? size.toFixed(1) : Math.round(size)} ${sizeUnits[unit]}`;
}
