// addProfiling serves CPU profiles and heap snapshots of this process, one at a time.
import type { Readable } from 'node:stream';
import type { Router } from '@koa/router';
import type Koa from 'koa';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { refuse, refuseForNow } from './app.ts';
import { clientOf } from './slots.ts';

const secondsDefault = 10;
const secondsMax = 60;
/** A response may take so much longer than others. */
export const profileMsMax = secondsMax * 1_000;

const cpuPath = '/debug/profile/cpu';
const heapPath = '/debug/profile/heap';
export const profilePaths: ReadonlySet<string> = new Set([cpuPath, heapPath]);

/** What looks into this process. */
export interface Profiler {
  /** A CPU profile of so much time, as JSON; undefined where the signal ended it early. */
  cpuProfile(ms: number, signal: AbortSignal): Promise<string | undefined>;
  /** What a heap snapshot would take now, and what there is, in bytes. */
  snapshotRoom(): SnapshotRoom;
  /** A heap snapshot as JSON; the process does nothing else until it is made. */
  heapSnapshot(): Readable;
}

export interface SnapshotRoom {
  readonly neededBytes: number;
  readonly freeBytes: number;
}

export interface ProfilingOptions {
  readonly profiler: Profiler;
  /** Whether users must log in at the moment. */
  readonly isProtected: () => boolean;
  readonly clock: Pick<Clock, 'wall'>;
  readonly log: Pick<Logger, 'warn'>;
}

/** Makes the profile that the request asks for; undefined where it was refused, or has ended. */
type Take = (ctx: Koa.Context, closed: AbortSignal) => Promise<string | Readable | undefined>;

/** Adds the two pages; while one profile is made or sent, others are refused. */
export function addProfiling(router: Router, options: ProfilingOptions): void {
  const { isProtected, clock } = options;
  let underWay: string | undefined;
  const page = (what: string, extension: string, take: Take): Koa.Middleware => {
    return async (ctx) => {
      if (ctx.method !== 'GET') return refuseMethod(ctx);
      if (!isProtected()) return refuse(ctx, 403, unprotected);
      if (isFromElsewhere(ctx)) return refuse(ctx, 403, fromElsewhere);
      // Who has left while the request was reviewed closes nothing any more.
      if (ctx.res.closed) return;
      if (underWay !== undefined) return refuseForNow(ctx, `${underWay} is under way; try again.`);
      underWay = what;
      let streams = false;
      const closed = new AbortController();
      ctx.res.once('close', () => {
        if (streams) underWay = undefined;
        closed.abort('closed');
      });
      try {
        const profile = await take(ctx, closed.signal);
        if (profile === undefined) return;
        streams = typeof profile !== 'string';
        ctx.body = profile;
        ctx.attachment(nameOf(clock, extension));
        ctx.type = 'application/json';
      } finally {
        if (!streams) underWay = undefined;
      }
    };
  };
  router.get(cpuPath, page('A CPU profile', 'cpuprofile', takeCpuProfile(options)));
  router.get(heapPath, page('A heap snapshot', 'heapsnapshot', takeSnapshot(options)));
}

const takeCpuProfile =
  ({ profiler, log }: ProfilingOptions): Take =>
  async (ctx, closed) => {
    const seconds = secondsIn(ctx.querystring);
    if (seconds === undefined) {
      refuse(ctx, 400, wrongSeconds(ctx.querystring));
      return undefined;
    }
    log.warn({ seconds, client: clientOf(ctx.req.socket) }, 'taking a CPU profile');
    return profiler.cpuProfile(seconds * 1_000, closed);
  };

const takeSnapshot =
  ({ profiler, log }: ProfilingOptions): Take =>
  async (ctx) => {
    const room = profiler.snapshotRoom();
    if (room.freeBytes < room.neededBytes) {
      refuse(ctx, 503, noRoom(room));
      return undefined;
    }
    log.warn(
      { ...room, client: clientOf(ctx.req.socket) },
      'taking a heap snapshot: nothing else is done until it is made',
    );
    return profiler.heapSnapshot();
  };

function refuseMethod(ctx: Koa.Context): void {
  ctx.set('Allow', 'GET');
  refuse(ctx, 405, `${ctx.path} answers GET, not ${ctx.method}.`);
}

const unprotected =
  'Profiles are refused while nobody has to log in: expected basic_auth_users in the file of ' +
  '--tls-config, got none; add a user, or start with --auth-filter.';

/** A browser that knows the login would send it for the page of any site, and cause a pause. */
const isFromElsewhere = (ctx: Koa.Context): boolean =>
  ['cross-site', 'same-site'].includes(ctx.get('Sec-Fetch-Site'));

const fromElsewhere =
  'Profiles are taken from the page on this port or by its address, not from the page of another ' +
  'site: open / here and follow the link.';

/** The seconds that the query asks for; undefined where they are wrong. */
function secondsIn(querystring: string): number | undefined {
  const given = new URLSearchParams(querystring).get('seconds');
  if (given === null) return secondsDefault;
  const seconds = Number(given);
  return /^\d+$/.test(given) && seconds >= 1 && seconds <= secondsMax ? seconds : undefined;
}

const wrongSeconds = (querystring: string): string => {
  const got = JSON.stringify(new URLSearchParams(querystring).get('seconds'));
  return `seconds: expected a whole number from 1 to ${secondsMax}, got ${got}.`;
};

const mib = 2 ** 20;

function noRoom({ neededBytes, freeBytes }: SnapshotRoom): string {
  const [needed, free] = [Math.ceil(neededBytes / mib), Math.max(0, Math.floor(freeBytes / mib))];
  return (
    `A heap snapshot may take ${needed} MiB, and ${free} MiB are free: raise the memory limit of ` +
    `the container by ${needed - free} MiB, and take it then.`
  );
}

/** A name that says when it was taken. */
function nameOf(clock: ProfilingOptions['clock'], extension: string): string {
  const time = new Date(clock.wall()).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `kubestate-${time}.${extension}`;
}
