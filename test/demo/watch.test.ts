// Watches of the simulated API server: start, events, bookmarks and end.
import { expect } from 'chai';
import { Harness, pod } from './harness.ts';

const PODS = '/api/v1/pods';
const WATCH = `${PODS}?watch=true`;
const MARKED = 'resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
const STREAMED = `${WATCH}&sendInitialEvents=true&${MARKED}`;

describe('a watch of the simulated API server', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = new Harness();
    await harness.start();
    harness.addPods('a/one', 'b/two');
  });
  afterEach(() => harness.stop());

  const at = (): string => `resourceVersion=${harness.server.version}`;

  /** Changes one of the pods. */
  function label(namespace: string, name: string, labels: Record<string, string>): void {
    const found = harness.server.get('pods', namespace, name);
    if (found === undefined) throw new Error(`expected a pod ${namespace}/${name}`);
    found.metadata.labels = labels;
    harness.server.update(found);
  }

  it('sends each change after its version once', async () => {
    const from = at();
    label('a', 'one', { tier: 'new' });
    const lines = await harness.watch(`${WATCH}&${from}`);
    harness.addPods('a/three');
    harness.server.delete('pods', 'b', 'two');
    const events = ['MODIFIED one', 'ADDED three', 'DELETED two'];
    expect(await lines.names(3)).to.deep.equal(events);
  });

  it('has the kind of each object, and the version of the deletion for a deleted one', async () => {
    const lines = await harness.watch(`${WATCH}&${at()}`);
    harness.server.delete('pods', 'b', 'two');
    const { object } = await lines.event();
    expect(object).to.include({ apiVersion: 'v1', kind: 'Pod' });
    expect(object.metadata.resourceVersion).to.equal(String(harness.server.version));
    expect(object.spec.nodeName).to.equal('node-1');
  });

  for (const query of [WATCH, `${WATCH}&resourceVersion=0`, `${PODS}?watch=1`]) {
    it(`starts with the existing objects: ${query}`, async () => {
      const lines = await harness.watch(query);
      expect(await lines.names(2)).to.deep.equal(['ADDED one', 'ADDED two']);
      harness.addPods('c/three');
      expect(await lines.names(1)).to.deep.equal(['ADDED three']);
    });
  }

  it('sends changes of one namespace only', async () => {
    const lines = await harness.watch(`/api/v1/namespaces/b/pods?watch=true&${at()}`);
    harness.addPods('a/three', 'b/four');
    expect(await lines.names(1)).to.deep.equal(['ADDED four']);
  });

  it('sends its headers before the first event', async () => {
    const message = await harness.open(`${WATCH}&${at()}`);
    expect(message.statusCode).to.equal(200);
    expect(message.headers['content-type']).to.equal('application/json');
  });

  it('with a selector sends objects that start or cease to match', async () => {
    const selector = 'labelSelector=tier%3Dfront';
    const lines = await harness.watch(`${WATCH}&${at()}&${selector}`);
    label('a', 'one', { tier: 'front', more: 'yes' });
    label('a', 'one', { tier: 'back' });
    label('a', 'one', { tier: 'deep' });
    label('b', 'two', { tier: 'front' });
    harness.server.delete('pods', 'a', 'one');
    harness.server.delete('pods', 'b', 'two');
    expect(await lines.names(1)).to.deep.equal(['MODIFIED one']);
    const left = await lines.event();
    expect([left.type, left.object.metadata.name]).to.deep.equal(['DELETED', 'one']);
    expect(left.object.metadata.labels.tier).to.equal('front');
    expect(await lines.names(2)).to.deep.equal(['ADDED two', 'DELETED two']);
  });

  it('with a selector closes its list at the version of all objects', async () => {
    const selector = encodeURIComponent('tier in (deep),tier');
    const lines = await harness.watch(`${STREAMED}&labelSelector=${selector}`);
    const { version } = harness.server;
    const closing = await lines.event();
    expect(closing.type).to.equal('BOOKMARK');
    expect(closing.object.metadata.resourceVersion).to.equal(String(version));
    label('a', 'one', { tier: 'back' });
    label('b', 'two', { tier: 'deep' });
    const { type, object } = await lines.event();
    expect([type, object.metadata.name]).to.deep.equal(['ADDED', 'two']);
    expect(Number(object.metadata.resourceVersion)).to.equal(Number(version) + 2);
  });

  it('from a version that is gone sends 410 as an event, and ends', async () => {
    const from = at();
    harness.addPods('c/three');
    harness.server.compact();
    const lines = await harness.watch(`${WATCH}&${from}`);
    const { type, object } = await lines.event();
    expect(type).to.equal('ERROR');
    expect(object).to.include({ kind: 'Status', status: 'Failure', reason: 'Expired', code: 410 });
    expect(object.message).to.match(/^too old resource version: \d+ \(\d+\)$/);
    expect(await lines.text()).to.equal(undefined);
  });

  it('continues after a compaction', async () => {
    const lines = await harness.watch(`${WATCH}&${at()}`);
    harness.addPods('c/three');
    expect(await lines.names(1)).to.deep.equal(['ADDED three']);
    harness.server.compact();
    harness.addPods('c/four');
    expect(await lines.names(1)).to.deep.equal(['ADDED four']);
  });

  it('drops the older half of very many changes', async () => {
    const from = at();
    for (let i = 0; i < 10_001; i++) label('a', 'one', { count: String(i) });
    const lines = await harness.watch(`${WATCH}&${from}`);
    expect((await lines.event()).object.code).to.equal(410);
    const recent = await harness.watch(
      `${WATCH}&resourceVersion=${harness.server.version - 4_000}`,
    );
    expect(await recent.names(2)).to.deep.equal(['MODIFIED one', 'MODIFIED one']);
  });

  it('ends after its timeout, with a last bookmark', async () => {
    const query = `${WATCH}&${at()}&timeoutSeconds=30&allowWatchBookmarks=true`;
    const lines = await harness.watch(query);
    await harness.clock.elapse(28_000);
    expect(await lines.names(1)).to.deep.equal([`BOOKMARK ${harness.server.version}`]);
    await harness.clock.elapse(2_000);
    expect(await lines.text()).to.equal(undefined);
  });

  it('sends a bookmark every minute if requested', async () => {
    const wanted = await harness.watch(`${WATCH}&${at()}&allowWatchBookmarks=true`);
    const plain = await harness.watch(`${WATCH}&${at()}`);
    for (let minute = 0; minute < 2; minute++) {
      harness.server.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: `n${minute}` } });
      await harness.clock.elapse(60_000);
      const { type, object } = await wanted.event();
      expect(type).to.equal('BOOKMARK');
      expect(object).to.deep.include({ kind: 'Pod', apiVersion: 'v1' });
      expect(object.metadata.resourceVersion).to.equal(String(harness.server.version));
      expect(object.metadata).not.to.have.property('annotations');
    }
    harness.addPods('c/three');
    expect(await plain.names(1)).to.deep.equal(['ADDED three']);
  });

  it('ends when the server is restored, and its version is invalid then', async () => {
    const before = harness.server.version;
    harness.addPods('c/three');
    const from = at();
    const lines = await harness.watch(`${WATCH}&${from}`);
    harness.server.rewind(before);
    expect(await lines.text()).to.equal(undefined);
    const { json } = await harness.ask(PODS);
    expect(json.items).to.have.length(2);
    expect(json.metadata.resourceVersion).to.equal(String(before));
    // Until the server has reached its version again, the watch gets nothing.
    const lost = await harness.watch(`${WATCH}&${from}&allowWatchBookmarks=true`);
    await harness.clock.elapse(120_000);
    harness.addPods('c/four', 'c/five');
    expect(await lost.names(1)).to.deep.equal(['ADDED five']);
  });

  describe('with initial events', () => {
    it('sends the existing objects, then a bookmark, then changes', async () => {
      const lines = await harness.watch(STREAMED);
      expect(await lines.names(2)).to.deep.equal(['ADDED one', 'ADDED two']);
      const { type, object } = await lines.event();
      expect(type).to.equal('BOOKMARK');
      expect(object.metadata.resourceVersion).to.equal(String(harness.server.version));
      expect(object.metadata.annotations).to.deep.equal({ 'k8s.io/initial-events-end': 'true' });
      harness.addPods('c/three');
      expect(await lines.names(1)).to.deep.equal(['ADDED three']);
    });

    it('sends the bookmark at once if there are no objects', async () => {
      const query = STREAMED.replace('/pods', '/services');
      expect((await (await harness.watch(query)).event()).type).to.equal('BOOKMARK');
    });

    it('sends the bookmark only when the requested version is reached', async () => {
      const version = harness.server.version + 2;
      const lines = await harness.watch(`${STREAMED}&resourceVersion=${version}`);
      expect(await lines.names(2)).to.deep.equal(['ADDED one', 'ADDED two']);
      await harness.clock.elapse(61_000);
      harness.addPods('c/three', 'c/four');
      const rest = ['ADDED three', 'ADDED four', `BOOKMARK ${version}`];
      expect(await lines.names(3)).to.deep.equal(rest);
    });

    it('starts with changes if initial events are not requested', async () => {
      const query = STREAMED.replace('Events=true', 'Events=false');
      const lines = await harness.watch(`${query}&resourceVersion=0`);
      harness.addPods('c/three');
      expect(await lines.names(1)).to.deep.equal(['ADDED three']);
    });

    const refused: [query: string, field: string][] = [
      [`${WATCH}&sendInitialEvents=true`, 'resourceVersionMatch'],
      [`${WATCH}&resourceVersionMatch=NotOlderThan`, 'resourceVersionMatch'],
      [STREAMED.replace('NotOlderThan', 'Exact'), 'resourceVersionMatch'],
    ];
    for (const [query, field] of refused) {
      it(`is rejected: ${query.slice(WATCH.length + 1)}`, async () => {
        const { status, json } = await harness.ask(query);
        expect(status).to.equal(422);
        expect(json).to.include({ reason: 'Invalid', code: 422 });
        expect(json.message).to.match(/^ListOptions.meta.k8s.io "" is invalid: /);
        expect(json.details.causes[0].field).to.equal(field);
      });
    }
  });

  it('releases everything when the client disconnects', async () => {
    const message = await harness.open(`${WATCH}&${at()}&allowWatchBookmarks=true`);
    expect(harness.clock.sleeping).to.be.above(0);
    message.destroy();
    while (harness.clock.sleeping > 0) await harness.clock.turn();
  });

  it('ends for a client that reads more slowly than changes are dropped', async () => {
    const big = 'x'.repeat(2_000);
    const message = await harness.open(`${WATCH}&${at()}`);
    message.pause();
    for (let i = 0; i < 12_000; i++) {
      label('a', 'one', { big: `${i}${big}` });
      if (i % 500 === 0) await harness.clock.turn();
    }
    let bytes = 0;
    for await (const chunk of message as AsyncIterable<Buffer>) bytes += chunk.length;
    expect(bytes).to.be.below(12_000 * big.length);
  });

  it('shows a pod as it was created', async () => {
    const lines = await harness.watch(`${WATCH}&${at()}`);
    const made = harness.server.create(pod('c/three', { tier: 'x' }));
    expect((await lines.event()).object).to.deep.equal(made);
  });
});
