// explorerRoutes are the routes of /api/v1: JSON answers, and a sentence for every refusal.
import { promisify } from 'node:util';
import { constants, gzip, gzipSync } from 'node:zlib';
import { Router } from '@koa/router';
import type Koa from 'koa';
import { refuse, refuseForNow } from '../http/app.ts';
import { negotiateEncoding } from '../http/negotiate.ts';
import type { Clock } from '../lib/clock.ts';
import type { Sizes } from '../store/types.ts';
import {
  familiesAnswer,
  namespacesAnswer,
  objectAnswer,
  objectsAnswer,
  quoted,
  statusAnswer,
} from './answers.ts';
import type * as api from './api.ts';
import { namespaceLimits, objectLimits, openApi, searchCharsMax } from './openapi.ts';
import { ApiRefusal } from './refusal.ts';
import type { SlowAnswers } from './slowAnswers.ts';
import type { ExplorerSource } from './source.ts';
import { usage } from './usage.ts';

/** Shorter answers fit into a packet, and are sent as they are. */
const gzipCharsMin = 1_400;
/** To hand more than this to a thread is cheaper than to keep the event loop for a millisecond. */
const syncCharsMax = 256 * 1024;
/**
 * Pages poll: the fastest level takes a third of the default's time, for a fifth more bytes. With
 * these sizes zlib's memory comes from the heap; larger parts are mapped and unmapped each time.
 */
const zlibOptions = { level: constants.Z_BEST_SPEED, windowBits: 13, memLevel: 6 };

/** Namespaces that become JSON before the event loop turns: half a megabyte takes some 3 ms. */
const namespacesPerTurn = 500;

const gzipped = promisify(gzip);

export function explorerRoutes(source: ExplorerSource, slow: SlowAnswers): Router {
  const router = new Router({ prefix: '/api/v1', sensitive: true, strict: true });
  const get = (path: string, answer: Answer): void => {
    router.get(path, (ctx) => refusing(ctx, answer));
  };
  const getJson = (path: string, answer: Answer): void =>
    get(path, async (ctx) => answerJson(ctx, JSON.stringify(await answer(ctx)), source.gzip));
  /** An answer of the snapshot alone: who has that of this snapshot gets 304. */
  const getOfSizes = (path: string, text: SizesAnswer): void =>
    get(path, async (ctx) => {
      const sizes = source.stores.sizes();
      const making = text(ctx, sizes);
      if (isUnchanged(ctx, source.startedMs, sizes)) return;
      await answerJson(ctx, await making(), source.gzip);
    });
  getJson('/status', () => statusAnswer(source));
  getOfSizes('/families', (_, sizes) => () => JSON.stringify(familiesAnswer(sizes)));
  getOfSizes('/namespaces', (ctx, sizes) => {
    const limit = limitOf(ctx, namespaceLimits);
    return () => namespacesText(namespacesAnswer(sizes, limit), source.clock);
  });
  getJson('/objects', (ctx) => {
    const closed = new AbortController();
    ctx.res.once('close', () => closed.abort('closed'));
    return objectsAnswer(source, searchOf(ctx), limitOf(ctx, objectLimits), closed.signal);
  });
  getJson('/objects/:resource/:namespace/:name', (ctx) =>
    objectAnswer(source, {
      resource: paramOf(ctx, 'resource'),
      namespace: paramOf(ctx, 'namespace'),
      name: paramOf(ctx, 'name'),
    }),
  );
  getJson('/history', () => source.history.answer());
  getJson('/usage', () => usage);
  getJson('/openapi.json', () => openApi(source.version));
  get('/families/:name/labels', (ctx) => slow.familyLabels(ctx, paramOf(ctx, 'name')));
  get('/namespaces/:namespace/families', (ctx) =>
    slow.namespaceFamilies(ctx, paramOf(ctx, 'namespace')),
  );
  get('/zeros', (ctx) => slow.zeros(ctx));
  get('/*rest', ({ path }) => {
    const got = quoted(path);
    throw new ApiRefusal(404, `Expected a path of api/v1/openapi.json, got ${got}.`);
  });
  return router;
}

