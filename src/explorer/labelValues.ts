// LabelValues counts the values of one label: exactly up to a bound, by a sketch beyond it.
import { HyperLogLog } from './hyperLogLog.ts';

/** Values of one label that are told apart exactly. */
export const valuesMax = 65_536;
/** Bytes of a value that are shown. */
export const valueBytesMax = 200;
/** The size of a new table, of which at most half is in use. */
const slotsMin = 64;
/** So many values may be held even where the budget is used up. */
const valuesMin = slotsMin / 2;
/** What a slot takes, and a text beside its bytes. */
const slotBytes = 16;
const textBytes = 24;

/** Memory that all labels of one family share: a label that gets no more of it is sketched. */
export interface ByteBudget {
  bytes: number;
}

export interface CountedValue {
  readonly value: string;
  readonly series: number;
  /** The sum of what `addWeight` was given. */
  readonly weight: number;
}

/**
 * A hash table of values with their counts, open addressing. Values are told apart by hashes of 64
 * bits, as texts are in the store. Where the table may not grow, all counts are lowered by their
 * median and what is left with none is dropped, as in the frequent-items sketch of Misra and Gries:
 * from then on a count is a lower bound, too low by no more than the number of series divided by
 * half the table's values.
 */
export class LabelValues {
  readonly #budget: ByteBudget;
  #a = new Int32Array(slotsMin);
  #b = new Int32Array(slotsMin);
  /** 0 is a free slot. */
  #counts = new Uint32Array(slotsMin);
  #textOf = new Int32Array(slotsMin);
  #texts: string[] = [];
  #weights: number[] = [];
  #sketch: HyperLogLog | undefined;

  constructor(budget: ByteBudget) {
    this.#budget = budget;
    budget.bytes -= slotsMin * slotBytes;
  }

  /** Whether `count` and all counts are exact. */
  get exact(): boolean {
    return this.#sketch === undefined;
  }

  /** How many different values there are. */
  get count(): number {
    return this.#sketch?.count ?? this.#texts.length;
  }

  /** Counts one series of the value in these bytes; the number is for `addWeight`. */
  add(bytes: Buffer, start: number, end: number): number {
    let [a, b] = [end - start, ~(end - start)];
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      a = Math.imul(a ^ byte, 0x9e3779b1);
      a ^= a >>> 15;
      b = Math.imul(b + byte, 0x85ebca77);
      b = (b << 13) | (b >>> 19);
    }
    a = mixed(a);
    b = mixed(b);
    let slot = this.#slotOf(a, b);
    const known = this.#counts[slot] as number;
    if (known > 0) {
      this.#counts[slot] = known + 1;
      return this.#textOf[slot] as number;
    }
    if (!this.#hasRoom()) slot = this.#slotOf(a, b);
    this.#sketch?.add(a, b);
    const text = textOf(bytes, start, end);
    this.#budget.bytes -= textBytes + text.length;
    this.#put(slot, a, b, 1, this.#texts.length);
    this.#weights.push(0);
    return this.#texts.push(text) - 1;
  }

  /** Adds to the weight of the value that the last `add` counted. */
  addWeight(number: number, weight: number): void {
    this.#weights[number] = (this.#weights[number] ?? 0) + weight;
  }

  /** The values of most series, largest first, at most so many. */
  top(values: number): CountedValue[] {
    const best: CountedValue[] = [];
    for (const [slot, series] of this.#counts.entries()) {
      if (series === 0) continue;
      const text = this.#textOf[slot] as number;
      const value = this.#texts[text] as string;
      const isBehind = (one: CountedValue): boolean =>
        one.series < series || (one.series === series && one.value > value);
      const last = best[values - 1];
      if (last !== undefined && !isBehind(last)) continue;
      const place = best.findIndex(isBehind);
      const weight = this.#weights[text] as number;
      best.splice(place < 0 ? best.length : place, 0, { value, series, weight });
      if (best.length > values) best.pop();
    }
    return best.map((one) => ({ ...one, value: unescaped(one.value) }));
  }

