// SeriesCounter counts the series of an exposition while it is read, so that none is held.

const NEWLINE = 0x0a;
const HASH = 0x23;

/** What an exposition has. */
export interface Exposition {
  readonly series: number;
  readonly bytes: number;
  /** Series by the name in the TYPE line before them. */
  readonly families: ReadonlyMap<string, number>;
}

export class SeriesCounter implements Exposition {
  series = 0;
  bytes = 0;
  readonly families = new Map<string, number>();
  /** The start of a line that ends in a later chunk; empty for a line of a series. */
  #comment = '';
  #within: 'nothing' | 'comment' | 'series' = 'nothing';
  #family = '';
  /** Series of that family. */
  #count = 0;

  /** Takes the next bytes. */
  push(chunk: Buffer): void {
    this.bytes += chunk.length;
    for (let at = 0; at < chunk.length; ) {
      if (this.#within === 'nothing') this.#begin(chunk[at] as number);
      const newline = chunk.indexOf(NEWLINE, at);
      const end = newline < 0 ? chunk.length : newline;
      if (this.#within === 'comment') this.#comment += chunk.toString('latin1', at, end);
      at = end + 1;
      if (newline >= 0) this.#end();
    }
    this.families.set(this.#family, this.#count);
  }

  #begin(byte: number): void {
    if (byte === NEWLINE) return;
    this.#within = byte === HASH ? 'comment' : 'series';
    if (byte === HASH) return;
    this.series += 1;
    this.#count += 1;
  }

  #end(): void {
    this.#within = 'nothing';
    const [, family] = /^# TYPE (\S+)/.exec(this.#comment) ?? [];
    this.#comment = '';
    if (family === undefined) return;
    this.families.set(this.#family, this.#count);
    this.#family = family;
    this.#count = this.families.get(family) ?? 0;
  }
}

/** What the text has. */
export function expositionOf(text: Buffer): Exposition {
  const counter = new SeriesCounter();
  counter.push(text);
  return counter;
}
