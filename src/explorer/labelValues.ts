// LabelValues counts the values of one label: exactly up to a bound, by a sketch beyond it.
import { HyperLogLog } from './hyperLogLog.ts';

/** Values of one label that are told apart exactly. */
export const valuesMax = 65_536;
/** Values that are counted where there are more; half of them stay when room is made. */
export const sketchedMax = 16_384;
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
 * bits, as texts are in the store. Where the table may not grow, all counts are lowered, so that
 * half of the values are left with none and dropped, as in the sketch of Misra and Gries: from then
 * on a count is a lower bound, too low by the number of series / 8,192 at the most.
 */
export class LabelValues {
  readonly #budget: ByteBudget;
  #a = new Int32Array(slotsMin);
  #b = new Int32Array(slotsMin);
  /** 0 is a free slot. */
  #counts = new Uint32Array(slotsMin);
  #textOf = new Int32Array(slotsMin);
  /** Undefined for a value that came once since there is a sketch: most of them are dropped. */
  #texts: (string | undefined)[] = [];
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
      const number = this.#textOf[slot] as number;
      this.#texts[number] ??= this.#paid(textOf(bytes, start, end));
      return number;
    }
    if (!this.#hasRoom()) slot = this.#slotOf(a, b);
    this.#sketch?.add(a, b);
    this.#put(slot, a, b, 1, this.#texts.length);
    this.#weights.push(0);
    const text = this.#sketch === undefined ? this.#paid(textOf(bytes, start, end)) : undefined;
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
      const value = this.#texts[text];
      if (value === undefined) continue;
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
    const isFull = 2 * (held + 1) > slots;
    if (!isFull && (bytes > 0 || held < valuesMin)) return true;
    const heldMax = this.#sketch === undefined ? valuesMax : sketchedMax;
    if (held < heldMax && bytes > slots * slotBytes) {
      this.#rebuild(2 * slots, 0);
      return false;
    }
    this.#sketch ??= this.#sketchOfAll();
    const leftMax = Math.min(sketchedMax, held) >> 1;
    const slotsMax = bytes > 0 ? 2 * sketchedMax : 4 * leftMax;
    const fitting = Math.max(slotsMin, 2 ** Math.ceil(Math.log2(slotsMax)));
    this.#rebuild(Math.min(slots, fitting), this.#countBehind(leftMax));
    return false;
  }

  /** Takes a text's memory from the budget. */
  #paid(text: string): string {
    this.#budget.bytes -= textBytes + text.length;
    return text;
  }

  #sketchOfAll(): HyperLogLog {
    const sketch = new HyperLogLog();
    for (const [slot, count] of this.#counts.entries()) {
      if (count > 0) sketch.add(this.#a[slot] as number, this.#b[slot] as number);
    }
    return sketch;
  }

  /** The largest count behind the first `values` of them. */
  #countBehind(values: number): number {
    const counts = this.#counts.filter((count) => count > 0).sort();
    return counts[counts.length - 1 - values] as number;
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
      const text = texts[textOf[slot] as number];
      if (count <= loweredBy) {
        if (text !== undefined) this.#budget.bytes += textBytes + text.length;
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

const escaped = /\\(.)/g;

/** The value of an escaped one, as it stands in the exposition. */
const unescaped = (text: string): string =>
  text.includes('\\') ? text.replace(escaped, (_, of: string) => (of === 'n' ? '\n' : of)) : text;

/** The finalizer of MurmurHash3: every bit of the result depends on all bits. */
function mixed(half: number): number {
  let bits = half ^ (half >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
