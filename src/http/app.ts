// appOf makes the koa app of a port: pages by path, and a sentence for every refusal.
import type { Router } from '@koa/router';
import Koa from 'koa';

/**
 * The app of `router`, behind `guards`. Unknown paths get 404, other methods 405, each with a
 * sentence.
 */
export function appOf(router: Router, guards: readonly Koa.Middleware[] = []): Koa {
  const app = new Koa();
  app.use(async (ctx, next) => {
    await next();
    if (ctx.body !== undefined && ctx.body !== null) return;
    const { status } = ctx;
    const sentence = refusals.get(status)?.(ctx);
    if (sentence === undefined) return;
    setSentence(ctx, sentence);
    // Koa takes a body for a success unless the status is given again.
    ctx.status = status;
  });
  for (const guard of guards) app.use(guard);
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}

const refusals = new Map<number, (ctx: Koa.Context) => string>([
  [404, ({ path }) => `Nothing is served at ${path}; the page at / lists what is.`],
  [405, ({ method, path }) => `${path} answers GET and HEAD, not ${method}.`],
  [501, ({ method }) => `The method ${method} is not supported; use GET or HEAD.`],
]);

/** Answers a liveness probe: it succeeds as long as the event loop turns. */
export function answerOk(ctx: Koa.Context): void {
  ctx.type = 'text/plain';
  ctx.body = 'OK';
}

const probes: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz']);

/** Whether a request is a probe. The kubelet has no credentials, so guards let probes pass. */
export function isProbe({ path }: { readonly path: string }): boolean {
  return probes.has(path);
}

/** Answers with a status and the sentence that says why. */
export function refuse(ctx: Koa.Context, status: number, sentence: string): void {
  ctx.status = status;
  setSentence(ctx, sentence);
}

/** Clients of the API read JSON, whoever refuses them. */
const apiPrefix = '/api/';

function setSentence(ctx: Koa.Context, sentence: string): void {
  if (ctx.path.startsWith(apiPrefix)) {
    ctx.type = 'application/json';
    ctx.body = JSON.stringify({ error: sentence });
  } else {
    ctx.type = 'text/plain';
    ctx.body = `${sentence}\n`;
  }
}

/** Retry-After of a refusal whose reason passes. */
export const retryAfterSeconds = 5;

/** Answers 503 with the sentence that says why, and when to try again. */
export function refuseForNow(ctx: Koa.Context, sentence: string): void {
  ctx.set('Retry-After', String(retryAfterSeconds));
  refuse(ctx, 503, sentence);
}
