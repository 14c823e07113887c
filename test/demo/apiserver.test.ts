// ApiServer: discovery, single objects, writes and tokens. Lists and watches have their own tests.
import { expect } from 'chai';
import { StartError } from '../../src/lib/errors.ts';
import { expectRefusal, rejectionOf } from '../support/refusal.ts';
import { Harness, pod } from './harness.ts';

const PODS = '/api/v1/pods';
const IN_A = '/api/v1/namespaces/a/pods';

describe('the simulated API server', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = new Harness();
    await harness.start();
    harness.addPods('a/one', 'b/two');
  });
  afterEach(() => harness.stop());

  const statuses: [path: string, status: number, words: RegExp][] = [
    ['/healthz', 200, /^ok$/],
    ['/livez', 200, /^ok$/],
    ['/readyz', 200, /^ok$/],
    ['/version', 200, /"gitVersion":"v1\.36\./],
    ['/api/v1/namespaces/a/pods/one', 200, /^\{"kind":"Pod","apiVersion":"v1","metadata":/],
    ['/api/v1/namespaces/a/pods/one/status', 200, /"name":"one"/],
    ['/api/v1/namespaces/a/pods/none', 404, /"message":"pods \\"none\\" not found"/],
    ['/apis/apps/v1/namespaces/a/deployments/none', 404, /"deployments.apps \\"none\\" not found"/],
    ['/api/v1/unknown', 404, /"the server could not find the requested resource"/],
    ['/api/v1/namespaces/a/pods/one/log', 404, /"the server could not find/],
    ['/api/v1/pods/one', 404, /"the server could not find/],
    ['/api/v1/namespaces/a/nodes', 404, /"the server could not find/],
    ['/apis/unknown.example.com/v1/things', 404, /^404 page not found$/m],
    ['/somewhere', 404, /^404 page not found$/m],
    ['/api/v1/%zz', 400, /expected a path in URL encoding/],
  ];
  for (const [path, status, words] of statuses) {
    it(`answers ${path} with ${status}`, async () => {
      const answer = await harness.ask(path);
      expect(answer.status).to.equal(status);
      expect(answer.text).to.match(words);
    });
  }

  it('says what is missing in a Status', async () => {
    const { json } = await harness.ask(`${IN_A}/none`);
    expect(json).to.deep.equal({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'pods "none" not found',
      reason: 'NotFound',
      details: { name: 'none', kind: 'pods' },
      code: 404,
    });
  });

  describe('discovery', () => {
    it('lists groups, versions and resources', async () => {
      const api = (await harness.ask('/api')).json;
      expect(api).to.deep.include({ kind: 'APIVersions', versions: ['v1'] });
      const { groups } = (await harness.ask('/apis')).json;
      const version = { groupVersion: 'apps/v1', version: 'v1' };
      const apps = { name: 'apps', versions: [version], preferredVersion: version };
      expect(groups).to.deep.include(apps);
      expect((await harness.ask('/apis/apps')).json).to.deep.include({ kind: 'APIGroup', ...apps });
      const { json } = await harness.ask('/apis/apps/v1');
      expect(json).to.include({ kind: 'APIResourceList', groupVersion: 'apps/v1' });
      const names = (json.resources as { name: string }[]).map(({ name }) => name);
      expect(names).to.include.members(['deployments', 'deployments/status', 'replicasets']);
      const core = (await harness.ask('/api/v1')).json.resources;
      expect(core).to.deep.include({
        name: 'nodes',
        singularName: 'node',
        namespaced: false,
        kind: 'Node',
        verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
      });
    });

    it('neither lists nor serves a withdrawn resource, like an older server', async () => {
      harness.server.withdraw('mutatingadmissionpolicies');
      const base = '/apis/admissionregistration.k8s.io/v1';
      const { text } = await harness.ask(base);
      expect(text).to.include('"validatingadmissionpolicies"');
      expect(text).not.to.include('"mutatingadmissionpolicies"');
      const { status, json } = await harness.ask(`${base}/mutatingadmissionpolicies`);
      expect([status, json.kind]).to.deep.equal([404, 'Status']);
    });

    it('answers 404 for groups that it does not serve', async () => {
      for (const path of ['/apis/none.example.com', '/apis/none.example.com/v1', '/api/v2']) {
        expect((await harness.ask(path)).status, path).to.equal(404);
      }
    });
  });

  describe('with tokens', () => {
    it('accepts requests with a valid one, and health checks without', async () => {
      harness.server.tokens = ['first'];
      const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
      const without = await harness.ask(PODS);
      expect(without.status).to.equal(401);
      expect(without.json).to.include({ message: 'Unauthorized', reason: 'Unauthorized' });
      expect((await harness.ask('/apis')).status).to.equal(401);
      expect((await harness.ask('/livez')).status).to.equal(200);
      expect((await harness.ask(PODS, bearer('first'))).status).to.equal(200);
      harness.server.tokens = ['second'];
      expect((await harness.ask(PODS, bearer('first'))).status).to.equal(401);
      expect((await harness.ask(PODS, bearer('second'))).status).to.equal(200);
    });
  });

  describe('creates', () => {
    it('an object, with the fields that a server sets', async () => {
      const { status, json } = await harness.ask(IN_A, { method: 'POST', body: pod('a/new') });
      expect(status).to.equal(201);
      expect(json.metadata).to.include({
        resourceVersion: String(harness.server.version),
        creationTimestamp: '2026-01-15T12:00:30Z',
        generation: 1,
      });
      expect(json.metadata.uid).to.match(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-/);
      expect((await harness.ask(`${IN_A}/new`)).json).to.deep.equal(json);
    });

    it('a name from generateName', async () => {
      const { metadata, ...rest } = pod('a/x');
      const body = { ...rest, metadata: { ...metadata, name: undefined, generateName: 'job-' } };
      const { json } = await harness.ask(IN_A, { method: 'POST', body });
      expect(json.metadata.name).to.match(/^job-[a-z0-9]{5}$/);
    });

    const refused: [why: string, body: unknown, status: number, reason: string][] = [
      ['what exists', pod('a/one'), 409, 'AlreadyExists'],
      ['another namespace', pod('b/new'), 400, 'BadRequest'],
      ['another kind', { ...pod('a/new'), kind: 'Service' }, 400, 'BadRequest'],
      ['no object', ['pod'], 400, 'BadRequest'],
      ['no name', { ...pod('a/x'), metadata: { namespace: 'a' } }, 400, 'BadRequest'],
    ];
    for (const [why, body, status, reason] of refused) {
      it(`not: ${why}`, async () => {
        const answer = await harness.ask(IN_A, { method: 'POST', body });
        expect([answer.status, answer.json.reason]).to.deep.equal([status, reason]);
      });
    }
  });

  describe('updates', () => {
    it('an object, and its generation if the spec changed', async () => {
      const { json } = await harness.ask(`${IN_A}/one`);
      json.metadata.labels.tier = 'new';
      const { json: labelled } = await harness.ask(`${IN_A}/one`, { method: 'PUT', body: json });
      expect(labelled.metadata).to.include({ generation: 1, uid: json.metadata.uid });
      labelled.spec.nodeName = 'other';
      const moved = await harness.ask(`${IN_A}/one`, { method: 'PUT', body: labelled });
      expect(moved.json.metadata.generation).to.equal(2);
      expect(moved.json.metadata.resourceVersion).to.equal(String(harness.server.version));
    });

    it('nothing if nothing changed', async () => {
      const { version } = harness.server;
      const { json } = await harness.ask(`${IN_A}/one`);
      const { status } = await harness.ask(`${IN_A}/one`, { method: 'PUT', body: json });
      expect([status, harness.server.version]).to.deep.equal([200, version]);
    });

    it('nothing from an outdated resource version', async () => {
      const { json } = await harness.ask(`${IN_A}/one`);
      json.metadata.labels.tier = 'new';
      await harness.ask(`${IN_A}/one`, { method: 'PUT', body: json });
      json.metadata.labels.tier = 'newer';
      const again = await harness.ask(`${IN_A}/one`, { method: 'PUT', body: json });
      expect([again.status, again.json.reason]).to.deep.equal([409, 'Conflict']);
    });

    it('the status by /status only, and nothing else there', async () => {
      const { json } = await harness.ask(`${IN_A}/one`);
      const body = { ...json, spec: { nodeName: 'other' }, status: { phase: 'Running' } };
      const status = await harness.ask(`${IN_A}/one/status`, { method: 'PUT', body });
      expect(status.json.status).to.deep.equal({ phase: 'Running' });
      expect(status.json.spec.nodeName).to.equal('node-0');
      const whole = { ...status.json, status: { phase: 'Failed' } };
      const { json: after } = await harness.ask(`${IN_A}/one`, { method: 'PUT', body: whole });
      expect(after.status).to.deep.equal({ phase: 'Running' });
    });

    it('by a merge patch, in which null removes a field', async () => {
      const body = { metadata: { labels: { tier: null, added: 'yes' } } };
      const headers = { 'Content-Type': 'application/merge-patch+json' };
      const { json } = await harness.ask(`${IN_A}/one`, { method: 'PATCH', body, headers });
      expect(json.metadata.labels).to.deep.equal({ added: 'yes' });
      const other = { 'Content-Type': 'application/json-patch+json' };
      const refused = await harness.ask(`${IN_A}/one`, { method: 'PATCH', body, headers: other });
      expect(refused.status).to.equal(415);
      expect(refused.json.message).to.include('application/merge-patch+json');
    });
  });

  describe('deletes', () => {
    it('an object, if its preconditions hold', async () => {
      const wrong = { preconditions: { uid: 'another' } };
      const kept = await harness.ask(`${IN_A}/one`, { method: 'DELETE', body: wrong });
      expect(kept.status).to.equal(409);
      const { json } = await harness.ask(`${IN_A}/one`, { method: 'DELETE' });
      expect(json).to.include({ kind: 'Status', status: 'Success' });
      expect((await harness.ask(`${IN_A}/one`)).status).to.equal(404);
    });

    it('an object with finalizers once the last one is removed', async () => {
      const body = pod('a/held');
      body.metadata.finalizers = ['example.com/hold'];
      await harness.ask(IN_A, { method: 'POST', body });
      const marked = await harness.ask(`${IN_A}/held`, { method: 'DELETE' });
      expect(marked.json.metadata.deletionTimestamp).to.equal('2026-01-15T12:00:30Z');
      const held = (await harness.ask(`${IN_A}/held`)).json;
      held.metadata.finalizers = [];
      await harness.ask(`${IN_A}/held`, { method: 'PUT', body: held });
      expect((await harness.ask(`${IN_A}/held`)).status).to.equal(404);
    });

    it('no whole collection', async () => {
      const { status, json } = await harness.ask(IN_A, { method: 'DELETE' });
      expect([status, json.reason]).to.deep.equal([405, 'MethodNotAllowed']);
    });
  });

  it('records requests for tests, up to a limit', async () => {
    const headers = { Accept: 'application/json' };
    await harness.ask(`${PODS}?limit=5&limit=6`, { headers });
    expect(harness.server.requests).to.deep.equal([
      { method: 'GET', path: PODS, query: { limit: '5' }, accept: 'application/json' },
    ]);
    harness.server.forgetRequests();
    expect(harness.server.requests).to.deep.equal([]);
  });

  it('names the address on which it cannot listen', async () => {
    const { server } = new Harness();
    const { port } = await server.listen(0, '127.0.0.1');
    try {
      const second = new Harness().server.listen(port, '127.0.0.1');
      const expected = `to listen on 127.0.0.1 port ${port}`;
      expectRefusal(await rejectionOf(second), { expected, got: /EADDRINUSE/ }, StartError);
    } finally {
      await server.close();
    }
  });

  it('refuses connections while it is closed, and keeps its objects', async () => {
    await harness.server.close();
    const refused = await harness.ask(PODS).catch((caught: NodeJS.ErrnoException) => caught.code);
    expect(refused).to.equal('ECONNREFUSED');
    await harness.start();
    expect((await harness.ask(PODS)).json.items).to.have.length(2);
  });

  it('rewinds only as far as its history', () => {
    const { version } = harness.server;
    harness.server.compact();
    expect(() => harness.server.rewind(version - 1)).to.throw(RangeError, /expected a version/);
    expect(() => harness.server.rewind(version + 1)).to.throw(RangeError);
  });
});
