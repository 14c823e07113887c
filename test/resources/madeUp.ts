// Random objects with names, and a plain exposition of them, for fuzz tests and the judge.
import fc from 'fast-check';
import type { History } from '../../src/metrics/history.ts';
import { everyKey } from '../../src/metrics/labels.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import type { Renderer } from '../../src/metrics/render.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import { compileWhole } from '../support/compileWhole.ts';
import { objectsOf } from './arbitrary.ts';

const objectsMax = 3;

/** What a History has of any object. */
const oneContainer: History = { collect: (_, emit) => emit(0, 'app', 'Error') };

/** A renderer of all families with all labels, which throws errors of rows. */
export function rendererOf(resource: AnyResource, compiled = compileWhole): Renderer {
  const all = { enabled: () => true, labels: everyKey, annotations: everyKey };
  const choices = { ...all, history: oneContainer };
  return compiled(resource, choices, (family, object, error) => {
    throw new Error(`${family} of ${JSON.stringify(object)}`, { cause: error });
  });
}

/** The exposition of the objects, concatenated plainly. */
export function expositionOf(
  { families, render }: Renderer,
  objects: readonly KubeObject[],
): string {
  const texts = objects.map(render);
  return families
    .map(({ header }, i) => header.text + texts.map((families) => families[i]).join(''))
    .join('');
}

/** Some objects of the resource with different, possibly odd names. */
export const objectsNamed = (plural: string) =>
  fc
    .array(fc.tuple(objectsOf(plural), fc.string({ unit: 'binary', maxLength: 3 })), {
      minLength: 1,
      maxLength: objectsMax,
    })
    .map((pairs) =>
      pairs.map(([object, odd], i): KubeObject => {
        return { ...object, metadata: { ...Object(object.metadata), name: `${i}${odd}` } };
      }),
    );
