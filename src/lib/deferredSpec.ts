// DeferredSpec is the spec of an object as JSON text, which is parsed only if something reads it.
import { type Hash64, hash64 } from './hash64.ts';

/** Longer specs are parsed at once; the text of an object has some 3,000. */
export const specCharsMax = 64 * 1024;
/** The most bytes of UTF-8 that one UTF-16 unit becomes. */
const bytesPerChar = 3;

export class DeferredSpec {
  readonly #text: string;
  readonly #parseText: (text: string) => unknown;
  #parsed = false;
  #value: unknown;

  /** `parseText` is called once at the most. The text has no more than specCharsMax. */
  constructor(text: string, parseText: (text: string) => unknown) {
    this.#text = text;
    this.#parseText = parseText;
  }

  /** The value of the text; throws a SyntaxError where it has none. */
  parse(): unknown {
    if (!this.#parsed) {
      this.#value = this.#parseText(this.#text);
      this.#parsed = true;
    }
    return this.#value;
  }

  /** The hash of the text: specs that differ in white space alone have different ones. */
  hash(): Hash64 {
    return hashOf(this.#text);
  }
}

/** An object all of which was parsed but its spec; reading `spec` parses that. */
class PartlyParsed {
  readonly #spec: DeferredSpec;

  constructor(parsed: Readonly<Record<string, unknown>>, except: string, spec: DeferredSpec) {
    this.#spec = spec;
    const fields: Record<string, unknown> = this as never;
    for (const name in parsed) if (name !== except) fields[name] = parsed[name];
  }

  get spec(): unknown {
    return this.#spec.parse();
  }

  toJSON(): unknown {
    return { ...this, spec: this.spec };
  }

  static specOf(object: object): DeferredSpec | undefined {
    return #spec in object ? object.#spec : undefined;
  }
}

/** An object of these fields, one excepted, and of a spec that is parsed once it is read. */
export const withDeferredSpec = (
  fields: Readonly<Record<string, unknown>>,
  except: string,
  spec: DeferredSpec,
): object => new PartlyParsed(fields, except, spec);

/** The spec of an object that `withDeferredSpec` made; undefined for any other. */
export const deferredSpecOf = (object: object): DeferredSpec | undefined =>
  PartlyParsed.specOf(object);

let bytes = Buffer.alloc(0);
let words = new Int32Array(0);

function hashOf(text: string): Hash64 {
  if (bytes.length === 0) {
    // Pages that nothing is written to take no memory.
    bytes = Buffer.from(new ArrayBuffer(bytesPerChar * specCharsMax + 4));
    words = new Int32Array(bytes.buffer);
  }
  const length = bytes.write(text);
  bytes.fill(0, length, length + 4);
  return hash64(words, 0, length);
}
