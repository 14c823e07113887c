// Recorded objects with a number of another type: the family is dropped, and no line is broken.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ListDecoder } from '../../src/kube/decode.ts';
import { ExactIntegers } from '../../src/kube/json.ts';
import { everyKey } from '../../src/metrics/labels.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { compile } from '../../src/metrics/render.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import { resources } from '../../src/resources/index.ts';

type Fields = Record<string, unknown>;

const cluster = join(import.meta.dirname, '../conformance/clusters/fuzz.jsonl');
const objects = readFileSync(cluster, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line) as KubeObject & { kind: string });

const wrong: readonly unknown[] = [true, ' 1', '1\n', '1 2', '1\nkube_x 1', { a: 1 }, ['1\n']];
const line =
  /^kube_\w+\{(?:\w+="(?:[^"\\\n]|\\["\\n])*",?)*\} (?:NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/;
const choices = { enabled: () => true, labels: everyKey, annotations: everyKey };

/** Every object and array in a value, including the value itself. */
function* partsOf(value: unknown): Generator<Fields> {
  if (typeof value !== 'object' || value === null) return;
  yield value as Fields;
  for (const part of Object.values(value)) yield* partsOf(part);
}

/** The number of dropped families while each number in turn has another type. */
function lostBy(resource: AnyResource): number {
  let lost = 0;
  const { render } = compile(resource, choices, () => lost++);
  for (const object of objects.filter(({ kind }) => kind === resource.kind)) {
    for (const fields of partsOf(object)) {
      for (const [name, value] of Object.entries(fields)) {
        if (typeof value !== 'number') continue;
        for (const other of wrong) {
          fields[name] = other;
          const lines = render(object).join('').split('\n').filter(Boolean);
          for (const text of lines) expect(text, `${name} ${JSON.stringify(other)}`).to.match(line);
        }
        fields[name] = value;
      }
    }
  }
  return lost;
}

describe('a number field of another type', () => {
  for (const [plural, resource] of Object.entries<AnyResource>(resources)) {
    it(`breaks no line of the exposition: ${plural}`, () => {
      lostBy(resource);
    });
  }

  it('is reported with the dropped family', () => {
    expect(lostBy(resources.deployments as unknown as AnyResource)).to.be.above(100);
  });
});

describe('a toleration', () => {
  it('shows all digits of its seconds', () => {
    const { pods } = resources;
    const seconds = ['9223372036854775807', '-9223372036854775808', '9007199254740993', '300', '0'];
    const tolerations = seconds.map((count) => `{"key":"k","tolerationSeconds":${count}}`);
    const pod = `{"metadata":{"name":"p"},"spec":{"tolerations":[${tolerations},{"key":"k"}]}}`;
    const decoder = new ListDecoder({
      onMalformed: (_, error) => {
        throw error;
      },
      exact: new ExactIntegers(pods.exactIntegers),
    });
    const only = { ...choices, enabled: (family: string) => family === 'kube_pod_tolerations' };
    const { render } = compile(pods, only, (_, __, error) => {
      throw error;
    });
    const [object] = decoder.push(Buffer.from(`{"items":[${pod}]}`)) as KubeObject[];
    const head = 'kube_pod_tolerations{namespace="",pod="p",uid="",key="k",operator="",value="",';
    expect(render(object as KubeObject).join('')).to.equal(
      [...seconds, '']
        .map((count) => `${head}effect="",toleration_seconds="${count}"} 1\n`)
        .join(''),
    );
  });
});
