// Recorded objects with any one field absent, null or empty: no table may stumble over that.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { everyKey } from '../../src/metrics/labels.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { compile } from '../../src/metrics/render.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import { resources } from '../../src/resources/index.ts';
import { goldenCasesOf, readGolden } from './goldenCases.ts';

type Fields = Record<string, unknown>;

const cluster = join(import.meta.dirname, '../conformance/clusters/fuzz.jsonl');
const objects = readFileSync(cluster, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line) as KubeObject & { kind: string });

/** The objects written by hand, for a resource that kube-state-metrics does not have. */
const goldenObjectsOf = (plural: string): KubeObject[] =>
  goldenCasesOf(plural)
    .flatMap((name) => parseAllDocuments(readGolden(plural, `${name}.yaml`)))
    .map((document) => document.toJS());

const asFields = (value: unknown): Fields => value as Fields;

/** Every JSON object in a value, including the value itself. */
function* objectsIn(value: unknown): Generator<Fields> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Fields;
  for (const part of Object.values(value)) yield* objectsIn(part);
}

/** Replacements of a field: null, and an empty value of its type. */
const lesser = (value: unknown): unknown[] => {
  if (Array.isArray(value)) return [null, []];
  return typeof value === 'object' && value !== null ? [null, {}] : [null];
};

/** Calls `check` once for each field, while the object lacks it. */
function eachLesser(object: KubeObject, check: (path: string) => void): void {
  for (const fields of objectsIn(object)) {
    for (const [name, value] of Object.entries(fields)) {
      // The decoder rejects objects without metadata or name.
      if (value === object.metadata || (fields === asFields(object.metadata) && name === 'name')) {
        continue;
      }
      delete fields[name];
      check(`${name} absent`);
      for (const other of lesser(value)) {
        fields[name] = other;
        check(`${name} ${JSON.stringify(other)}`);
      }
      fields[name] = value;
    }
  }
}

describe('an object that lacks one field', () => {
  for (const [plural, resource] of Object.entries<AnyResource>(resources)) {
    it(`is rendered without errors and without "undefined" or "null": ${plural}`, () => {
      const choices = { enabled: () => true, labels: everyKey, annotations: everyKey };
      const { render } = compile(resource, choices, (family, object, error) => {
        throw new Error(`${family} of ${object.metadata.name}`, { cause: error });
      });
      let shapes = 0;
      const recorded = objects.filter(({ kind }) => kind === resource.kind);
      for (const object of recorded.length > 0 ? recorded : goldenObjectsOf(plural)) {
        eachLesser(object, (shape) => {
          shapes++;
          const text = render(object).join('');
          expect(/\b(null|undefined|NaN)\b/.exec(text)?.[0], shape).to.equal(undefined);
        });
      }
      const written = `fields to leave out, in an object of test/resources/${plural}`;
      expect(shapes, written).to.be.greaterThan(recorded.length > 0 ? 500 : 5);
    });
  }
});
