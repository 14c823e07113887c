// Slow answers: how many at once, and that a client who is gone ends the work.
import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { explorerRoutes } from '../../src/explorer/routes.ts';
import { ScanThread } from '../../src/explorer/scanThread.ts';
import { SlowAnswers } from '../../src/explorer/slowAnswers.ts';
import type { ExplorerSource, ExplorerStores } from '../../src/explorer/source.ts';
import { appOf } from '../../src/http/app.ts';
import type { Listening } from '../../src/http/server.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { FamilyHeader } from '../../src/metrics/render.ts';
import type { TextPack } from '../../src/store/textPack.ts';
import { ask, serve } from '../http/harness.ts';
import { TestClock } from '../support/clock.ts';
import { until } from '../support/until.ts';
import { slowResult } from './bench.ts';

const header: FamilyHeader = {
  name: 'kube_x',
  type: 'gauge',
  stability: 'ALPHA',
  help: 'X.',
  header: { text: '', openmetrics: '' },
};
const line = Buffer.from('kube_x{pod="a"} 1\n');

/** Stores of one family, whose text comes for as long as a test wants. */
class EndlessStores implements ExplorerStores {
  readonly byResource = new Map();
  taken = 0;
  /** Snapshots whose text is being read, or could be. */
  open = 0;
  ends = false;

  sizes() {
    const size = { objects: 1, series: 1, bytes: line.length };
    const families = [{ header, series: 1, bytes: line.length }];
    const namespaces = new Map([['shop', size]]);
    return { state: 1, resources: [{ resource: 'pods', ...size, families, namespaces }] };
  }

  async find() {
    return { objects: [], more: false };
  }

  stalenessMs(): number {
    return 0;
  }

  snapshot() {
    this.open++;
    return {
      state: 1,
      body: () => expect.fail('not asked for'),
      texts: () => this.#packs(),
      release: () => void this.open--,
    };
  }

  *#packs(): Generator<TextPack> {
    const { name: family } = header;
    do {
      this.taken++;
      const bytes = new ArrayBuffer(line.length);
      line.copy(Buffer.from(bytes));
      const pieces = Uint32Array.of(line.length, line.length, 0);
      yield { family, resource: 'pods', series: 1, textBytes: line.length, bytes, pieces };
    } while (!this.ends);
  }
}

describe('slow answers', () => {
  let stores: EndlessStores;
  let clock: TestClock;
  let thread: ScanThread;
  let slow: SlowAnswers;
  let logged: unknown[][];
  let listening: Listening;

  beforeEach(async () => {
    stores = new EndlessStores();
    logged = [];
    clock = new TestClock();
    thread = new ScanThread({ clock });
    const source: ExplorerSource = {
      stores,
      readiness: () => [],
      leadership: () => undefined,
      serveBeforeSync: false,
      gzip: true,
      lastEventMs: () => undefined,
      history: { answer: () => ({ interval: 30, points: [] }) },
      version: '1',
      startedMs: 0,
      telemetryPort: 8081,
      clock,
      log: { error: (...line: unknown[]) => void logged.push(line) },
    };
    slow = new SlowAnswers(source, thread);
    listening = await serve(appOf(explorerRoutes(source, slow)), { clock: systemClock });
  });
  afterEach(async () => {
    await listening.close(0);
    await slow.close();
  });

  /** Asks, and resolves when the first line is there. */
  async function open(path = 'zeros') {
    const asked = request({
      host: '127.0.0.1',
      port: listening.port,
      path: `/api/v1/${path}`,
      agent: false,
    });
    asked.on('error', () => undefined);
    asked.end();
    const [response] = await once(asked, 'response');
    await once(response, 'readable');
    return { response, end: () => void asked.destroy() };
  }

  it('end their work when the client is gone', async () => {
    const { end } = await open();
    await until(() => stores.taken > 10);
    expect(thread.running).to.equal(1);
    end();
    await until(() => thread.running === 0);
    const { taken } = stores;
    for (let i = 0; i < 50; i++) await systemClock.turn();
    expect(stores.taken).to.equal(taken);
    expect(stores.open).to.equal(0);
    expect(logged).to.deep.equal([]);
  });

  it('are two at once; others wait, a few of them, and are refused after a while', async () => {
    const first = await open();
    const second = await open('families/kube_x/labels');
    const waiting = Array.from({ length: 4 }, () => ask(listening.port, '/api/v1/zeros'));
    await until(() => clock.pending.filter((ms) => ms === 5_000).length === 4);
    const refused = await ask(listening.port, '/api/v1/namespaces/shop/families');
    expect(refused.status).to.equal(503);
    expect(refused.headers['retry-after']).to.equal('5');
    expect(JSON.parse(refused.body.toString()).error).to.equal(
      'Expected at most 2 slow answers at once, got one more; try again.',
    );
    // No snapshot is held for those that wait.
    expect(stores.open).to.equal(2);
    stores.ends = true;
    first.end();
    second.end();
    for (const answer of await Promise.all(waiting)) {
      expect(answer.status).to.equal(200);
      expect(slowResult(answer.body.toString()).result).to.deep.equal({
        snapshot: 1,
        families: [{ name: 'kube_x', series: 1, zeros: 0 }],
      });
    }
    expect(stores.open).to.equal(0);
  });

  it('are refused where none of the two ends', async () => {
    const running = [await open(), await open()];
    const waiting = ask(listening.port, '/api/v1/zeros');
    await clock.pass(5_000);
    expect((await waiting).status).to.equal(503);
    for (const { end } of running) end();
  });

  it('tell progress while they last, and an error where they fail', async () => {
    const { response } = await open();
    await clock.pass(250);
    await until(() => stores.taken > 10);
    // As when the server stops.
    await thread.close();
    const lines = (await text(response))
      .trimEnd()
      .split('\n')
      .map((one) => JSON.parse(one));
    expect(lines.at(-1)).to.deep.equal({
      error: 'The answer could not be made: the server stops; try again.',
    });
    expect(logged.map(([, message]) => message)).to.deep.equal([
      'a slow answer of the explorer failed',
    ]);
    expect(lines.slice(0, -1).every(({ progress }) => progress >= 0 && progress <= 1)).to.equal(
      true,
    );
  });
});
