// LabelScan reads the series of one family as they come, and tells what its labels are.
import type { FamilyLabels, LabelStatistics } from './api.ts';
import { type ByteBudget, LabelValues } from './labelValues.ts';

/** Labels that are told apart, and the memory for their values. */
export const labelsMax = 256;
const budgetBytes = 16 * 1024 * 1024;
const topMax = 10;
const namespacesMax = 20;
const samplesMax = 10;
/** Bytes of a sample series that are shown. */
const sampleBytesMax = 2_000;

const newline = 0x0a;
const quote = 0x22;
const backslash = 0x5c;
const opening = 0x7b;
const closing = 0x7d;
const comma = 0x2c;
const equals = 0x3d;
const space = 0x20;
const zero = 0x30;

interface Label {
  readonly name: string;
  readonly bytes: Buffer;
  readonly values: LabelValues;
}

/** What a family's labels are, from its series in any order. */
export class LabelScan {
  readonly #budget: ByteBudget = { bytes: budgetBytes };
  readonly #byName = new Map<string, Label | undefined>();
  /** The labels of the last line in their order: those of the next one are mostly the same. */
  readonly #order: (Label | undefined)[] = [];
  readonly #sampleEvery: number;
  readonly #samples: string[] = [];
  #series = 0;
  #zeros = 0;
  /** The place of the line's namespace among the values, for its bytes. */
  #namespace: number | undefined;

  /** `series` is how many there will be, so that samples are from all over. */
  constructor(series: number) {
    this.#sampleEvery = Math.max(1, Math.floor(series / samplesMax));
  }

  /** Whole lines, each of which is a series. */
  read(text: Buffer): void {
    for (let at = 0; at < text.length; ) at = this.#readLine(text, at);
  }

  get result(): Omit<FamilyLabels, 'snapshot' | 'family'> {
    const labels = [...this.#byName.values()].filter((label) => label !== undefined);
    const namespaces = this.#byName.get('namespace')?.values.top(namespacesMax) ?? [];
    return {
      labels: labels.map(
        ({ name, values }): LabelStatistics => ({
          name,
          values: values.count,
          exact: values.exact,
          top: values.top(topMax).map(({ value, series }) => ({ value, series })),
        }),
      ),
      moreLabels: this.#byName.size - labels.length,
      namespaces: namespaces.map(({ value, series, weight }) => ({
        namespace: value,
        series,
        bytes: weight,
      })),
      zeros: this.#zeros,
      samples: this.#samples,
    };
  }

  /** Returns where the next line begins. */
  #readLine(text: Buffer, start: number): number {
    let at = start;
    while (at < text.length && text[at] !== opening && text[at] !== space) at++;
    this.#namespace = undefined;
    if (text[at] === opening) at = this.#readLabels(text, at + 1);
    const found = text.indexOf(newline, at);
    const lineEnd = found < 0 ? text.length : found;
    if (text[lineEnd - 1] === zero && text[lineEnd - 2] === space) this.#zeros++;
    if (this.#namespace !== undefined) {
      const bytes = lineEnd + 1 - start;
      this.#byName.get('namespace')?.values.addWeight(this.#namespace, bytes);
    }
    if (this.#series++ % this.#sampleEvery === 0 && this.#samples.length < samplesMax) {
      const isCut = lineEnd - start > sampleBytesMax;
      const sample = text.toString('utf8', start, isCut ? start + sampleBytesMax : lineEnd);
      this.#samples.push(isCut ? `${sample}…` : sample);
    }
    return lineEnd + 1;
  }

  /** Returns where the closing brace is. */
  #readLabels(text: Buffer, start: number): number {
    const end = text.length;
    let at = start;
    for (let place = 0; at < end && text[at] !== closing; place++) {
      const nameStart = at;
      while (at < end && text[at] !== equals) at++;
      const label = this.#labelAt(place, text, nameStart, at);
      at += 2;
      const valueStart = at;
      for (; at < end && text[at] !== quote; at++) if (text[at] === backslash) at++;
      if (label !== undefined) {
        const number = label.values.add(text, valueStart, at);
        if (label.name === 'namespace') this.#namespace = number;
      }
      at++;
      if (text[at] === comma) at++;
    }
    return at;
  }

  /** The label of this name; undefined where there are too many. */
  #labelAt(place: number, buffer: Buffer, start: number, end: number): Label | undefined {
    const expected = this.#order[place];
    if (expected?.bytes.length === end - start && sameBytes(expected.bytes, buffer, start)) {
      return expected;
    }
    const name = buffer.toString('latin1', start, end);
    if (!this.#byName.has(name)) {
      const isKept = this.#byName.size < labelsMax;
      if (!isKept && this.#byName.size >= 2 * labelsMax) return undefined;
      const bytes = Buffer.from(name, 'latin1');
      const label = { name, bytes, values: new LabelValues(this.#budget) };
      this.#byName.set(name, isKept ? label : undefined);
    }
    const label = this.#byName.get(name);
    this.#order[place] = label;
    return label;
  }
}

/** Names are short: a loop is faster than a call of `compare`. */
function sameBytes(name: Buffer, buffer: Buffer, start: number): boolean {
  for (let i = 0; i < name.length; i++) if (name[i] !== buffer[start + i]) return false;
  return true;
}
