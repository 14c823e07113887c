// Judges two expositions by the list of deliberate differences, and remembers which rows were met.
import type { ApiObject } from '../../src/demo/objects.ts';
import { resources } from '../../src/resources/index.ts';
import { type Difference, differencesBetween, inWords } from '../conformance/compare.ts';
import { type Deliberate, deliberate } from './differences.ts';
import type { Made } from './objects.ts';

/** So many differences are told in full, each cut to so many characters. */
const TOLD_MAX = 25;
const CHARS_MAX = 400;

const tables = Object.entries(resources).flatMap(([plural, { families }]) =>
  Object.keys(families).map((family) => [family, plural] as const),
);
const pluralOf: ReadonlyMap<string, string> = new Map(tables);

/** The objects of one API server, by which differences in their series are judged. */
export class KnownObjects {
  readonly #objects = new Map<string, ApiObject>();

  add({ plural, object }: Made): void {
    const { namespace = '', name } = object.metadata;
    this.#objects.set(`${plural}/${namespace}/${name}`, object);
  }

  /** The object that the difference's series is about, where it is about one. */
  behind({ family, series }: Difference): ApiObject | undefined {
    const plural = pluralOf.get(family);
    if (plural === undefined || series === '') return undefined;
    const labels = [...series.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
    const [, , namespace = ''] = labels.find(([, key]) => key === 'namespace') ?? [];
    // The name is a label of each series, under the name of its resource.
    for (const [, , name] of labels) {
      const found = this.#objects.get(`${plural}/${namespace}/${name}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

export class Judge {
  readonly #met = new Set<string>();

  /**
   * The differences that no row covers. Rows are met only where there are none: before both have
   * listed all objects, what one of them lacks may look like a difference that is meant.
   */
  unlisted(theirs: string, ours: string, known: KnownObjects, zone: string): Difference[] {
    const met: [Deliberate, ApiObject | undefined][] = [];
    const unlisted = differencesBetween(theirs, ours).filter((difference) => {
      const circumstances = { object: known.behind(difference), zone };
      const covering = deliberate.filter((one) => one.covers(difference, circumstances));
      for (const one of covering) met.push([one, circumstances.object]);
      return covering.length === 0;
    });
    if (unlisted.length === 0) for (const [one, object] of met) this.#meet(one, object);
    return unlisted;
  }

  /** Rows, and objects that should show one, of which nothing was seen: they hide what is gone. */
  get unmet(): readonly string[] {
    return deliberate.flatMap(namesOf).filter((name) => !this.#met.has(name));
  }

  #meet(one: Deliberate, object: ApiObject | undefined): void {
    this.#met.add(one.theirs);
    if (object !== undefined) this.#met.add(`${one.theirs}: ${object.metadata.name}`);
  }
}

const namesOf = ({ theirs, shownBy = [] }: Deliberate): string[] => [
  theirs,
  ...shownBy.map(({ metadata }) => `${theirs}: ${metadata.name}`),
];

/** What a failure tells: how many there are of each family, and the first in full. */
export function told(differences: readonly Difference[]): string {
  const counts = Object.entries(Object.groupBy(differences, ({ family }) => family));
  const lines = counts.map(([family, some = []]) => `${some.length} of ${family || 'the whole'}`);
  const first = differences.slice(0, TOLD_MAX).map((one) => inWords(one).slice(0, CHARS_MAX));
  return [
    `${differences.length} differences that docs/migration.md does not list:`,
    ...lines,
    ...first,
  ].join('\n  ');
}
