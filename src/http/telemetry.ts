// The pages of :8081: the metrics about ourselves, readiness by resource, and a landing page.
import { Router } from '@koa/router';
import type Koa from 'koa';
import { answerOk, appOf } from './app.ts';
import { telemetryPage } from './pages.ts';
import { isReady, type Readiness, readinessText } from './readiness.ts';

export interface TelemetryAppOptions {
  /** What a request has to pass before it is answered. */
  readonly guards?: readonly Koa.Middleware[];
  readonly selfMetrics: SelfExposition;
  readonly readiness: Readiness;
  /** Our version, and the port where the cluster's metrics are, for the landing page. */
  readonly version: string;
  readonly metricsPort: number;
}

/** The metrics about ourselves as text; small enough for one string. */
export interface SelfExposition {
  readonly contentType: string;
  text(): Promise<string>;
}

/** The app of :8081; what it shows comes from its options, request by request. */
export function telemetryApp(options: TelemetryAppOptions): Koa {
  const { selfMetrics, readiness, version, metricsPort } = options;
  const router = new Router({ sensitive: true, strict: true });
  router.get('/', (ctx) => telemetryPage(ctx, { version, metricsPort, statuses: readiness() }));
  router.get('/metrics', async (ctx) => {
    ctx.set('Content-Type', selfMetrics.contentType);
    ctx.body = await selfMetrics.text();
  });
  router.get('/readyz', (ctx) => {
    const statuses = readiness();
    ctx.status = isReady(statuses) ? 200 : 503;
    ctx.type = 'text/plain';
    ctx.body = readinessText(statuses);
  });
  router.get('/healthz', answerOk);
  router.get('/livez', answerOk);
  return appOf(router, options.guards);
}
