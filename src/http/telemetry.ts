// The pages of :8081: the metrics about ourselves, readiness by resource, and a landing page.
import { Router } from '@koa/router';
import type Koa from 'koa';
import { answerOk, appOf } from './app.ts';
import { type Leadership, noElection } from './leadership.ts';
import { telemetryPage } from './pages.ts';
import { isReady, type Readiness, readinessText } from './readiness.ts';

export interface TelemetryAppOptions {
  /** What a request has to pass before it is answered. */
  readonly guards?: readonly Koa.Middleware[];
  readonly selfMetrics: SelfExposition;
  readonly readiness: Readiness;
  /** Where this replica stands, where one of several leads. */
  readonly leadership?: Leadership;
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
  const { selfMetrics, readiness, version, metricsPort, leadership = noElection } = options;
  const router = new Router({ sensitive: true, strict: true });
  router.get('/', (ctx) =>
    telemetryPage(ctx, {
      ...{ version, metricsPort, statuses: readiness(), standing: leadership() },
    }),
  );
  router.get('/metrics', async (ctx) => {
    ctx.set('Content-Type', selfMetrics.contentType);
    ctx.body = await selfMetrics.text();
  });
  router.get('/readyz', (ctx) => {
    const statuses = readiness();
    const standing = leadership();
    ctx.status = isReady(statuses) && standing?.ready !== false ? 200 : 503;
    ctx.type = 'text/plain';
    ctx.body = readinessText(statuses, standing);
  });
  router.get('/healthz', answerOk);
  router.get('/livez', answerOk);
  return appOf(router, options.guards);
}
