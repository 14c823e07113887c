// metricsApp serves :8080: the cluster's metrics, liveness, a landing page, and the explorer.
import { Router } from '@koa/router';
import type Koa from 'koa';
import type { Clock } from '../lib/clock.ts';
import type { Stores } from '../store/types.ts';
import { answerOk, appOf, refuseForNow } from './app.ts';
import { negotiateEncoding, negotiateFormat } from './negotiate.ts';
import { type ExplorerFiles, serveExplorer } from './pages/explorer.ts';
import { metricsPage } from './pages/metricsPage.ts';
import { isReady, type Leadership, noElection, type Readiness, summaryOf } from './readiness.ts';
import { clientOf, type Release, Slots } from './slots.ts';
import { SnapshotHolders } from './snapshotHolders.ts';
import { writeExposition } from './writeSnapshot.ts';

/**
 * Scrapes at once, so that a slow Prometheus does not block the next one. A client address may have
 * half of them; loopback, where a proxy may stand for many clients, all but two.
 */
const scrapesInFlightMax = 32;
const scrapesPerClientMax = 16;
const scrapesPerLoopbackMax = 30;
/** How long a scrape waits for a free slot. */
const queueMsMax = 5_000;

/** Functions are called for each request, because their results change. */
export interface MetricsAppOptions {
  /** Middleware in front of all pages, as authentication. */
  readonly guards?: readonly Koa.Middleware[];
  readonly stores: Pick<Stores, 'byResource' | 'snapshot'>;
  readonly readiness: Readiness;
  /** The replica's status in a leader election. */
  readonly leadership?: Leadership;
  /** Answer scrapes before every resource is synced, as kube-state-metrics does. */
  readonly serveBeforeSync: boolean;
  /** Compress for the clients that ask for it. */
  readonly gzip: boolean;
  readonly observer: ScrapeObserver;
  /** The routes of the explorer's API. */
  readonly explorer?: Router | undefined;
  /** What makes the page at `/` the explorer in browsers. */
  readonly explorerFiles?: ExplorerFiles | undefined;
  /** For the landing page. */
  readonly version: string;
  readonly telemetryPort: number;
  readonly clock: Pick<Clock, 'now' | 'turn' | 'sleep'>;
}

/** Counts scrapes for the self-metrics. */
export interface ScrapeObserver {
  /** A request for /metrics ended, whatever the answer. */
  request(method: 'get' | 'head', seconds: number): void;
  /** So many expositions are being written now. */
  inFlight(count: number): void;
  /** A scrape was rejected because too many are in flight. */
  rejected(): void;
  /** So many scrapes were cut off because they held a snapshot that is too old. */
  cutOff(scrapes: number): void;
}

/** The app of :8080; scrapes are answered from snapshots of the stores. */
export function metricsApp(options: MetricsAppOptions): Koa {
  const { stores, readiness, version, telemetryPort, leadership = noElection } = options;
  const { explorer, explorerFiles } = options;
  const router = new Router({ sensitive: true, strict: true });
  // The first route of a path answers.
  if (explorer !== undefined) router.use(explorer.routes());
  if (explorerFiles !== undefined) serveExplorer(router, explorerFiles);
  router.get('/', (ctx) => {
    const statuses = readiness();
    const leaderStatus = leadership();
    metricsPage(ctx, {
      version,
      telemetryPort,
      statuses,
      leaderStatus: leaderStatus,
      stores: stores.byResource,
      explorerFiles,
    });
  });
  router.get('/metrics', scrapes(options));
  router.get('/healthz', answerOk);
  router.get('/livez', answerOk);
  return appOf(router, options.guards);
}

function scrapes(options: MetricsAppOptions): (ctx: Koa.Context) => Promise<void> {
  const { stores, observer, clock } = options;
  const holders = new SnapshotHolders();
  const slots = new Slots({
    total: scrapesInFlightMax,
    perClient: scrapesPerClientMax,
    perLoopback: scrapesPerLoopbackMax,
  });
  return async (ctx) => {
    const started = clock.now();
    const closed = new AbortController();
    let releaseSlot: Release | undefined;
    let releaseSnapshot = (): void => undefined;
    ctx.res.once('close', () => {
      closed.abort('closed');
      observer.request(ctx.method === 'HEAD' ? 'head' : 'get', (clock.now() - started) / 1000);
      releaseSnapshot();
      if (releaseSlot === undefined) return;
      releaseSlot();
      observer.inFlight(slots.inUse());
    });
    if (isRefused(ctx, options)) return;
    const client = clientOf(ctx.req.socket);
    releaseSlot = await slots.acquire(client, queueMsMax, clock, closed.signal);
    // The client may have disconnected just as it got the slot.
    if (closed.signal.aborted) return void releaseSlot?.();
    if (releaseSlot === undefined) return rejectScrape(ctx, slots, client, observer);
    observer.inFlight(slots.inUse());
    // Readiness and leadership may have changed while the scrape waited for a slot.
    if (isRefused(ctx, options)) return;
    const snapshot = stores.snapshot(selectionOf(ctx.querystring));
    const cut = (): void => void ctx.res.destroy();
    releaseSnapshot = holders.hold(snapshot.state, cut, (scrapes) => observer.cutOff(scrapes));
    const encoding = options.gzip ? negotiateEncoding(ctx) : 'identity';
    const format = negotiateFormat(ctx.headers.accept);
    // Released when the response ends: text is read until it is noticed that the client has left.
    await writeExposition(ctx, snapshot, format, encoding, clock).finally(snapshot.release);
  };
}

/** Refuses a scrape before the first sync, and where another replica leads. */
function isRefused(ctx: Koa.Context, options: MetricsAppOptions): boolean {
  const { readiness, leadership = noElection, serveBeforeSync } = options;
  const leaderStatus = leadership();
  // A kept-alive connection would stay with this replica, whatever the Service selects.
  if (leaderStatus?.keepsConnections === false) ctx.set('Connection', 'close');
  const statuses = readiness();
  const sentence =
    leaderStatus?.serves === false
      ? leaderStatus.sentence
      : serveBeforeSync || isReady(statuses)
        ? undefined
        : summaryOf(statuses);
  if (sentence !== undefined) refuseForNow(ctx, sentence);
  return sentence !== undefined;
}

function rejectScrape(
  ctx: Koa.Context,
  slots: Slots,
  client: string,
  observer: ScrapeObserver,
): void {
  observer.rejected();
  const [all, own] = [slots.inUse(), slots.inUse(client)];
  refuseForNow(
    ctx,
    `Too many scrapes at once: ${all} are in flight, ${own} of them for ${client}.`,
  );
}

/**
 * The resources that `resources=` and `exclude_resources=` select, as in kube-state-metrics: comma
 * lists that may be repeated; both apply, and unknown names select nothing. A custom resource may
 * be called by its plural, and by that with its group.
 */
function selectionOf(querystring: string): (names: readonly string[]) => boolean {
  const query = new URLSearchParams(querystring);
  const namesOf = (key: string): Set<string> =>
    new Set(query.getAll(key).flatMap((list) => list.split(',').map((name) => name.trim())));
  const all = !query.has('resources');
  const included = namesOf('resources');
  const excluded = namesOf('exclude_resources');
  return (names) =>
    (all || names.some((name) => included.has(name))) && !names.some((name) => excluded.has(name));
}
