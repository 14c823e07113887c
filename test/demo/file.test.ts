// loadObjects: what is served of a file, and the errors for invalid lines.
import { expect } from 'chai';
import { type Loaded, loadObjects } from '../../src/demo/apiserver/file.ts';
import { builtinKinds } from '../../src/demo/apiserver/kinds.ts';
import { resources } from '../../src/resources/index.ts';
import { expectRefused, type Facts } from '../support/refusal.ts';
import { Harness, pod } from './harness.ts';

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'stores.shop.example.com' },
  spec: {
    group: 'shop.example.com',
    scope: 'Cluster',
    names: { kind: 'Store', plural: 'stores' },
    versions: [
      { name: 'v1', served: true },
      { name: 'v1beta1', served: true },
      { name: 'v1alpha1', served: false },
    ],
  },
};

const store = (version: string, name: string) => ({
  apiVersion: `shop.example.com/${version}`,
  kind: 'Store',
  metadata: { name },
});

const lines = (...documents: unknown[]): string =>
  documents.map((document) => JSON.stringify(document)).join('\n');

describe('a file of objects', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = new Harness();
    await harness.start();
  });
  afterEach(() => harness.stop());

  const load = (text: string): Loaded => loadObjects(harness.server, text, 'objects.jsonl');

  it('is served unchanged, each kind under its plural', async () => {
    const given = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'a', uid: 'not-a-uuid', resourceVersion: '7031' },
      spec: { unknownField: [1.5, null, 'ü'] },
    };
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'reader', resourceVersion: '12' },
    };
    expect(load(`${lines(given, role)}\n\n`).objects).to.equal(2);
    expect((await harness.ask('/api/v1/namespaces/a/pods/web')).json).to.deep.equal(given);
    const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles/reader';
    expect((await harness.ask(path)).json).to.deep.equal(role);
  });

  it('is served with all digits of its integers', async () => {
    const metadata = '"metadata":{"name":"web","namespace":"a"}';
    const spec = '"spec":{"tolerations":[{"tolerationSeconds":9223372036854775807},{"a":1.5}]}';
    load(`{"apiVersion":"v1","kind":"Pod",${metadata},${spec}}`);
    const { text } = await harness.ask('/api/v1/namespaces/a/pods/web');
    expect(text).to.include(spec);
  });

  it('has a place for every resource of the tables, and for definitions', async () => {
    for (const kind of Object.values(builtinKinds)) {
      const { group, version, resource } = kind;
      const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
      const { status, json } = await harness.ask(`${root}/${resource}`);
      expect([status, json.kind]).to.deep.equal([200, `${kind.kind}List`]);
    }
    expect(Object.keys(builtinKinds)).to.have.members([
      ...Object.keys(resources),
      'customresourcedefinitions',
    ]);
  });

  it('gets versions where they are missing, and continues after the highest', async () => {
    const versioned = pod('a/one');
    versioned.metadata.resourceVersion = '500000';
    load(lines(versioned, pod('a/two')));
    const { json } = await harness.ask('/api/v1/pods');
    expect(Number(json.metadata.resourceVersion)).to.be.at.least(500_000);
    const [one, two] = json.items;
    expect(one.metadata.resourceVersion).to.equal('500000');
    expect(two.metadata.resourceVersion).to.match(/^\d+$/);
    const made = harness.server.create(pod('a/three'));
    expect(Number(made.metadata.resourceVersion)).to.be.above(500_000);
  });

  it('can be watched from the version of its list', async () => {
    load(lines(pod('a/one')));
    const { json } = await harness.ask('/api/v1/pods');
    const version = json.metadata.resourceVersion;
    const watch = await harness.watch(`/api/v1/pods?watch=true&resourceVersion=${version}`);
    harness.addPods('a/two');
    expect(await watch.names(1)).to.deep.equal(['ADDED two']);
  });

  it('replaces the objects that were served before', async () => {
    harness.addPods('a/old');
    load(lines(store('v1', 'x'), definition));
    expect((await harness.ask('/api/v1/pods')).json.items).to.deep.equal([]);
  });

  it('can define custom kinds, in every served version', async () => {
    load(lines(store('v1', 'north'), definition, store('v1beta1', 'north')));
    for (const version of ['v1', 'v1beta1']) {
      const { json } = await harness.ask(`/apis/shop.example.com/${version}/stores`);
      expect(json.items).to.have.length(1);
      expect(json.items[0]).to.include({ kind: 'Store' });
    }
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    expect((await harness.ask(path)).json.items).to.have.length(1);
  });

  it('can have lists, of one kind or many, in one line or several', () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [pod('a/one'), definition] };
    const { metadata, spec } = pod('a/two');
    const typed = { apiVersion: 'v1', kind: 'PodList', items: [{ metadata, spec }] };
    expect(load(lines(list, typed)).objects).to.equal(3);
    expect(load(JSON.stringify(list, null, 2)).objects).to.equal(2);
    expect(harness.server.storage('pods').size).to.equal(1);
  });

  it('serves the last of two objects with one name, and reports it', async () => {
    const first = pod('a/one', { order: 'first' });
    const { objects, repeated } = load(lines(first, pod('b/one'), pod('a/one', { order: 'last' })));
    expect(objects).to.equal(2);
    expect(repeated).to.deep.equal([
      'objects.jsonl:3: Pod a/one again, replaces the one of line 1',
    ]);
    const { json } = await harness.ask('/api/v1/namespaces/a/pods/one');
    expect(json.metadata.labels.order).to.equal('last');
  });

  const good = JSON.stringify(pod('a/one'));
  const wrong: [name: string, text: string, facts: Facts][] = [
    [
      'no JSON',
      `${good}\n\n{"kind":`,
      { place: 'objects.jsonl:3', expected: 'one JSON document', got: /^{"ki/ },
    ],
    [
      'no object',
      `${good}\n[]`,
      { place: 'objects.jsonl:2', expected: 'a Kubernetes object', got: '[]' },
    ],
    [
      'no kind',
      lines({ metadata: {} }),
      { place: 'objects.jsonl:1', expected: 'apiVersion and kind', got: /^\{"metadata"/ },
    ],
    [
      'no name',
      lines({ ...pod('a/x'), metadata: {} }),
      { place: 'objects.jsonl:1', expected: 'a Pod with metadata.name', got: /./ },
    ],
    [
      'an item of no kind',
      lines({ kind: 'List', items: [{}] }),
      { place: 'objects.jsonl:1 item 1', expected: 'apiVersion and kind' },
    ],
    [
      'an unknown kind',
      lines(store('v1', 'x')),
      { expected: /^a kind that kubestate reads/, got: 'shop.example.com/v1 Store' },
    ],
    [
      'another version of a known kind',
      lines({
        apiVersion: 'autoscaling/v1',
        kind: 'HorizontalPodAutoscaler',
        metadata: pod('a/x').metadata,
      }),
      {
        expected: 'HorizontalPodAutoscaler as autoscaling/v2',
        got: 'autoscaling/v1 HorizontalPodAutoscaler',
      },
    ],
    [
      'a version not served',
      lines(definition, store('v1alpha1', 'x')),
      { place: 'objects.jsonl:2', expected: /^Store as/ },
    ],
  ];
  for (const [name, text, facts] of wrong) {
    it(`with ${name} is refused by its line`, () => {
      harness.addPods('a/kept');
      const hint = 'correct the line or take it out';
      const { message } = expectRefused(() => load(text), { hint, ...facts });
      expect(message).to.match(/^objects\.jsonl:\d[^\n]+; correct the line or take it out\.$/);
      expect(harness.server.storage('pods').size).to.equal(1);
    });
  }
});
