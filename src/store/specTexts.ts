// SpecTexts renders objects, but not what is made of a spec that has not changed.
import { deferredSpecOf } from '../lib/deferredSpec.ts';
import type { KubeObject } from '../metrics/object.ts';
import type { Promoted } from '../metrics/promotion.ts';
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

/** What the store knows of an earlier state of an object. */
export interface KnownState {
  readonly spec: SpecState | undefined;
  readonly promoted: Promoted | undefined;
}

/** The object in the store, if `incoming` is certainly a later state of it. */
export const knownStateOf = (
  existing: (KnownState & { readonly uid: string | undefined }) | undefined,
  { uid }: ObjectVersion,
): KnownState | undefined =>
  existing !== undefined && uid !== undefined && existing.uid === uid ? existing : undefined;

export class SpecTexts {
  readonly #renderer: Renderer;
  readonly #shared = new Map<string, TakenOfSpec[number]>();

  constructor(renderer: Renderer) {
    this.#renderer = renderer;
  }

  /**
   * Reads the object's texts into `into`. `known` is the state that the store has of the object:
   * where neither its spec nor its promoted labels have changed, texts that are made of the spec
   * alone are not read.
   */
  read(object: KubeObject, known: KnownState | undefined, into: FamilyTexts): void {
    const { bySection, promotion } = this.#renderer;
    const spec = deferredSpecOf(object);
    if (bySection === undefined || spec === undefined) {
      this.#readWhole(object, known, into);
      return;
    }
    const { a, b } = spec.hash();
    const before = known?.spec;
    if (before !== undefined && before.a === a && before.b === b) {
      const promoted = promotion?.of(object, known?.promoted, true);
      if (promoted === known?.promoted) {
        into.read(bySection.renderRest(object, before.taken, promoted), before);
        into.promoted = promoted;
        return;
      }
    }
    // Throws here where it is no JSON: then the object is left out as one that cannot be read.
    spec.parse();
    const promoted = promotion?.of(object, known?.promoted);
    const { texts, taken } = bySection.renderAll(object, promoted);
    into.read(texts);
    into.promoted = promoted;
    if (taken === undefined) return;
    into.spec = {
      a,
      b,
      taken: taken.map((one) => this.#share(one)),
      ...into.sumOf(bySection.ofSpec),
    };
  }

  #readWhole(object: KubeObject, known: KnownState | undefined, into: FamilyTexts): void {
    const { render, renderPromoted, promotion } = this.#renderer;
    const promoted = promotion?.of(object, known?.promoted);
    const texts = promoted && renderPromoted?.(object, promoted);
    into.read(texts ?? render(object));
    into.promoted = promoted;
  }

  /** Reads all texts of an object again, with other labels promoted to them. */
  promote(
    texts: readonly string[],
    { spec, promoted: from }: KnownState,
    to: Promoted,
    into: FamilyTexts,
  ): void {
    const { bySection, promotion } = this.#renderer;
    into.read(
      from === undefined || promotion === undefined ? texts : promotion.replace(texts, from, to),
    );
    into.promoted = to;
    if (spec !== undefined && bySection !== undefined) {
      into.spec = { ...spec, ...into.sumOf(bySection.ofSpec) };
    }
  }

  #share(value: TakenOfSpec[number]): TakenOfSpec[number] {
    const text = JSON.stringify(value) ?? '';
    if (this.#shared.has(text)) return this.#shared.get(text);
    if (this.#shared.size >= sharedMax) this.#shared.clear();
    this.#shared.set(text, value);
    return value;
  }
}
