// Rows that claim to read metadata only get objects that throw on other fields.
import { expect } from 'chai';
import type { Family } from '../../src/metrics/family.ts';
import { everyKey } from '../../src/metrics/labels.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { compile } from '../../src/metrics/render.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import { resources } from '../../src/resources/index.ts';

const metadata = {
  name: 'a',
  namespace: 'x',
  uid: 'u',
  resourceVersion: '7',
  generation: 3,
  creationTimestamp: '2026-01-02T03:04:05Z',
  deletionTimestamp: '2026-01-02T03:04:06Z',
  labels: { app: 'a' },
  annotations: { note: 'b' },
  finalizers: ['f'],
  ownerReferences: [{ apiVersion: 'v1', kind: 'Owner', name: 'o', uid: 'v', controller: true }],
};

/** An object that throws when other fields than these are read. */
const guarded = (fields: object): KubeObject =>
  new Proxy(fields as KubeObject, {
    get(target, key) {
      if (Object.hasOwn(target, key)) return Reflect.get(target, key);
      throw new Error(`read ${String(key)}`);
    },
    has: (_, key) => expect.fail(`looked for ${String(key)}`),
    ownKeys: () => expect.fail('looked at all fields'),
  });

/** The text of the families that pass the test, for an object with these fields only. */
function textsOf(resource: AnyResource, fields: object, isOn: (row: Family<never>) => boolean) {
  const families: Record<string, Family<never>> = resource.families;
  const choices = {
    enabled: (name: string) => isOn(families[name] as Family<never>),
    labels: everyKey,
    annotations: everyKey,
  };
  const { render } = compile(resource, choices, (family, _, error) => {
    throw new Error(`${family}: ${error}`);
  });
  return render(guarded(fields));
}

describe('A row that reads metadata', () => {
  const readsMetadata = ({ reads }: Family<never>): boolean => reads === 'metadata';
  for (const [plural, resource] of Object.entries<AnyResource>(resources)) {
    if (!Object.values<Family<never>>(resource.families).some(readsMetadata)) continue;
    it(`reads nothing else: ${plural}`, () => {
      const text = textsOf(resource, { metadata }, readsMetadata).join('');
      expect(text).to.match(/^kube_\w+\{.*\} \S+$/m);
    });
  }

  it('differs in this test from one that reads the object', () => {
    const whole = (row: Family<never>): boolean => row.reads !== 'metadata';
    expect(() => textsOf(resources.pods, { metadata }, whole)).to.throw(/: Error: read \w+/);
  });

  for (const [plural, resource] of Object.entries<AnyResource>(resources)) {
    if (resource.columns === undefined) continue;
    const fields = Object.fromEntries(Object.keys(resource.columns).map((name) => [name, 'text']));
    it(`and rows of columns read only these: ${plural}`, () => {
      expect(textsOf(resource, { metadata, ...fields }, () => true).join('')).to.not.equal('');
    });
  }
});
