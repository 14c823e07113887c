// Lists of the simulated API server: versions, pages, selectors and errors.
import { expect } from 'chai';
import { type Answer, Harness, pod } from './harness.ts';

const PODS = '/api/v1/pods';

interface Named {
  readonly metadata: { readonly name: string };
}

const namesOf = ({ json }: Answer): string[] =>
  (json.items as Named[]).map(({ metadata }) => metadata.name);

describe('a list of the simulated API server', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = new Harness();
    await harness.start();
    harness.addPods('b/one', 'a/two', 'a/three', 'c/four', 'a/five');
  });
  afterEach(() => harness.stop());

  it('has a kind for the list only, in the order of namespaces and names', async () => {
    const { status, headers, json } = await harness.ask(PODS);
    expect(status).to.equal(200);
    expect(headers['content-type']).to.equal('application/json');
    expect(json).to.include({ kind: 'PodList', apiVersion: 'v1' });
    expect(json.metadata).to.deep.equal({ resourceVersion: String(harness.server.version) });
    expect(namesOf(await harness.ask(PODS))).to.deep.equal(['five', 'three', 'two', 'one', 'four']);
    expect(json.items[0]).to.have.all.keys('metadata', 'spec');
  });

  it('is limited to a namespace, not to all with this prefix', async () => {
    harness.addPods('a-b/six', 'ab/seven');
    const { json } = await harness.ask('/api/v1/namespaces/a/pods');
    expect(json.items).to.have.length(3);
    expect((await harness.ask('/api/v1/namespaces/none/pods')).json.items).to.deep.equal([]);
  });

  it('of a custom resource has the kind of each item, and its metadata last', async () => {
    const kind = { resource: 'orders', group: 'shop.example.com', version: 'v1', kind: 'Order' };
    const traits = { namespaced: true, counted: true, statusApart: false, custom: true };
    harness.server.serve({ ...kind, ...traits });
    harness.server.create({ ...pod('a/x'), apiVersion: 'shop.example.com/v1', kind: 'Order' });
    const { text } = await harness.ask('/apis/shop.example.com/v1/orders');
    expect(text).to.match(/^\{"apiVersion":"shop.example.com\/v1","items":\[\{"apiVersion":"shop/);
    expect(text.trim()).to.match(/"kind":"OrderList","metadata":\{"continue":"",[^{}]*\}\}$/);
  });

  describe('in pages', () => {
    it('has all objects of one version, whatever changes between the pages', async () => {
      const version = String(harness.server.version);
      const first = await harness.ask(`${PODS}?limit=2`);
      expect(first.json.metadata).to.include({ resourceVersion: version, remainingItemCount: 3 });
      harness.server.delete('pods', 'a', 'two');
      harness.server.create(pod('a/zero'));
      harness.server.create(pod('d/last'));
      const next = first.json.metadata.continue;
      const second = await harness.ask(`${PODS}?limit=2&continue=${next}`);
      const third = await harness.ask(`${PODS}?limit=2&continue=${second.json.metadata.continue}`);
      expect([first, second, third].flatMap(namesOf)).to.deep.equal([
        'five',
        'three',
        'two',
        'one',
        'four',
      ]);
      expect(third.json.metadata).to.deep.equal({ resourceVersion: version });
    });

    it('has no remainingItemCount with a selector', async () => {
      const { json } = await harness.ask(`${PODS}?limit=1&labelSelector=tier%3Dfront`);
      expect(json.metadata.continue).to.be.a('string');
      expect(json.metadata).not.to.have.property('remainingItemCount');
    });

    it('ends with 410 when the version is gone, and a token for the current state', async () => {
      const { json } = await harness.ask(`${PODS}?limit=2`);
      harness.server.delete('pods', 'a', 'two');
      harness.server.compact();
      const gone = await harness.ask(`${PODS}?limit=2&continue=${json.metadata.continue}`);
      expect(gone.status).to.equal(410);
      expect(gone.json).to.include({ kind: 'Status', reason: 'Expired', code: 410 });
      const rest = await harness.ask(`${PODS}?continue=${gone.json.metadata.continue}`);
      expect(namesOf(rest)).to.deep.equal(['one', 'four']);
      expect(rest.json.metadata.resourceVersion).to.equal(String(harness.server.version));
    });

    it('has no pages with resourceVersion=0', async () => {
      const { json } = await harness.ask(`${PODS}?limit=2&resourceVersion=0`);
      expect(json.items).to.have.length(5);
      expect(json.metadata).not.to.have.property('continue');
    });
  });

  describe('at a version', () => {
    it('is exactly that version with Exact or a limit, otherwise the current one', async () => {
      const version = harness.server.version;
      harness.server.delete('pods', 'a', 'two');
      const at = `resourceVersion=${version}`;
      const exact = await harness.ask(`${PODS}?${at}&resourceVersionMatch=Exact`);
      expect(exact.json.metadata.resourceVersion).to.equal(String(version));
      expect(namesOf(exact)).to.include('two');
      expect(namesOf(await harness.ask(`${PODS}?${at}&limit=9`))).to.include('two');
      const newer = await harness.ask(`${PODS}?${at}&resourceVersionMatch=NotOlderThan`);
      expect(namesOf(newer)).not.to.include('two');
      expect(namesOf(await harness.ask(`${PODS}?${at}`))).not.to.include('two');
    });

    it('is rejected with 504 if the server has not reached it', async () => {
      const { status, headers, json } = await harness.ask(`${PODS}?resourceVersion=99999`);
      expect(status).to.equal(504);
      expect(headers['retry-after']).to.equal('1');
      expect(json).to.include({ reason: 'Timeout', code: 504 });
      expect(json.message).to.match(/^Too large resource version: 99999, current: \d+$/);
      expect(json.details.causes[0].reason).to.equal('ResourceVersionTooLarge');
      expect(json.details.retryAfterSeconds).to.equal(1);
    });

    it('is rejected with 410 if exactly this version is requested and gone', async () => {
      const version = harness.server.version;
      harness.server.delete('pods', 'a', 'two');
      harness.server.compact();
      const at = `${PODS}?resourceVersion=${version}`;
      expect((await harness.ask(`${at}&resourceVersionMatch=Exact`)).status).to.equal(410);
      expect((await harness.ask(`${at}&resourceVersionMatch=NotOlderThan`)).status).to.equal(200);
    });
  });

  it('waits for a version that the server reaches soon', async () => {
    const patient = new Harness({ versionWaitMs: 3_000 });
    await patient.start();
    try {
      patient.addPods('a/one');
      const answer = patient.ask(`${PODS}?resourceVersion=${patient.server.version + 1}`);
      while (patient.server.requests.length === 0) await patient.clock.turn();
      patient.addPods('a/two');
      expect(namesOf(await answer)).to.deep.equal(['one', 'two']);
    } finally {
      await patient.stop();
    }
  });

  describe('by selector', () => {
    const rows: [query: string, names: string[]][] = [
      ['labelSelector=tier=front', ['five', 'three', 'one']],
      ['labelSelector=tier==back', ['two', 'four']],
      ['labelSelector=tier!=back', ['five', 'three', 'one']],
      ['labelSelector=tier=front,absent!=x', ['five', 'three', 'one']],
      ['labelSelector=tier', ['five', 'three', 'two', 'one', 'four']],
      ['labelSelector=!tier', []],
      ['labelSelector=tier in (back, deep)', ['two', 'four']],
      ['labelSelector=tier notin (back),absent notin (x)', ['five', 'three', 'one']],
      ['labelSelector=tier in (front),!absent', ['five', 'three', 'one']],
      ['labelSelector=tier=front&fieldSelector=metadata.name!=one', ['five', 'three']],
      ['fieldSelector=spec.nodeName=node-1', ['two']],
      ['fieldSelector=spec.nodeName!=node-1', ['five', 'three', 'one', 'four']],
      ['fieldSelector=metadata.name=four', ['four']],
      ['fieldSelector=metadata.namespace!=a,spec.nodeName!=node-0', ['four']],
      ['fieldSelector=spec.hostNetwork=false', ['five', 'three', 'two', 'one', 'four']],
    ];
    for (const [query, names] of rows) {
      it(`${query} gives ${names.join(', ') || 'nothing'}`, async () => {
        const encoded = query.split('&').map((parameter) => {
          const [name = '', ...value] = parameter.split('=');
          return `${name}=${encodeURIComponent(value.join('='))}`;
        });
        expect(namesOf(await harness.ask(`${PODS}?${encoded.join('&')}`))).to.deep.equal(names);
      });
    }
  });

  describe('rejects', () => {
    const rows: [query: string, code: number, words: RegExp][] = [
      ['fieldSelector=spec.unknown%3D1', 400, /field label not supported: spec.unknown/],
      ['fieldSelector=nonsense', 400, /expected field=value, got "nonsense"/],
      [
        'labelSelector=a%20in%20b',
        400,
        /unable to parse requirement: expected \( after in, got "b"/,
      ],
      ['limit=many', 400, /limit: Invalid value: "many"/],
      ['resourceVersion=abc', 400, /resourceVersion: Invalid value: "abc"/],
      ['continue=abc', 400, /continue key is not valid/],
      ['resourceVersionMatch=Exact', 422, /resourceVersionMatch is forbidden without/],
      ['resourceVersion=0&resourceVersionMatch=Exact', 422, /forbidden as Exact/],
      ['resourceVersion=5&resourceVersionMatch=Near', 422, /Unsupported value: "Near"/],
      ['sendInitialEvents=true', 422, /sendInitialEvents is forbidden for a list/],
    ];
    for (const [query, code, words] of rows) {
      it(`${query} with ${code}`, async () => {
        const { status, json } = await harness.ask(`${PODS}?${query}`);
        expect(status).to.equal(code);
        expect(json).to.include({ kind: 'Status', status: 'Failure', code });
        expect(json.message).to.match(words);
      });
    }

    it('a continue token together with a version', async () => {
      const { json } = await harness.ask(`${PODS}?limit=2`);
      const query = `continue=${json.metadata.continue}&resourceVersion=1004`;
      expect((await harness.ask(`${PODS}?${query}`)).status).to.equal(400);
    });

    it('a representation that it does not have', async () => {
      const headers = { Accept: 'application/vnd.kubernetes.protobuf' };
      const { status, json } = await harness.ask(PODS, { headers });
      expect([status, json.reason]).to.deep.equal([406, 'NotAcceptable']);
    });
  });

  it('uses the first media type that it has', async () => {
    const Accept = 'application/vnd.kubernetes.protobuf, application/json;q=0.9, */*;q=0.1';
    expect((await harness.ask(PODS, { headers: { Accept } })).status).to.equal(200);
  });

  it('is compressed if it is large and the client accepts gzip', async () => {
    const plain = await harness.ask(PODS, { headers: { 'Accept-Encoding': 'gzip' } });
    expect(plain.headers).not.to.have.property('content-encoding');
    for (let i = 0; i < 1_000; i++) {
      harness.server.create(pod(`big/pod-${i}`, { text: 'x'.repeat(60) }));
    }
    const large = await harness.ask(PODS, { headers: { 'Accept-Encoding': 'gzip' } });
    expect(large.headers['content-encoding']).to.equal('gzip');
    expect(large.json.items).to.have.length(1_005);
    const asIs = await harness.ask(PODS);
    expect(asIs.headers).not.to.have.property('content-encoding');
    expect(asIs.text).to.equal(large.text);
  });
});
