// FakeExplorer serves the page with made-up answers of the size of 20,000 pods, and their faults.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Router } from '@koa/router';
import Koa from 'koa';
import { explorerFiles, serveExplorer } from '../../src/http/pages/explorer.ts';
import { metricsPage } from '../../src/http/pages/metricsPage.ts';
import { answerTo, families, isSlow, statusIn } from './fakeAnswers.ts';

/** What befalls the server. */
export type Situation =
  | 'ready'
  /** Nothing is synced yet, and lists are refused. */
  | 'starting'
  | 'follower'
  /** One resource is stale, another is refused. */
  | 'behind'
  /** A family that was served is cut off. */
  | 'cut'
  /** Connections are closed without an answer. */
  | 'gone';

const slowSteps = 5;
/** Below it the page is served as well. */
export const proxyPath = 'api/v1/namespaces/monitoring/services/ksm:http/proxy/';

export class FakeExplorer {
  situation: Situation = 'ready';
  /** Milliseconds of each step of a slow answer. */
  stepMs = 20;
  /** Slow answers whose reader left before the end. */
  cancelled = 0;
  /** Paths that are answered with an error. */
  readonly failing = new Set<string>();
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  readonly #server: Server;

  private constructor() {
    const app = new Koa();
    const router = new Router();
    const files = explorerFiles();
    if (files === undefined) throw new Error('expected dist/explorer.json: run npm run build');
    serveExplorer(router, files);
    router.get('/', (ctx) =>
      metricsPage(ctx, {
        version: '1.0.0',
        telemetryPort: 8081,
        statuses: [],
        stores: new Map(),
        explorerFiles: files,
      }),
    );
    router.get('/api/v1/*path', (ctx) => this.#answer(ctx));
    app.use(router.routes());
    const handle = app.callback();
    this.#server = createServer((request: IncomingMessage, response: ServerResponse) => {
      // As a proxy does that serves it under a prefix.
      const isProxied = request.url?.startsWith(`/${proxyPath}`);
      if (isProxied) request.url = request.url?.slice(proxyPath.length);
      if (this.situation === 'gone') request.socket.destroy();
      else void handle(request, response);
    });
  }

  static async start(port = 0): Promise<FakeExplorer> {
    const fake = new FakeExplorer();
    fake.#server.listen(port, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(ctx: Koa.Context): Promise<void> {
    const { situation } = this;
    const path = ctx.path.replace('/api/v1/', '');
    this.asked.push(path);
    if (path === 'status') {
      ctx.body = statusIn(situation);
      return;
    }
    if (this.failing.has(path)) {
      ctx.status = 500;
      ctx.body = { error: 'The worker is gone.' };
      return;
    }
    if (situation === 'starting' || situation === 'follower') {
      ctx.status = 503;
      const error = `There is nothing to count: ${statusIn(situation).freshness.sentence}`;
      ctx.body = { error };
      return;
    }
    const served = situation === 'cut' ? families.slice(1) : families;
    const { status, body } = answerTo(path, ctx.query, served);
    if (status === 200 && isSlow(path)) return this.#answerSlowly(ctx, body);
    ctx.status = status;
    ctx.body = body;
  }

  async #answerSlowly(ctx: Koa.Context, result: unknown): Promise<void> {
    ctx.respond = false;
    const { res } = ctx;
    res.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    for (let step = 0; step < slowSteps; step++) {
      res.write(`${JSON.stringify({ progress: step / slowSteps })}\n`);
      await sleep(this.stepMs);
      if (res.destroyed) {
        this.cancelled++;
        return;
      }
    }
    res.end(`${JSON.stringify({ result })}\n`);
  }
}

// `node test/e2e/fakeExplorer.ts 8090` serves it to look at.
if (import.meta.main) {
  const fake = await FakeExplorer.start(Number(process.argv[2] ?? 0));
  process.stdout.write(`${fake.url}\n`);
}
