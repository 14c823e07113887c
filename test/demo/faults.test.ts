// Faults of the simulated API server, as a client sees them.
import { expect } from 'chai';
import * as faults from '../support/faults.ts';
import { type Answer, Harness, pod } from './harness.ts';

const PODS = '/api/v1/pods';
const WATCH = `${PODS}?watch=true`;
const MARKED = 'resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
const STREAMED = `${WATCH}&sendInitialEvents=true&${MARKED}`;

/** The error of a request, or its answer. */
const outcome = (answer: Promise<Answer>): Promise<string> =>
  answer.then(
    ({ status }) => String(status),
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );

describe('a fault of the simulated API server', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = new Harness();
    await harness.start();
    harness.addPods('a/one', 'a/two', 'b/three');
  });
  afterEach(() => harness.stop());

  const at = (): string => `resourceVersion=${harness.server.version}`;
  const onList = (act: faults.Fault, times?: number): (() => void) =>
    harness.server.faults.add({ resource: 'pods', verb: 'list', times, act });
  const onWatch = (act: faults.Fault, times?: number): (() => void) =>
    harness.server.faults.add({ resource: 'pods', verb: 'watch', times, act });

  describe('applies', () => {
    const statusOf = async (path: string): Promise<number | undefined> =>
      (await harness.open(path)).statusCode;

    it('to its resource and verb only', async () => {
      onList(faults.status(503, 'ServiceUnavailable'));
      expect(await statusOf(PODS)).to.equal(503);
      expect(await statusOf('/api/v1/services')).to.equal(200);
      expect(await statusOf(WATCH)).to.equal(200);
      expect(await statusOf('/api/v1/namespaces/a/pods/one')).to.equal(200);
    });

    it('to everything, including discovery, if it names nothing', async () => {
      harness.server.faults.add({ act: faults.status(500, 'InternalError') });
      for (const path of [PODS, '/api/v1/services', WATCH, '/apis', '/api/v1']) {
        expect(await statusOf(path), path).to.equal(500);
      }
    });

    it('to a number of requests, or until it is removed', async () => {
      onList(faults.status(503, 'ServiceUnavailable'), 2);
      const three = [await statusOf(PODS), await statusOf(PODS), await statusOf(PODS)];
      expect(three).to.deep.equal([503, 503, 200]);
      const takeBack = onList(faults.forbid);
      expect(await statusOf(PODS)).to.equal(403);
      takeBack();
      expect(await statusOf(PODS)).to.equal(200);
      onList(faults.forbid);
      harness.server.faults.clear();
      expect(await statusOf(PODS)).to.equal(200);
    });

    it('in turn if several replace the answer', async () => {
      onList(faults.status(503, 'ServiceUnavailable'), 2);
      onList(faults.gone, 1);
      const answers: (number | undefined)[] = [];
      for (let i = 0; i < 4; i++) answers.push(await statusOf(PODS));
      expect(answers).to.deep.equal([503, 503, 410, 200]);
    });

    it('if its condition holds', async () => {
      const when = ({ query }: faults.FaultTarget): boolean => query.continue !== undefined;
      harness.server.faults.add({ resource: 'pods', verb: 'list', when, act: faults.gone });
      const first = await harness.ask(`${PODS}?limit=1`);
      expect(first.status).to.equal(200);
      const token = first.json.metadata.continue;
      expect(await statusOf(`${PODS}?limit=1&continue=${token}`)).to.equal(410);
    });

    it('only up to a limit of rules', () => {
      for (let i = 0; i < 100; i++) onList(faults.forbid);
      expect(() => onList(faults.forbid)).to.throw(RangeError, /at most 100 rules/);
    });
  });

  describe('in place of an answer', () => {
    const rows: [name: string, fault: faults.Fault, status: number, body: RegExp][] = [
      ['503', faults.status(503, 'ServiceUnavailable'), 503, /"reason":"ServiceUnavailable"/],
      ['403', faults.forbid, 403, /User \\"[\w:-]+\\" cannot list resource \\"pods\\" in API/],
      ['404', faults.missing, 404, /the server could not find the requested resource/],
      ['410', faults.gone, 410, /"reason":"Expired"/],
      ['a page of HTML', faults.htmlPage(200), 200, /^<!doctype html>/],
    ];
    for (const [name, fault, status, body] of rows) {
      it(`is ${name}`, async () => {
        onList(fault);
        const answer = await harness.ask(PODS);
        expect(answer.status).to.equal(status);
        expect(answer.text).to.match(body);
      });
    }

    it('is 429 with Retry-After, as a Status or in plain text', async () => {
      onList(faults.throttled(7), 1);
      const plain = await harness.ask(PODS);
      expect([plain.status, plain.headers['retry-after']]).to.deep.equal([429, '7']);
      expect(plain.text).to.match(/^Too many requests/);
      onList(faults.status(429, 'TooManyRequests', 3));
      const { headers, json } = await harness.ask(PODS);
      expect(headers['retry-after']).to.equal('3');
      expect(json.details.retryAfterSeconds).to.equal(3);
    });

    it('is a broken connection', async () => {
      onList(faults.reset);
      expect(await outcome(harness.ask(PODS))).to.equal('ECONNRESET');
    });

    it('is no answer at all', async () => {
      onList(faults.hang);
      let answered = false;
      const answer = harness.ask(PODS).then(
        () => {
          answered = true;
        },
        (error: NodeJS.ErrnoException) => error.code,
      );
      while (harness.server.requests.length === 0) await harness.clock.turn();
      await harness.clock.elapse(3_600_000);
      expect(answered).to.equal(false);
      await harness.server.close();
      expect(await answer).to.equal('ECONNRESET');
    });
  });

  describe('in a list', () => {
    it('breaks the connection in the middle of an item', async () => {
      onList(faults.resetWithin(2));
      const message = await harness.open(PODS);
      let text = '';
      let code: string | undefined;
      try {
        for await (const chunk of message as AsyncIterable<Buffer>) text += chunk.toString();
      } catch (error) {
        code = (error as NodeJS.ErrnoException).code;
      }
      expect(code).to.equal('ECONNRESET');
      expect(text).to.include('"name":"one"').and.not.include('"name":"three"');
      expect(text).to.match(/^\{"kind":"PodList".*[^}\]\n]$/);
    });

    it('truncates the body without an error', async () => {
      onList(faults.truncated(100));
      const message = await harness.open(PODS);
      let text = '';
      for await (const chunk of message as AsyncIterable<Buffer>) text += chunk.toString();
      expect(message.complete).to.equal(true);
      expect(text).to.have.length(100);
    });

    it('truncates a compressed body', async () => {
      for (let i = 0; i < 500; i++) {
        harness.server.create(pod(`big/pod-${i}`, { text: `${i}`.repeat(100) }));
      }
      onList(faults.truncated(1_000));
      const headers = { 'Accept-Encoding': 'gzip' };
      const error: unknown = await harness.ask(PODS, { headers }).catch((caught) => caught);
      expect(error).to.be.instanceOf(Error);
      expect((error as Error).message).to.match(/unexpected end of file/);
    });

    it('inserts an item that is no JSON', async () => {
      onList(faults.malformedItem(1));
      const { text } = await harness.ask(PODS);
      expect(() => JSON.parse(text)).to.throw(SyntaxError);
      const whole = JSON.parse(text.replace(/,\{[^{]*\{"name":"broken"[^}]*\},"spec":\}/, ''));
      expect(whole.items).to.have.length(3);
    });

    it('stops sending within the list', async () => {
      onList(faults.silent(2));
      const message = await harness.open(PODS);
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      while (!Buffer.concat(chunks).includes('"one"')) await harness.clock.turn();
      await harness.clock.elapse(3_600_000);
      expect(Buffer.concat(chunks).toString()).not.to.include('"two"');
      expect(message.complete).to.equal(false);
    });
  });

  describe('in a watch', () => {
    it('sends an ERROR after a number of events, and ends', async () => {
      onWatch(faults.errorEvent(1));
      const lines = await harness.watch(`${WATCH}&${at()}`);
      harness.addPods('c/four', 'c/five');
      expect(await lines.names(1)).to.deep.equal(['ADDED four']);
      const { type, object } = await lines.event();
      expect([type, object.reason, object.code]).to.deep.equal(['ERROR', 'Expired', 410]);
      expect(await lines.text()).to.equal(undefined);
    });

    it('breaks the connection in the middle of an event', async () => {
      onWatch(faults.resetWithin(1));
      const lines = await harness.watch(`${WATCH}&${at()}`);
      harness.addPods('c/four', 'c/five');
      expect(await lines.names(1)).to.deep.equal(['ADDED four']);
      const code = await lines.text().catch((error: NodeJS.ErrnoException) => error.code);
      expect(code).to.equal('ECONNRESET');
    });

    it('sends a line that is no JSON, and continues', async () => {
      onWatch(faults.malformedEvent(1));
      const lines = await harness.watch(`${WATCH}&${at()}`);
      harness.addPods('c/four', 'c/five');
      await lines.event();
      const broken = (await lines.text()) ?? '';
      expect(() => JSON.parse(broken)).to.throw(SyntaxError);
      expect(await lines.names(1)).to.deep.equal(['ADDED five']);
    });

    it('sends no deletion whole, and continues', async () => {
      onWatch(faults.malformedEvents('DELETED'));
      const lines = await harness.watch(`${WATCH}&${at()}`);
      harness.server.delete('pods', 'a', 'one');
      harness.addPods('c/four');
      const broken = (await lines.text()) ?? '';
      expect(broken).to.match(/^\{"type":"DELETED".*"name":"one"/);
      expect(() => JSON.parse(broken)).to.throw(SyntaxError);
      expect(await lines.names(1)).to.deep.equal(['ADDED four']);
    });

    it('sends an event of an object that was never listed', async () => {
      onWatch(faults.strayEvent(0, 'DELETED', pod('x/stranger')));
      const lines = await harness.watch(`${WATCH}&${at()}`);
      expect(await lines.names(1)).to.deep.equal(['DELETED stranger']);
    });

    it('sends no deletions', async () => {
      onWatch(faults.missedDeletions);
      const lines = await harness.watch(`${WATCH}&${at()}`);
      harness.server.delete('pods', 'a', 'one');
      harness.addPods('c/four');
      expect(await lines.names(1)).to.deep.equal(['ADDED four']);
    });

    for (const before of [0, 1]) {
      it(`sends nothing after ${before} events: no bookmark, no end`, async () => {
        onWatch(faults.silent(before));
        const query = `${WATCH}&${at()}&allowWatchBookmarks=true&timeoutSeconds=300`;
        const message = await harness.open(query);
        let text = '';
        let ended = false;
        message.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        message.on('end', () => {
          ended = true;
        });
        harness.addPods('c/four', 'c/five');
        await harness.clock.elapse(3_600_000);
        for (let turn = 0; turn < 20; turn++) await harness.clock.turn();
        expect(text.split('\n').length - 1).to.equal(before);
        expect(ended).to.equal(false);
      });
    }

    it('sends no bookmarks, or bookmarks without a version', async () => {
      const query = `${WATCH}&${at()}&allowWatchBookmarks=true`;
      onWatch(faults.bookmarks('noVersion'), 1);
      const vague = await harness.watch(query);
      await harness.clock.elapse(60_000);
      const { type, object } = await vague.event();
      expect(type).to.equal('BOOKMARK');
      expect(object.metadata).not.to.have.property('resourceVersion');
      onWatch(faults.bookmarks('off'));
      const mute = await harness.watch(query);
      await harness.clock.elapse(600_000);
      harness.addPods('c/four');
      expect(await mute.names(1)).to.deep.equal(['ADDED four']);
    });
  });

  describe('of the streamed list', () => {
    it('is a disabled feature gate: 422', async () => {
      onWatch(faults.watchList('off'));
      const { status, json } = await harness.ask(STREAMED);
      expect([status, json.reason]).to.deep.equal([422, 'Invalid']);
      expect(json.message).to.match(/sendInitialEvents is forbidden for a watch unless/);
      expect((await harness.open(`${WATCH}&${at()}`)).statusCode).to.equal(200);
    });

    it('is an unknown parameter: 400', async () => {
      onWatch(faults.watchList('refused'));
      const { status, json } = await harness.ask(STREAMED);
      expect([status, json.reason]).to.deep.equal([400, 'BadRequest']);
    });

    it('is ignored: only changes are sent', async () => {
      onWatch(faults.watchList('ignored'));
      const lines = await harness.watch(STREAMED);
      harness.addPods('c/four');
      expect(await lines.names(1)).to.deep.equal(['ADDED four']);
      await harness.clock.elapse(60_000);
      const { object } = await lines.event();
      expect(object.metadata).not.to.have.property('annotations');
    });

    it('has no bookmark at its end', async () => {
      onWatch(faults.watchList('unmarked'));
      const lines = await harness.watch(STREAMED);
      expect(await lines.names(3)).to.deep.equal(['ADDED one', 'ADDED two', 'ADDED three']);
      await harness.clock.elapse(60_000);
      const { object } = await lines.event();
      expect(object.metadata).not.to.have.property('annotations');
    });
  });
});
