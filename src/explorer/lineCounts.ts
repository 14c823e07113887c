// countZeros and countSeriesIn count lines of exposition text, of which each is a series.
import { escapeLabelValue } from '../metrics/text.ts';

const newline = 0x0a;
const space = 0x20;
const comma = 0x2c;
const zero = 0x30;
const opening = 0x7b;

/** All series, and those whose value is 0: the exposition has no other way to write it. */
export function countZeros(text: Buffer): { series: number; zeros: number } {
  let [series, zeros] = [0, 0];
  for (let end = text.indexOf(newline); end >= 0; end = text.indexOf(newline, end + 1)) {
    series++;
    if (text[end - 1] === zero && text[end - 2] === space) zeros++;
  }
  return { series, zeros };
}

/** The series whose label `namespace` is this, and the bytes of their lines. */
export function countSeriesIn(text: Buffer, namespace: string): { series: number; bytes: number } {
  // No value has an unescaped quote, so these bytes are a label, or the end of a longer name.
  const label = Buffer.from(`namespace="${escapeLabelValue(namespace)}"`);
  let [series, bytes] = [0, 0];
  let found = text.indexOf(label);
  while (found >= 0) {
    const before = text[found - 1];
    let next = found + label.length;
    if (before === opening || before === comma) {
      const start = text.lastIndexOf(newline, found) + 1;
      const end = text.indexOf(newline, next);
      next = end < 0 ? text.length : end + 1;
      series++;
      bytes += next - start;
    }
    found = text.indexOf(label, next);
  }
  return { series, bytes };
}
