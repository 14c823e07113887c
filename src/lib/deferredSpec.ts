// DeferredSpec is the spec of an object as JSON or protobuf, parsed only if something reads it.
import { type Hash64, hash64 } from './hash64.ts';

/** Longer specs are parsed at once; the text of an object has some 3,000. */
export const specCharsMax = 64 * 1024;
/** The most bytes of UTF-8 that one UTF-16 unit becomes. */
const bytesPerChar = 3;

export class DeferredSpec {
  readonly #source: string | Buffer;
  readonly #parseSource: () => unknown;
  #parsed = false;
  #value: unknown;

  /**
   * The source is JSON of no more than specCharsMax, or as many bytes of protobuf. `parseSource` is
   * called once at the most.
   */
  constructor(source: string | Buffer, parseSource: () => unknown) {
    this.#source = source;
    this.#parseSource = parseSource;
  }

  /** The value of the source; throws where it has none. */
  parse(): unknown {
    if (!this.#parsed) {
      this.#value = this.#parseSource();
      this.#parsed = true;
    }
    return this.#value;
  }

  /** The hash of the source: specs that differ in white space alone have different ones. */
  hash(): Hash64 {
    return hashOf(this.#source);
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

function hashOf(source: string | Buffer): Hash64 {
  if (bytes.length === 0) {
    // Pages that nothing is written to take no memory.
    bytes = Buffer.from(new ArrayBuffer(bytesPerChar * specCharsMax + 4));
    words = new Int32Array(bytes.buffer);
  }
  const length = typeof source === 'string' ? bytes.write(source) : source.copy(bytes);
  bytes.fill(0, length, length + 4);
  return hash64(words, 0, length);
}
