// Promotion makes the text of promoted labels, which stand behind the identity of every series.
import { memberOf } from '../lib/members.ts';
import { shortened } from '../lib/shortened.ts';
import type { KubeObject } from './object.ts';
import type { LabelSourceName, PromotedLabel } from './promotedLabels.ts';
import { escapeLabelValue } from './text.ts';

/** Objects share what was promoted to them with others that have the same: some 1 MB. */
const sharedMax = 4_096;
/** Characters of a malformed text that an error quotes. */
const malformedCharsMax = 200;

/** The labels of what objects belong to, as of now. */
export interface LabelSource {
  /** The labels of that key which are promoted; undefined where there is nothing of that key. */
  labelsOf(key: string): Readonly<Record<string, string>> | undefined;
  /**
   * Calls the listener after each change, until the returned function is called. What is kept up to
   * date are the keys of which `isUsed` holds; of others the source may forget what it knows.
   */
  listen(listener: (key: string) => void, isUsed: (key: string) => boolean): () => void;
}

/** What an object inherits from: a source, and how it finds its key there. */
export interface Inheritance {
  readonly name: LabelSourceName;
  readonly source: LabelSource;
  /** Whether the key is made of the spec; else it is made of the metadata. */
  readonly ofSpec: boolean;
  keyOf(object: KubeObject): string | undefined;
}

/** What is promoted to one object; immutable, and shared by objects that have the same. */
export interface Promoted {
  /** Values of its own labels; undefined where it has no such label. */
  readonly own: readonly (string | undefined)[];
  /** Where it inherits from: its key in each source, undefined where it is in none. */
  readonly keys: readonly (string | undefined)[];
  /** The text of the labels: that of most families first, then those of `familyLabels`. */
  readonly texts: readonly string[];
}

/** A label, with what it may come from in order: of several values the first one counts. */
interface CompiledLabel {
  readonly key: string;
  /** The text up to its value. */
  readonly prefix: string;
  /** Its place in `own`; below 0 for none. */
  readonly own: number;
  readonly sources: readonly number[];
}

export interface PromotionOptions {
  /** The names of the families, in the order of the renderer. */
  readonly families: readonly string[];
  /** How many labels identify an object. */
  readonly identityLabels: number;
  readonly labels: readonly PromotedLabel[];
  /** Families that have other labels than those. */
  readonly familyLabels: ReadonlyMap<string, readonly PromotedLabel[]>;
  readonly inheritances: readonly Inheritance[];
}

export class Promotion {
  readonly sources: readonly LabelSource[];
  readonly #inheritances: readonly Inheritance[];
  readonly #ownKeys: readonly string[];
  /** By the index of a text. */
  readonly #labels: readonly (readonly CompiledLabel[])[];
  /** The index of its text, by family. */
  readonly #textOf: readonly number[];
  readonly #families: readonly string[];
  readonly #identity: RegExp;
  readonly #shared = new Map<string, Promoted>();

  constructor(options: PromotionOptions) {
    const { families, identityLabels, labels, familyLabels, inheritances } = options;
    const lists = [labels, ...familyLabels.values()];
    const own = lists.flat().filter(({ from }) => from.includes('self'));
    this.#ownKeys = [...new Set(own.map(({ key }) => key))];
    this.#inheritances = inheritances;
    this.sources = inheritances.map(({ source }) => source);
    this.#labels = lists.map((list) => list.map((label) => this.#compile(label)));
    const special = [...familyLabels.keys()];
    this.#textOf = families.map((family) => special.indexOf(family) + 1);
    this.#families = families;
    this.#identity = new RegExp(`(?:[^"]*"(?:[^"\\\\]|\\\\.)*"){${identityLabels}}`, 'y');
  }

  #compile({ name, key, from }: PromotedLabel): CompiledLabel {
    const sources = from.flatMap((one) => {
      const index = this.#inheritances.findIndex((inheritance) => inheritance.name === one);
      return index < 0 ? [] : [index];
    });
    const own = from.includes('self') ? this.#ownKeys.indexOf(key) : -1;
    return { key, prefix: `,${name}="`, own, sources };
  }

  /** How many texts an object has. */
  get textCount(): number {
    return this.#labels.length;
  }

  /** The index of a family's text in `texts`. */
  textIndexOf(family: number): number {
    return this.#textOf[family] as number;
  }

  /**
   * What is promoted to an object. `known` is what was promoted to an earlier state of it; where
   * `specStands`, the spec has not changed since and is not read.
   */
  of(object: KubeObject, known?: Promoted, specStands = false): Promoted {
    const labels = object.metadata.labels ?? {};
    const own = this.#ownKeys.map((key) => memberOf(labels, key));
    const keys = this.#inheritances.map(({ ofSpec, keyOf }, i) =>
      ofSpec && specStands ? known?.keys[i] : keyOf(object),
    );
    const texts = this.#textsOf(own, keys);
    if (known !== undefined && isSame(known, { own, keys, texts })) return known;
    return this.#share({ own, keys, texts });
  }

  /** What the sources give to the object now; the same where nothing has changed. */
  renewed(promoted: Promoted): Promoted {
    const { own, keys } = promoted;
    const texts = this.#textsOf(own, keys);
    return sameItems(texts, promoted.texts) ? promoted : this.#share({ own, keys, texts });
  }

  /** The texts of an object by family, with other labels promoted to them. */
  replace(texts: readonly string[], from: Promoted, to: Promoted): string[] {
    let identity: string | undefined;
    return texts.map((text, i) => {
      const index = this.#textOf[i] as number;
      const [before, after] = [from.texts[index] as string, to.texts[index] as string];
      if (text === '' || before === after) return text;
      const opening = `${this.#families[i]}{`;
      identity ??= this.#identityIn(text, opening.length);
      const head = `${opening}${identity}`;
      // In a label's value quotes are escaped, so that this stands at the head of a series only.
      return text.split(`${head}${before}`).join(`${head}${after}`);
    });
  }

  #identityIn(text: string, at: number): string {
    this.#identity.lastIndex = at;
    const [identity] = this.#identity.exec(text) ?? [];
    if (identity === undefined) {
      throw new Error(`expected identity labels, got ${shortened(text, malformedCharsMax)}`);
    }
    return identity;
  }

  #textsOf(own: Promoted['own'], keys: Promoted['keys']): string[] {
    const inherited = keys.map((key, i) =>
      key === undefined ? undefined : this.sources[i]?.labelsOf(key),
    );
    return this.#labels.map((labels) => {
      let text = '';
      for (const label of labels) {
        const value = own[label.own] ?? firstOf(label, inherited);
        if (value !== undefined) text += `${label.prefix}${escapeLabelValue(value)}"`;
      }
      return text;
    });
  }

  #share(promoted: Promoted): Promoted {
    const text = JSON.stringify([promoted.own, promoted.keys, promoted.texts]);
    const shared = this.#shared.get(text);
    if (shared !== undefined) return shared;
    if (this.#shared.size >= sharedMax) this.#shared.clear();
    this.#shared.set(text, promoted);
    return promoted;
  }
}

function firstOf(
  { key, sources }: CompiledLabel,
  inherited: readonly (Readonly<Record<string, string>> | undefined)[],
): string | undefined {
  for (const source of sources) {
    const labels = inherited[source];
    const value = labels && memberOf(labels, key);
    if (value !== undefined) return value;
  }
  return undefined;
}

const isSame = (a: Promoted, b: Promoted): boolean =>
  sameItems(a.own, b.own) && sameItems(a.keys, b.keys) && sameItems(a.texts, b.texts);

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return a.length === b.length;
}
