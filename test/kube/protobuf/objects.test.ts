// Objects in protobuf, as Kubernetes' own encoder writes them: rows read of them what JSON says.
import { expect } from 'chai';
import { ExactIntegers } from '../../../src/kube/json.ts';
import { parseUnmanaged } from '../../../src/kube/managedFields.ts';
import { ObjectReader, unwrapped } from '../../../src/kube/protobuf/objectReader.ts';
import { ProtobufError } from '../../../src/kube/protobuf/reader.ts';
import type { KubeObject } from '../../../src/metrics/object.ts';
import type { AnyResource } from '../../../src/metrics/select.ts';
import { resources } from '../../../src/resources/index.ts';
import { rendererOf } from '../../resources/madeUp.ts';
import { type RecordedObject, recordedObjects } from './recorded.ts';

const recorded = recordedObjects(process.env.KUBESTATE_PROTOBUF_OBJECTS);
const tables = Object.entries<AnyResource>(resources).filter(
  ([, { columns }]) => columns === undefined,
);
const rangeOf = (bytes: Buffer) => ({ bytes, start: 0, end: bytes.length });

function readerOf(plural: string, deferSpec = false, metadataOnly = false): ObjectReader {
  const { group, version } = (resources as Readonly<Record<string, AnyResource>>)[
    plural
  ] as AnyResource;
  return new ObjectReader({ group, version, resource: plural, deferSpec, metadataOnly });
}

const fromJson = ({ exactIntegers }: AnyResource, { json }: RecordedObject): KubeObject =>
  parseUnmanaged(json, { exact: exactIntegers && new ExactIntegers(exactIntegers) }) as KubeObject;

/** The value without fields that are absent, null or empty, as all are the same to rows. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const fields = Object.entries(value).map(([name, one]) => [name, withoutEmpty(one)]);
  return Object.fromEntries(fields.filter(([, one]) => one !== undefined));
}

/** Complaints about what `got` has that `expected` does not have; it may have less. */
function differences(got: unknown, expected: unknown, path: string): string[] {
  if (Array.isArray(got)) {
    const list = Array.isArray(expected) ? expected : [];
    if (list.length !== got.length) return [`${path} has ${got.length} and not ${list.length}`];
    return got.flatMap((one, i) => differences(one, list[i], `${path}[${i}]`));
  }
  if (typeof got === 'object' && got !== null) {
    if (typeof expected !== 'object' || expected === null) return [`${path} is an object`];
    return Object.entries(got).flatMap(([name, one]) =>
      differences(one, (expected as Record<string, unknown>)[name], `${path}.${name}`),
    );
  }
  // Only pods show such a number; templates of other kinds have it too.
  if (typeof got === 'bigint' && typeof expected === 'number')
    return differences(Number(got), expected, path);
  return got === expected ? [] : [`${path} is ${String(got)} and not ${String(expected)}`];
}

describe('objects in protobuf', () => {
  for (const [plural, resource] of tables) {
    const some = recorded.filter((one) => one.plural === plural);
    const renderer = rendererOf(resource);

    it(`give each family the text that their JSON gives: ${plural}`, () => {
      expect(some).to.have.length.at.least(8);
      for (const one of some) {
        const expected = renderer.render(fromJson(resource, one));
        for (const deferSpec of [false, true]) {
          const object = readerOf(plural, deferSpec).read(unwrapped(rangeOf(one.protobuf)));
          expect(renderer.render(object as KubeObject)).to.deep.equal(expected);
        }
      }
    });

    it(`have no field that differs from their JSON: ${plural}`, () => {
      for (const one of some) {
        const object = readerOf(plural).read(unwrapped(rangeOf(one.protobuf)));
        const json = withoutEmpty(fromJson(resource, one));
        expect(differences(withoutEmpty(object), json, plural)).to.deep.equal([]);
      }
    });

    it(`have the head that their JSON has: ${plural}`, () => {
      for (const one of some) {
        const { metadata } = fromJson(resource, one);
        const { name, namespace, uid, resourceVersion } = metadata;
        const range = unwrapped(rangeOf(one.protobuf));
        const got = withoutEmpty(readerOf(plural).head(range));
        const expected = { name, namespace, uid, resourceVersion };
        const given = Object.entries(expected).filter(([, text]) => text);
        expect(got).to.deep.equal(Object.fromEntries(given));
        const { metadata: alone } = readerOf(plural, false, true).read(range) as KubeObject;
        expect(alone.labels ?? {}).to.deep.equal(metadata.labels ?? {});
      }
    });
  }

  it('that are cut short or changed are read or refused, and nothing else happens', () => {
    let refused = 0;
    for (const { plural, protobuf } of recorded.slice(0, 200)) {
      if (plural === 'secrets') continue;
      const reader = readerOf(plural);
      for (let at = 0; at < protobuf.length; at += 1 + Math.floor(protobuf.length / 40)) {
        const changed = Buffer.from(protobuf);
        changed[at] = (changed[at] as number) ^ 0xff;
        for (const bytes of [protobuf.subarray(0, at), changed]) {
          try {
            expect(reader.read(unwrapped(rangeOf(bytes)))).to.be.an('object');
          } catch (error) {
            expect(error).to.be.instanceOf(ProtobufError);
            refused++;
          }
        }
      }
    }
    expect(refused).to.be.greaterThan(1_000);
  });
});