  /** The slot of a value: its own, or the free one where it belongs. */
  #slotOf(a: number, b: number): number {
    const mask = this.#counts.length - 1;
    let slot = b & mask;
    while (this.#counts[slot] !== 0 && (this.#a[slot] !== a || this.#b[slot] !== b)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #put(slot: number, a: number, b: number, count: number, text: number): void {
    this.#a[slot] = a;
    this.#b[slot] = b;
    this.#counts[slot] = count;
    this.#textOf[slot] = text;
  }

  /** Makes room for one more value; false where slots have moved. */
  #hasRoom(): boolean {
    const held = this.#texts.length;
    const slots = this.#counts.length;
    const { bytes } = this.#budget;
    const isFull = 2 * (held + 1) > slots || held >= valuesMax;
    if (!isFull && (bytes > 0 || held < valuesMin)) return true;
    if (held < valuesMax && bytes > slots * slotBytes) {
      this.#rebuild(2 * slots, 0);
      return false;
    }
    this.#sketch ??= this.#sketchOfAll();
    const median = this.#medianCount();
    const left = this.#counts.reduce((sum, count) => sum + Number(count > median), 0);
    // What others need more is given back.
    const fitting = bytes > 0 ? slots : 2 ** Math.ceil(Math.log2(4 * Math.max(left, 1)));
    this.#rebuild(Math.min(slots, Math.max(slotsMin, fitting)), median);
    return false;
  }

  #sketchOfAll(): HyperLogLog {
    const sketch = new HyperLogLog();
    for (const [slot, count] of this.#counts.entries()) {
      if (count > 0) sketch.add(this.#a[slot] as number, this.#b[slot] as number);
    }
    return sketch;
  }

  #medianCount(): number {
    const counts = this.#counts.filter((count) => count > 0).sort();
    return counts[counts.length >> 1] as number;
  }

  /** Moves all values to a new table, with their counts lowered; those left with none are gone. */
  #rebuild(slots: number, loweredBy: number): void {
    const [a, b, counts, textOf] = [this.#a, this.#b, this.#counts, this.#textOf];
    const [texts, weights] = [this.#texts, this.#weights];
    this.#budget.bytes -= (slots - counts.length) * slotBytes;
    this.#a = new Int32Array(slots);
    this.#b = new Int32Array(slots);
    this.#counts = new Uint32Array(slots);
    this.#textOf = new Int32Array(slots);
    this.#texts = [];
    this.#weights = [];
    for (const [slot, count] of counts.entries()) {
      if (count === 0) continue;
      const text = texts[textOf[slot] as number] as string;
      if (count <= loweredBy) {
        this.#budget.bytes += textBytes + text.length;
        continue;
      }
      const [left, right] = [a[slot] as number, b[slot] as number];
      this.#put(this.#slotOf(left, right), left, right, count - loweredBy, this.#texts.length);
      this.#texts.push(text);
      this.#weights.push(weights[textOf[slot] as number] as number);
    }
  }
}

/** A copy, because a part of a longer text would keep all of it in memory. */
function textOf(bytes: Buffer, start: number, end: number): string {
  const isCut = end - start > valueBytesMax;
  const text = bytes.toString('utf8', start, isCut ? start + valueBytesMax : end);
  // The cut may go through a character.
  return isCut ? `${text.replace(/\ufffd$/, '')}…` : text;
}

const escape = /\\(.)/g;

/** The value of an escaped one, as it stands in the exposition. */
const unescaped = (text: string): string =>
  text.includes('\\') ? text.replace(escape, (_, of: string) => (of === 'n' ? '\n' : of)) : text;

/** The finalizer of MurmurHash3: every bit of the result depends on all bits. */
function mixed(half: number): number {
  let bits = half ^ (half >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
