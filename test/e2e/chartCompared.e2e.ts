// Our chart beside kube-state-metrics' own: the same values give the same objects, but on purpose.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { manifestsOf, nameOf, type Place, placesBetween } from '../chart/compare.ts';
import { type Found, type Pattern, recorded, unrecorded } from '../chart/differences.ts';
import { chart, rendered, set, template } from './helm.ts';

const folder = join(import.meta.dirname, '../chart');
const sets = readdirSync(join(folder, 'values')).sort();

/** Where a set of values gives something else than is recorded. */
function placesOf(file: string): Place[] {
  const theirs = readFileSync(join(folder, 'rendered', file), 'utf8');
  const ours = rendered(chart, '--values', join(folder, 'values', file));
  return placesBetween(manifestsOf(theirs), manifestsOf(ours));
}

const patterns = recorded.flatMap(({ places }) => places);

function fits(pattern: Pattern, place: Place): boolean {
  return (
    like(pattern.object, place.object) &&
    like(pattern.path, place.path) &&
    isAs(pattern.theirs, place.theirs) &&
    isAs(pattern.ours, place.ours)
  );
}

/** Whether a text is the pattern's, whose `*` is any text. */
function like(pattern: string, text: string): boolean {
  const literal = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*')}$`).test(text);
}

function isAs(expected: unknown, value: unknown): boolean {
  const json = JSON.stringify(value);
  if (expected instanceof RegExp) return value !== undefined && expected.test(json);
  return json === JSON.stringify(expected);
}

describe('the chart beside that of kube-state-metrics', () => {
  const met = new Set<Pattern>();

  for (const file of sets) {
    it(`renders the same for ${file}, but for what is on the list`, () => {
      const unlisted = placesOf(file).filter((place) => {
        const fitting = patterns.filter((pattern) => fits(pattern, place));
        for (const pattern of fitting) met.add(pattern);
        return fitting.length === 0;
      });
      expect(unlisted).to.deep.equal([]);
    });
  }

  it('has met each place on the list', () => {
    const unmet = patterns.filter((pattern) => !met.has(pattern));
    expect(unmet.map(({ object, path }) => `${object} ${path}`)).to.deep.equal([]);
  });

  it('has been compared with all that was recorded', () => {
    expect(readdirSync(join(folder, 'rendered')).sort()).to.deep.equal(sets).and.not.be.empty;
  });

  for (const { what, set: settings, becomes } of unrecorded) {
    it(`does as the list says of ${what}`, () => {
      const outcome = template(chart, set(settings));
      if ('fails' in becomes) {
        expect(outcome.status, outcome.stdout).to.equal(1);
        expect(outcome.stderr).to.match(becomes.fails);
      } else {
        expect(outcome.status, outcome.stderr).to.equal(0);
        expect(valueIn(outcome.stdout, becomes)).to.deep.equal(becomes.value);
      }
    });
  }
});

function valueIn(text: string, { object, path }: Found): unknown {
  const manifest: unknown = manifestsOf(text).find((manifest) => nameOf(manifest) === object);
  const step = (value: unknown, key: string) =>
    (value as Record<string, unknown> | undefined)?.[key];
  return path.split('.').reduce(step, manifest);
}
