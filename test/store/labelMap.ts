// LabelMap is a source of labels that tests write to.
import type { LabelSource } from '../../src/metrics/promotion.ts';

type Labels = Readonly<Record<string, string>>;

export class LabelMap implements LabelSource {
  readonly #labels = new Map<string, Labels>();
  readonly #listeners = new Set<(key: string) => void>();

  labelsOf(key: string): Labels | undefined {
    return this.#labels.get(key);
  }

  listen(listener: (key: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Without labels there is nothing of that key any more. */
  set(key: string, labels: Labels | undefined): void {
    if (labels === undefined) this.#labels.delete(key);
    else this.#labels.set(key, labels);
    for (const listener of this.#listeners) listener(key);
  }
}
