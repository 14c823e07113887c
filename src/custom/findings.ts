// Findings collects the mistakes of a configuration, each with its place.

import type * as z from 'zod';
import { shortened } from '../lib/shortened.ts';
import { suggest } from '../lib/suggest.ts';
import type { YamlText } from '../lib/yaml.ts';
import { pathText } from './rule.ts';
import type { Mistake, Place } from './types.ts';

const gotCharsMax = 60;
/** One key too many may be in every rule; what keeps a rule from being served is always listed. */
const harmlessMax = 1_000;

export type Keys = readonly PropertyKey[];
export type Facts = Pick<Mistake, 'expected' | 'got' | 'hint'>;

export class Findings {
  readonly mistakes: Mistake[] = [];
  /** How many of them keep something from being served. */
  serious = 0;
  #harmless = 0;
  readonly #file: string;
  readonly #yaml: YamlText;

  constructor(file: string, yaml: YamlText) {
    this.#file = file;
    this.#yaml = yaml;
  }

  placeOf(keys: Keys, what: 'key' | 'value' = 'value'): Place {
    return { file: this.#file, ...this.#yaml.positionOf(keys, what) };
  }

  /** Where a line and a column of the text at `keys` stand. */
  placeIn(keys: Keys, position: Pick<Place, 'line' | 'column'>): Place {
    return { file: this.#file, ...this.#yaml.positionIn(keys, position) };
  }

  add(keys: Keys, facts: Facts, what: 'key' | 'value' = 'value'): void {
    this.serious += 1;
    this.#add({ place: this.placeOf(keys, what), path: pathText(keys), ...facts });
  }

  /** As `add`, with a place inside of the value. */
  addAt(place: Place, keys: Keys, facts: Facts): void {
    this.serious += 1;
    this.#add({ place, path: pathText(keys), ...facts });
  }

  /** What is served nevertheless, as kube-state-metrics serves it. */
  note(keys: Keys, facts: Facts): void {
    this.noteAt(this.placeOf(keys, 'key'), keys, facts);
  }

  noteAt(place: Place, keys: Keys, facts: Facts): void {
    this.#add({ place, path: pathText(keys), ...facts, harmless: true });
  }

  /** Keys that nothing reads are said, and do no harm: kube-state-metrics ignores them. */
  unknownKeys(map: object, known: readonly string[], keys: Keys): void {
    for (const key of Object.keys(map)) {
      if (known.includes(key)) continue;
      const meant = suggest(key, known);
      const at = [...keys, key];
      this.#add({
        place: this.placeOf(at, 'key'),
        path: pathText(at),
        expected: `one of ${known.join(', ')}`,
        got: `the unknown key ${shownText(key)}`,
        hint: meant === undefined ? 'leave it out' : `did you mean ${meant}?`,
        harmless: true,
      });
    }
  }

  /** The keys of `value`, and of the maps in it, that the schema does not have. */
  unknownKeysOf(schema: z.ZodType, value: unknown, keys: Keys): void {
    const shape = shapeOf(unwrapped(schema));
    if (shape === undefined || typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) return;
    this.unknownKeys(value, Object.keys(shape), keys);
    for (const [key, below] of Object.entries(value)) {
      const inner = shape[key];
      if (inner !== undefined) this.unknownKeysOf(inner, below, [...keys, key]);
    }
  }

  #add(mistake: Mistake): void {
    if (mistake.harmless && ++this.#harmless > harmlessMax) return;
    this.mistakes.push(mistake);
  }
}

/** A value as a sentence shows it. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  const text = JSON.stringify(value);
  const isLong = text.length > gotCharsMax;
  return isLong && Array.isArray(value) ? `a list of ${value.length}` : shownText(text);
}

const shownText = (text: string): string => shortened(text, gotCharsMax);

/** The keys that the map at `path` of the schema knows. */
export function knownKeys(schema: z.ZodType, path: Keys): string[] {
  let at: z.ZodType | undefined = schema;
  for (const step of path) at = at && shapeOf(unwrapped(at))?.[String(step)];
  return Object.keys((at && shapeOf(unwrapped(at))) ?? {});
}

type Shape = Readonly<Record<string, z.ZodType>>;

const shapeOf = (schema: unknown): Shape | undefined => (schema as { shape?: Shape }).shape;

const unwrapped = (schema: unknown): unknown => {
  const { unwrap } = schema as { unwrap?: () => unknown };
  return unwrap === undefined ? schema : unwrapped(unwrap.call(schema));
};