type Answer = (ctx: Koa.Context) => unknown;
/** Reads the parameters, and returns what makes the JSON. */
type SizesAnswer = (ctx: Koa.Context, sizes: Sizes) => () => string | Promise<string>;

/** Headers of every answer; refusals become sentences. */
async function refusing(ctx: Koa.Context, answer: Answer): Promise<void> {
  ctx.set('Cache-Control', 'no-store');
  ctx.set('X-Content-Type-Options', 'nosniff');
  try {
    await answer(ctx);
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    if (error.status === 503) refuseForNow(ctx, error.message);
    else refuse(ctx, error.status, error.message);
  }
}

/**
 * Whether the client has the answer of this snapshot, which is 304 then. A browser may keep it, and
 * asks each time. The number of stores is in the tag because one that is added empty changes the
 * families, but not the snapshot; the start of the process, because another one counts from zero.
 */
function isUnchanged(ctx: Koa.Context, startedMs: number, { state, resources }: Sizes): boolean {
  ctx.set('Cache-Control', 'private, no-cache');
  ctx.vary('Accept-Encoding');
  const tag = `"${startedMs}-${state}-${resources.length}"`;
  ctx.set('ETag', `W/${tag}`);
  // Not `ctx.fresh`: `fetch` adds no-cache where its caller gives a tag, which is to ask us.
  const known = ctx.get('If-None-Match').split(',');
  const isKnown = known.some((one) => one.trim().replace(/^W\//, '') === tag);
  if (isKnown) ctx.status = 304;
  return isKnown;
}

/** The event loop turns between parts of a long list. */
async function namespacesText(
  { namespaces, ...others }: api.Namespaces,
  clock: Pick<Clock, 'turn'>,
): Promise<string> {
  const parts: string[] = [];
  for (let from = 0; from < namespaces.length; from += namespacesPerTurn) {
    if (from > 0) await clock.turn();
    const part = JSON.stringify(namespaces.slice(from, from + namespacesPerTurn));
    parts.push(part.slice(1, -1));
  }
  return `${JSON.stringify(others).slice(0, -1)},"namespaces":[${parts.join()}]}`;
}

async function answerJson(ctx: Koa.Context, text: string, compress: boolean): Promise<void> {
  ctx.type = 'application/json';
  ctx.vary('Accept-Encoding');
  if (!compress || text.length < gzipCharsMin || negotiateEncoding(ctx) !== 'gzip') {
    ctx.body = text;
    return;
  }
  ctx.set('Content-Encoding', 'gzip');
  ctx.body =
    text.length > syncCharsMax ? await gzipped(text, zlibOptions) : gzipSync(text, zlibOptions);
}

const paramOf = ({ params }: Koa.Context, name: string): string =>
  (params as Readonly<Record<string, string>>)[name] ?? '';

function limitOf(ctx: Koa.Context, { initial, max }: typeof objectLimits): number {
  const text = queryOf(ctx, 'limit');
  if (text === undefined) return initial;
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (limit >= 1 && limit <= max) return limit;
  throw new ApiRefusal(400, `Expected a limit from 1 to ${max}, got ${quoted(text)}.`);
}

function searchOf(ctx: Koa.Context): string {
  const text = queryOf(ctx, 'search') ?? '';
  if (text.length > 0 && text.length <= searchCharsMax) return text;
  const got = text === '' ? 'none' : `${text.length} characters`;
  throw new ApiRefusal(
    400,
    `Expected ?search= with 1 to ${searchCharsMax} characters, got ${got}.`,
  );
}

function queryOf(ctx: Koa.Context, name: string): string | undefined {
  const values = new URLSearchParams(ctx.querystring).getAll(name);
  if (values.length <= 1) return values[0];
  throw new ApiRefusal(400, `Expected ?${name}= once, got it ${values.length} times.`);
}
