// A port's koa app: its pages by path, and a sentence for whatever else is asked for.
import type { Router } from '@koa/router';
import Koa from 'koa';

/**
 * The app of `router`, which a request reaches that `guards` let pass; another path is 404,
 * another method 405, each said in a sentence.
 */
export function appOf(router: Router, guards: readonly Koa.Middleware[] = []): Koa {
  const app = new Koa();
  app.use(async (ctx, next) => {
    await next();
    if (ctx.body !== undefined && ctx.body !== null) return;
    const { status } = ctx;
    const sentence = refusals.get(status)?.(ctx);
    if (sentence === undefined) return;
    ctx.type = 'text/plain';
    ctx.body = `${sentence}\n`;
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
  [501, ({ method }) => `The method ${method} is not known here; GET and HEAD are.`],
]);

/** The answer to a probe: that the event loop gets to give it is all that is asked. */
export function answerOk(ctx: Koa.Context): void {
  ctx.type = 'text/plain';
  ctx.body = 'OK';
}

const probes: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz']);

/** Whether a request is a probe's: the kubelet has no credentials, so guards let it pass. */
export function isProbe({ path }: Koa.Context): boolean {
  return probes.has(path);
}

/** Answers with a status and the sentence that says why. */
export function refuse(ctx: Koa.Context, status: number, sentence: string): void {
  ctx.status = status;
  ctx.type = 'text/plain';
  ctx.body = `${sentence}\n`;
}
