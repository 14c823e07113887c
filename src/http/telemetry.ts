// telemetryApp serves :8081: metrics about kubestate, readiness, profiles, and a page about it all.
import { Router } from '@koa/router';
import type Koa from 'koa';
import { answerOk, appOf } from './app.ts';
import type { StatusReport } from './pages/statusReport.ts';
import { telemetryPage } from './pages/telemetryPage.ts';
import {
  isReady,
  type Leadership,
  noElection,
  type Readiness,
  readinessText,
} from './readiness.ts';

export interface TelemetryAppOptions {
  /** Middleware in front of all pages, as authentication. */
  readonly guards?: readonly Koa.Middleware[];
  readonly selfMetrics: SelfExposition;
  readonly readiness: Readiness;
  /** The replica's status in a leader election. */
  readonly leadership?: Leadership;
  /** For the page, asked at each request. */
  readonly status: () => Promise<StatusReport>;
  readonly metricsPort: number;
  /** Adds the pages of --enable-profiling. */
  readonly addProfiling?: ((router: Router) => void) | undefined;
}

/** The metrics about kubestate as text. */
export interface SelfExposition {
  readonly contentType: string;
  text(): Promise<string>;
}

/** The app of :8081; all that it shows is read for each request. */
export function telemetryApp(options: TelemetryAppOptions): Koa {
  const { selfMetrics, readiness, metricsPort, addProfiling, leadership = noElection } = options;
  const router = new Router({ sensitive: true, strict: true });
  router.get('/', async (ctx) => {
    const report = await options.status();
    telemetryPage(ctx, {
      report,
      metricsPort,
      statuses: readiness(),
      leaderStatus: leadership(),
      profiling: addProfiling !== undefined,
    });
  });
  addProfiling?.(router);
  router.get('/metrics', async (ctx) => {
    ctx.set('Content-Type', selfMetrics.contentType);
    ctx.body = await selfMetrics.text();
  });
  router.get('/readyz', (ctx) => {
    const statuses = readiness();
    const leaderStatus = leadership();
    ctx.status = isReady(statuses) && leaderStatus?.ready !== false ? 200 : 503;
    ctx.type = 'text/plain';
    ctx.body = readinessText(statuses, leaderStatus);
  });
  router.get('/healthz', answerOk);
  router.get('/livez', answerOk);
  return appOf(router, options.guards);
}
