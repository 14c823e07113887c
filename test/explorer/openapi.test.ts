// The OpenAPI document: valid, and every answer of every route is as it says.
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import type * as api from '../../src/explorer/api.ts';
import { openApi, operations } from '../../src/explorer/openapi.ts';
import { ExplorerBench } from './bench.ts';

interface Document {
  readonly paths: Readonly<Record<string, { get: { responses: Responses } }>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

type Responses = Readonly<
  Record<string, { readonly content: Readonly<Record<string, { readonly schema: object }>> }>
>;

/** A copy in which objects have no other keys than those that are described. */
function strict<T>(value: T): T {
  if (Array.isArray(value)) return value.map(strict) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, of]) => [key, strict(of)]);
  const closed = 'properties' in value && { additionalProperties: false };
  return { ...Object.fromEntries(entries), ...closed } as T;
}

/** An example of each path: the parameters filled in, and refusals beside it. */
const requests: Readonly<Record<string, readonly [path: string, status: number][]>> = {
  '/status': [['status', 200]],
  '/families': [['families', 200]],
  '/families/{name}/labels': [
    ['families/kube_pod_info/labels', 200],
    ['families/kube_none/labels', 404],
  ],
  '/namespaces': [
    ['namespaces', 200],
    ['namespaces?limit=1', 200],
    ['namespaces?limit=0', 400],
  ],
  '/namespaces/{namespace}/families': [
    ['namespaces/kube-system/families', 200],
    ['namespaces/-/families', 200],
    ['namespaces/none/families', 404],
  ],
  '/zeros': [['zeros', 200]],
  '/objects': [
    ['objects?search=coredns', 200],
    ['objects', 400],
  ],
  '/objects/{resource}/{namespace}/{name}': [
    ['objects/namespaces/-/kube-system', 200],
    ['objects/pods/none/none', 404],
  ],
  '/history': [['history', 200]],
  '/usage': [['usage', 200]],
};

describe('the OpenAPI document', () => {
  const bench = new ExplorerBench();
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
  let document: Document;
  before(async () => {
    await bench.start(20);
    document = await bench.get<Document>('openapi.json');
    ajv.addVocabulary(['components']);
    ajv.addSchema({ $id: 'api', components: strict(document.components) });
  });
  after(() => bench.stop());

  /** The check of the answers with this status, or of all refusals. */
  function checkOf(path: string, status: number, type: string): ValidateFunction {
    const { responses } = document.paths[path]?.get ?? { responses: {} };
    const schema = (responses[status] ?? responses.default)?.content[type]?.schema;
    if (schema === undefined)
      throw new Error(`expected ${type} for ${status} of ${path}, got none`);
    const text = JSON.stringify(strict(schema)).replaceAll('"#/', '"api#/');
    return ajv.compile(JSON.parse(text));
  }

  function expectValid(check: ValidateFunction, value: unknown): void {
    expect(check(value), ajv.errorsText(check.errors)).to.equal(true);
  }

  it('is a valid one, of 3.1', async () => {
    expect(document).to.deep.equal(JSON.parse(JSON.stringify(openApi('0'))));
    const validator = new Validator();
    const { valid, errors } = await validator.validate({ ...structuredClone(document) });
    expect(valid, JSON.stringify(errors)).to.equal(true);
    expect(validator.version).to.equal('3.1');
  });

  it('has every path that is requested here, and no other', () => {
    expect(Object.keys(document.paths).sort()).to.deep.equal(Object.keys(requests).sort());
    expect(Object.keys(operations).sort()).to.deep.equal(Object.keys(requests).sort());
  });

  for (const [path, examples] of Object.entries(requests)) {
    for (const [asked, status] of examples) {
      it(`describes the answer of ${asked}`, async () => {
        const answer = await bench.ask(asked);
        expect(answer.status).to.equal(status);
        const [type = ''] = (answer.headers['content-type'] ?? '').split(';');
        const check = checkOf(path, status, type);
        const text = answer.body.toString();
        const values = type === 'application/json' ? [text] : text.trimEnd().split('\n');
        for (const value of values) expectValid(check, JSON.parse(value));
        expect(check({ unknown: 1 })).to.equal(false);
      });
    }
  }

  it('would find a key that is missing, too much, or of another type', async () => {
    const check = checkOf('/families', 200, 'application/json');
    const answer = await bench.get<api.Families>('families');
    expectValid(check, answer);
    const [first] = answer.families as [api.FamilySize];
    const { help, ...rest } = first;
    for (const wrong of [rest, { ...first, more: 1 }, { ...first, series: '1' }, { help }]) {
      expect(check({ ...answer, families: [wrong] })).to.equal(false);
    }
  });

  it('describes the usage, of which each family is named once', async () => {
    const { sources } = await bench.get<api.Usage>('usage');
    const names = sources.map(({ source, kind, name }) => `${source} ${kind} ${name}`);
    expect(new Set(names).size).to.equal(names.length);
    for (const { name, families } of sources) {
      expect(families.length, name).to.be.above(0);
      expect(new Set(families).size, name).to.equal(families.length);
    }
    const crashing = sources.find(({ name }) => name === 'KubePodCrashLooping');
    expect(crashing?.families).to.deep.equal(['kube_pod_container_status_waiting_reason']);
    const kinds = new Set(sources.map(({ source, kind }) => `${source} ${kind}`));
    expect([...kinds]).to.include.members([
      'kubernetes-mixin alert',
      'kubernetes-mixin dashboard',
      'kubernetes-mixin recording rule',
      'kubestate alert',
      'kubestate dashboard',
    ]);
  });
});
