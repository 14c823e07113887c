// SpecTexts renders objects, but not what is made of a spec that has not changed.
import { deferredSpecOf } from '../lib/deferredSpec.ts';
import type { Json } from '../metrics/family.ts';
import type { KubeObject } from '../metrics/object.ts';
import type { Renderer, TakenOfSpec } from '../metrics/render.ts';
import type { FamilyTexts } from './familyTexts.ts';
import type { ObjectVersion } from './types.ts';

/** Objects share what was taken of their specs with others that had the same: some 1 MB. */
const sharedMax = 4_096;

/** What the store keeps of an object's spec; texts made of the spec stand while the hash does. */
export interface SpecState {
  /** The halves of the hash of its text. */
  readonly a: number;
  readonly b: number;
  readonly taken: TakenOfSpec;
  /** The sums of the texts that are made of the spec alone. */
  readonly series: number;
  readonly bytes: number;
}

/** The spec of the object in the store, if `incoming` is certainly a later state of it. */
export const knownSpecOf = (
  existing: { readonly uid: string | undefined; readonly spec: SpecState | undefined } | undefined,
  { uid }: ObjectVersion,
): SpecState | undefined =>
  existing !== undefined && uid !== undefined && existing.uid === uid ? existing.spec : undefined;

export class SpecTexts {
  readonly #renderer: Renderer;
  readonly #shared = new Map<string, Json>();
  /** What was taken of the last spec: that of a neighbour in a list is often the same. */
  #last: TakenOfSpec = [];

  constructor(renderer: Renderer) {
    this.#renderer = renderer;
  }

  /**
   * Reads the object's texts into `into`. `known` is the spec of the state that the store has of
   * the object: where it has not changed, texts that are made of it alone are not read.
   */
  read(object: KubeObject, known: SpecState | undefined, into: FamilyTexts): void {
    const { bySection } = this.#renderer;
    const spec = deferredSpecOf(object);
    if (bySection === undefined || spec === undefined) {
      into.read(this.#renderer.renderAll(object));
      return;
    }
    const { a, b } = spec.hash();
    if (known !== undefined && known.a === a && known.b === b) {
      into.read(bySection.renderRest(object, known.taken), known);
      return;
    }
    // Throws here where it is no JSON: then the object is left out as one that cannot be read.
    spec.parse();
    const rendered = this.#renderer.renderAll(object);
    const { taken } = rendered;
    into.read(rendered);
    if (taken === undefined) return;
    into.spec = {
      a,
      b,
      taken: this.#shareAll(taken),
      ...into.sumOf(bySection.ofSpec),
    };
  }

  #shareAll(taken: TakenOfSpec): TakenOfSpec {
    const last = this.#last;
    this.#last = taken.map((one, i) => (isSame(one, last[i]) ? last[i] : this.#share(one)));
    return this.#last;
  }

  #share(value: Json): Json {
    const text = JSON.stringify(value) ?? '';
    if (this.#shared.has(text)) return this.#shared.get(text);
    if (this.#shared.size >= sharedMax) this.#shared.clear();
    this.#shared.set(text, value);
    return value;
  }
}

/** Whether two values give the same JSON, by comparison: several times as fast as by their JSON. */
function isSame(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [ofA, ofB] = [a, b] as [Readonly<Record<string, Json>>, Readonly<Record<string, Json>>];
  for (const key in ofA) if (!Object.hasOwn(ofB, key) || !isSame(ofA[key], ofB[key])) return false;
  for (const key in ofB) if (!Object.hasOwn(ofA, key)) return false;
  return true;
}
