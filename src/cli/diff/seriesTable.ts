// SeriesTable holds the hash, the value and the family of every series, in some 40 bytes each.

const slotsMin = 1 << 16;
/** The part of slots that may be taken. */
const loadMax = 0.6;

/** A flag of a slot: the sides that have its series, as bits. */
export type Sides = number;

/** Open addressing in typed arrays: these are outside of Node's heap, and its limit. */
export class SeriesTable {
  #hashesA = new Int32Array(slotsMin);
  #hashesB = new Int32Array(slotsMin);
  #sides = new Uint8Array(slotsMin);
  #families = new Uint32Array(slotsMin);
  #values = new Float64Array(slotsMin);
  #count = 0;

  /** How many different series it holds. */
  get count(): number {
    return this.#count;
  }

  /** The slot of the series, which is a new one without sides where the series is not there. */
  slotOf(hashA: number, hashB: number): number {
    if (this.#count + 1 > this.#sides.length * loadMax) this.#grow();
    return this.#find(hashA, hashB);
  }

  sidesOf(slot: number): Sides {
    return this.#sides[slot] as Sides;
  }

  valueOf(slot: number): number {
    return this.#values[slot] as number;
  }

  /** Fills the new slot that `slotOf` gave for this series. */
  insert(slot: number, hashA: number, hashB: number, family: number, value: number): void {
    this.#hashesA[slot] = hashA;
    this.#hashesB[slot] = hashB;
    this.#families[slot] = family;
    this.#values[slot] = value;
    this.#count++;
  }

  setSides(slot: number, sides: Sides): void {
    this.#sides[slot] = sides;
  }

  /** All series that have exactly these sides. */
  *withSides(sides: Sides): Generator<{ hashA: number; hashB: number; family: number }> {
    for (let slot = 0; slot < this.#sides.length; slot++) {
      if (this.#sides[slot] !== sides) continue;
      yield {
        hashA: this.#hashesA[slot] as number,
        hashB: this.#hashesB[slot] as number,
        family: this.#families[slot] as number,
      };
    }
  }

  #find(hashA: number, hashB: number): number {
    const mask = this.#sides.length - 1;
    let slot = (hashA ^ (hashB << 7)) & mask;
    while (this.#sides[slot] !== 0) {
      if (this.#hashesA[slot] === hashA && this.#hashesB[slot] === hashB) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const [hashesA, hashesB, sides, families, values] = [
      this.#hashesA,
      this.#hashesB,
      this.#sides,
      this.#families,
      this.#values,
    ];
    const slots = sides.length * 2;
    this.#hashesA = new Int32Array(slots);
    this.#hashesB = new Int32Array(slots);
    this.#sides = new Uint8Array(slots);
    this.#families = new Uint32Array(slots);
    this.#values = new Float64Array(slots);
    for (let old = 0; old < sides.length; old++) {
      if (sides[old] === 0) continue;
      const slot = this.#find(hashesA[old] as number, hashesB[old] as number);
      this.#hashesA[slot] = hashesA[old] as number;
      this.#hashesB[slot] = hashesB[old] as number;
      this.#sides[slot] = sides[old] as number;
      this.#families[slot] = families[old] as number;
      this.#values[slot] = values[old] as number;
    }
  }
}
