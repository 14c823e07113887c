// Answers list requests: finds the requested version and page, and renders the body in pieces.
import type { Clock } from '../../lib/clock.ts';
import type { Selector } from '../selectors.ts';
import { badRequest, expired, versionTooLarge } from './apiStatus.ts';
import { anyVersion, type ListOptions } from './listOptions.ts';
import type { Page, Representation } from './representation.ts';
import { lowerBound, type StateList } from './stateList.ts';
import type { Storage } from './storage.ts';

export interface ListRequest {
  readonly storage: Storage;
  /** Absent for all namespaces. */
  readonly namespace: string | undefined;
  readonly selector: Selector | undefined;
  readonly options: ListOptions;
}

/** How long a list waits for a version that the server has not reached. */
export interface WaitOptions {
  readonly clock: Clock;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** Finds the requested page; throws an ApiStatus if there is none. */
export async function findPage(request: ListRequest, wait: WaitOptions): Promise<Page> {
  const { storage, options } = request;
  if (options.continue !== '') return nextPage(request);
  const asked = Number(options.resourceVersion);
  if (asked > storage.version) await awaitVersion(storage, asked, wait);
  const exact = isExact(options) ? asked : undefined;
  const version = exact ?? storage.version;
  const items = storage.itemsAt(version);
  if (items === undefined) throw expired('The resourceVersion for the provided list is too old.');
  // With resourceVersion=0 the watch cache answers, which ignores the limit.
  const limit = anyVersion(options) ? 0 : options.limit;
  return pageOf(request, { items: within(items, request.namespace), version, limit });
}

/** Whether the version must match exactly; a limit implies it unless the query says otherwise. */
function isExact({ resourceVersion, resourceVersionMatch: match, limit }: ListOptions): boolean {
  if (match !== '') return match === 'Exact';
  return resourceVersion !== '' && resourceVersion !== '0' && limit > 0;
}

function nextPage(request: ListRequest): Page {
  const { storage, namespace, options } = request;
  if (options.resourceVersion !== '' && !anyVersion(options)) {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  const token = decodeToken(options.continue);
  const version = token.version ?? storage.version;
  const items = storage.itemsAt(version);
  if (items === undefined || version > storage.version) {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. ' +
        'The token of this answer continues with what there is now.',
      encodeToken({ start: token.start }),
    );
  }
  const all = within(items, namespace);
  const rest = all.slice(lowerBound(all, ({ key }) => key >= token.start));
  return pageOf(request, { items: rest, version, limit: options.limit });
}

function pageOf(
  { storage, selector }: ListRequest,
  { items, version, limit }: { items: StateList; version: number; limit: number },
): Page {
  const resourceVersion = String(version);
  const selected =
    selector === undefined ? items : [...items].filter((stored) => selector(storage.read(stored)));
  const next = limit > 0 ? selected.at(limit) : undefined;
  if (next === undefined) return { metadata: { resourceVersion }, items: selected };
  return {
    metadata: {
      resourceVersion,
      continue: encodeToken({ version, start: next.key }),
      // With a selector the API server does not count remaining items.
      ...(selector === undefined && { remainingItemCount: selected.length - limit }),
    },
    items: selected.slice(0, limit),
  };
}

/** The page with the shard selector that the server says it has applied. */
export const echoing = (page: Page, selector: string | undefined): Page =>
  selector === undefined
    ? page
    : { ...page, metadata: { ...page.metadata, shardInfo: { selector } } };

/** The body of a page in pieces: head, one for each item, tail. */
export function* listPieces(storage: Storage, page: Page, as: Representation): Iterable<Buffer> {
  const { kind } = storage;
  const { head, tail } = as.envelope(kind, page);
  yield head;
  let separator = '';
  for (const state of page.items) {
    const item = as.item(kind, state);
    yield separator === '' ? item : Buffer.concat([Buffer.from(separator), item]);
    ({ separator } = as);
  }
  yield tail;
}

/** The objects of one namespace, which are adjacent. */
function within(items: StateList, namespace: string | undefined): StateList {
  if (namespace === undefined) return items;
  const start = lowerBound(items, ({ key }) => key >= `${namespace}/`);
  // '0' is the character after '/'.
  return items.slice(
    start,
    lowerBound(items, ({ key }) => key >= `${namespace}0`),
  );
}

async function awaitVersion(storage: Storage, asked: number, wait: WaitOptions): Promise<void> {
  const arrived = new AbortController();
  const unsubscribe = storage.subscribe(() => {
    if (storage.version >= asked) arrived.abort();
  });
  try {
    const enough = AbortSignal.any([wait.signal, arrived.signal]);
    await wait.clock.sleep(wait.waitMs, enough);
  } finally {
    unsubscribe();
  }
  if (storage.version < asked) throw versionTooLarge(asked, storage.version);
}

/** The content of a continue token; without a version the list continues with the current state. */
interface Token {
  readonly version?: number;
  readonly start: string;
}

const TOKEN_FORM = 'meta.k8s.io/v1';

function encodeToken({ version = -1, start }: Token): string {
  return Buffer.from(JSON.stringify({ v: TOKEN_FORM, rv: version, start })).toString('base64url');
}

function decodeToken(text: string): Token {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (v === TOKEN_FORM && Number.isInteger(rv) && typeof start === 'string') {
      return { start, ...(rv >= 0 && { version: rv }) };
    }
  } catch {
    // Not even JSON: handled below.
  }
  throw badRequest('continue key is not valid: expected one that a list of this server gave');
}
