// What tests of made-up objects share: the objects with names, and their plainest exposition.
import fc from 'fast-check';
import { everyKey } from '../../src/metrics/labels.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { compile, type Renderer } from '../../src/metrics/render.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import { objectsOf } from './arbitrary.ts';

const objectsMax = 3;

/** Renders all families, with all labels; a fault of any of them is thrown. */
export function rendererOf(resource: AnyResource): Renderer {
  const choices = { enabled: () => true, labels: everyKey, annotations: everyKey };
  return compile(resource, choices, (family, object, error) => {
    throw new Error(`${family} of ${JSON.stringify(object)}`, { cause: error });
  });
}

/** What is served of the objects, put together in the plainest way. */
export function expositionOf(
  { families, render }: Renderer,
  objects: readonly KubeObject[],
): string {
  const texts = objects.map(render);
  return families
    .map(({ header }, i) => header.text + texts.map((families) => families[i]).join(''))
    .join('');
}

/** Some objects of the resource, each of another name, which may be odd beyond that. */
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
