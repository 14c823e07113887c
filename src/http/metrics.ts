// The pages of :8080: the cluster's metrics, liveness, and a landing page.
import { Router } from '@koa/router';
import type Koa from 'koa';
import type { Clock } from '../clock.ts';
import { negotiateEncoding, negotiateFormat } from '../exposition/negotiate.ts';
import { writeExposition } from '../exposition/write.ts';
import type { Stores } from '../metrics/store.ts';
import { answerOk, appOf, refuse } from './app.ts';
import { HeldStates } from './held.ts';
import { type Leadership, noElection } from './leadership.ts';
import { metricsPage } from './pages.ts';
import { isReady, type Readiness, summaryOf } from './readiness.ts';

/** One slow Prometheus must not keep the next from its scrape; beyond this it is a flood. */
const scrapesInFlightMax = 32;
/** A scraper that is turned away for the moment may come back after so many seconds. */
const retryAfterSeconds = 5;

/** What is read again for each request may change in between. */
export interface MetricsAppOptions {
  /** What a request has to pass before it is answered. */
  readonly guards?: readonly Koa.Middleware[];
  readonly stores: Pick<Stores, 'byResource' | 'snapshot'>;
  readonly readiness: Readiness;
  /** Whether scrapes are for us to answer, where one of several replicas does. */
  readonly leadership?: Leadership;
  /** Answer scrapes before every resource is synced, as KSM does. */
  readonly serveBeforeSync: boolean;
  /** Compress for the clients that ask for it. */
  readonly gzip: boolean;
  readonly observer: ScrapeObserver;
  /** Our version, and the port where the metrics about us are, for the landing page. */
  readonly version: string;
  readonly telemetryPort: number;
  readonly clock: Pick<Clock, 'now' | 'turn'>;
}

/** What is told of scrapes; self-metrics are made of it. */
export interface ScrapeObserver {
  /** A request for /metrics ended, whatever the answer. */
  request(method: 'get' | 'head', seconds: number): void;
  /** So many expositions are being written now. */
  inFlight(count: number): void;
  /** A scrape was turned away, for too many are in flight. */
  rejected(): void;
  /** So many scrapes were ended before their time, for they held what is long gone. */
  cutOff(scrapes: number): void;
}

/** The app of :8080; it answers scrapes from snapshots, and keeps nothing but their count. */
export function metricsApp(options: MetricsAppOptions): Koa {
  const { stores, readiness, version, telemetryPort, leadership = noElection } = options;
  const router = new Router({ sensitive: true, strict: true });
  router.get('/', (ctx) => {
    const statuses = readiness();
    const standing = leadership();
    metricsPage(ctx, { version, telemetryPort, statuses, standing, stores: stores.byResource });
  });
  router.get('/metrics', scrapes(options));
  router.get('/healthz', answerOk);
  router.get('/livez', answerOk);
  return appOf(router, options.guards);
}

function scrapes(options: MetricsAppOptions): (ctx: Koa.Context) => void {
  const { stores, readiness, observer, clock, leadership = noElection } = options;
  const held = new HeldStates();
  let inFlight = 0;
  return (ctx) => {
    const started = clock.now();
    let admitted = false;
    ctx.res.once('close', () => {
      observer.request(ctx.method === 'HEAD' ? 'head' : 'get', (clock.now() - started) / 1000);
      if (admitted) observer.inFlight(--inFlight);
    });
    const standing = leadership();
    // A connection that stays would lead here for as long, whatever the Service says.
    if (standing?.keeps === false) ctx.set('Connection', 'close');
    if (standing?.serves === false) return turnAway(ctx, standing.sentence);
    const statuses = readiness();
    if (!options.serveBeforeSync && !isReady(statuses)) return turnAway(ctx, summaryOf(statuses));
    if (inFlight >= scrapesInFlightMax) {
      observer.rejected();
      return turnAway(ctx, `${inFlight} scrapes are being answered, and no more at once.`);
    }
    admitted = true;
    observer.inFlight(++inFlight);
    const snapshot = stores.snapshot(selectionOf(ctx.querystring));
    const cut = (): void => void ctx.res.destroy();
    ctx.res.once(
      'close',
      held.hold(snapshot.state, cut, (scrapes) => observer.cutOff(scrapes)),
    );
    const encoding = options.gzip ? negotiateEncoding(ctx) : 'identity';
    writeExposition(ctx, snapshot, negotiateFormat(ctx.headers.accept), encoding, clock);
  };
}

function turnAway(ctx: Koa.Context, sentence: string): void {
  ctx.set('Retry-After', String(retryAfterSeconds));
  refuse(ctx, 503, sentence);
}

/**
 * The resources that `resources=` and `exclude_resources=` leave, as in KSM: comma lists that may
 * be repeated, both count, and names of no resource choose nothing.
 */
function selectionOf(querystring: string): (resource: string) => boolean {
  const query = new URLSearchParams(querystring);
  const namesOf = (key: string): Set<string> =>
    new Set(query.getAll(key).flatMap((list) => list.split(',').map((name) => name.trim())));
  const all = !query.has('resources');
  const included = namesOf('resources');
  const excluded = namesOf('exclude_resources');
  return (resource) => (all || included.has(resource)) && !excluded.has(resource);
}
