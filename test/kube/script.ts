// A server that follows a script, and what a reflector makes of it: the rows of the tests beside.

import { getEventListeners } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import nock from 'nock';
import { Reflector } from '../../src/kube/reflector.ts';
import type { ShardSelection } from '../../src/kube/shardSelection.ts';
import type { Collection, SyncStatus } from '../../src/kube/types.ts';
import { TestClock } from '../support/clock.ts';
import {
  clientOf,
  MemorySink,
  object,
  recordingLog,
  recordingObserver,
  settled,
} from './harness.ts';

const server = 'http://api.test:8080';
const pods: Collection = { resource: 'pods', group: '', version: 'v1' };

// Requests as the rows spell them: what is the same in all of one kind is left out.
export const streamed = 'watch list';
export const watchFrom = (version: number): string => `watch ${version}`;
export const listed = (query: string): string => `list ${query}`;

/** What the server does next, or what the clock does meanwhile. */
export type Step =
  | { readonly body: unknown }
  | { readonly status: number; readonly body: unknown; readonly headers?: Record<string, string> }
  | { readonly events: readonly unknown[]; readonly end: 'open' | 'close' | 'cut' }
  | { readonly broken: string }
  | { readonly passMs: number }
  /** The watch that is open breaks within an event, so long after the step before. */
  | { readonly cutAfterMs: number }
  | { readonly relist: 'resharded' };

type Answer = Exclude<Step, { passMs: number } | { cutAfterMs: number } | { relist: string }>;

const isAnswer = (step: Step): step is Answer =>
  !('passMs' in step || 'cutAfterMs' in step || 'relist' in step);

export interface Row {
  readonly behaviour: string;
  readonly steps: readonly Step[];
  readonly requests: readonly string[];
  readonly content: readonly string[];
  readonly told: readonly string[];
  readonly status?: Partial<SyncStatus>;
  readonly log?: readonly string[];
}

export const added = (key: string, version: number) => ({
  type: 'ADDED',
  object: object(key, version),
});
export const modified = (key: string, version: number) => ({
  ...added(key, version),
  type: 'MODIFIED',
});
export const deleted = (key: string, version: number) => ({
  ...added(key, version),
  type: 'DELETED',
});
export const bookmark = (version: number) => ({
  type: 'BOOKMARK',
  object: { metadata: { resourceVersion: String(version) } },
});
export const closing = (version: number) => ({
  type: 'BOOKMARK',
  object: {
    metadata: {
      resourceVersion: String(version),
      annotations: { 'k8s.io/initial-events-end': 'true' },
    },
  },
});
export const list = (version: number, items: readonly unknown[], token = '') => ({
  body: { metadata: { resourceVersion: String(version), continue: token }, items },
});
export const refusal = (code: number, reason: string, more: object = {}) => ({
  status: code,
  body: { kind: 'Status', status: 'Failure', code, reason, message: `says ${reason}`, ...more },
});
export const failed = (code: number, reason: string) => ({
  type: 'ERROR',
  object: refusal(code, reason).body,
});
export const gone = refusal(410, 'Expired');
export const tooLarge = refusal(504, 'Timeout', {
  details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large' }] },
});
export const noWatchList = refusal(422, 'Invalid');
export const discovery = (...names: string[]) => ({
  body: { resources: names.map((name) => ({ name })) },
});

/** A server that streams its list: one pod at version 10, then the events given. */
export const synced = (...events: unknown[]) => [added('x/a', 9), closing(10), ...events];
export const start = ['relist start', 'watch success', 'list success'];
export const firstList = ['relist start', 'list success', 'watch success'];

/** A reflector at work on a server that answers by the steps. */
export function begin(steps: readonly Step[], shardSelection?: ShardSelection) {
  const clock = new TestClock();
  const sink = new MemorySink();
  const observer = recordingObserver();
  const log = recordingLog();
  const client = clientOf(server, clock, log);
  const shared = { client, collection: pods, sink, observer, clock, log, shardSelection };
  const reflector = new Reflector({ ...shared, random: () => 0 });
  const { requests, bodies } = serve(steps);
  const stop = new AbortController();
  const running = reflector.run(stop.signal);
  const look = () => [requests, observer.told, sink.puts, clock.pending];
  const cut = (afterMs: number): void => {
    clock.advance(afterMs);
    bodies.at(-1)?.end('{"type":');
  };
  return { clock, sink, observer, log, reflector, requests, stop, running, look, cut };
}

/** Plays the row's script to a reflector, then compares all that can be seen of it with the row. */
export async function play(row: Row): Promise<void> {
  const at = begin(row.steps);
  const { clock, sink, observer, log, reflector, requests, stop, running, look } = at;
  for (const step of row.steps) {
    if (isAnswer(step)) continue;
    await settled(look);
    if ('relist' in step) reflector.relist(step.relist);
    else if ('cutAfterMs' in step) at.cut(step.cutAfterMs);
    else await clock.pass(step.passMs);
  }
  await settled(look);

  expect(requests).to.deep.equal(row.requests);
  expect(nock.pendingMocks(), 'answers not asked for').to.deep.equal([]);
  expect(sink.content).to.deep.equal(row.content);
  expect(observer.told).to.deep.equal(row.told);
  expect(reflector.status).to.include(row.status ?? {});
  if (row.log !== undefined) expect(log.lines).to.deep.equal(row.log);

  // One wait at a time, and one listener for it and one for the watch: nothing piles up.
  expect(clock.pending).to.have.length.at.most(1);
  expect(getEventListeners(stop.signal, 'abort')).to.have.length.at.most(2);

  stop.abort();
  await running;
  expect(clock.pending, 'waits left behind').to.deep.equal([]);
  expect(sink.relistings.open, 'lists left open').to.equal(0);
}

/**
 * Answers each request by the next step that is an answer. Grows: the requests as rows spell them,
 * and the bodies of watches.
 */
function serve(steps: readonly Step[]): { requests: string[]; bodies: PassThrough[] } {
  const requests: string[] = [];
  const bodies: PassThrough[] = [];
  const scope = nock(server);
  for (const step of steps) {
    if (!isAnswer(step)) continue;
    const request = scope.get(/.*/);
    if ('broken' in step) request.replyWithError(errorOf(step.broken));
    else
      request.reply(() => {
        const answer = answerOf(step);
        if (typeof answer[1] !== 'string') bodies.push(answer[1]);
        return answer;
      });
  }
  scope.on('request', (request: Request) => requests.push(spelled(request.url)));
  return { requests, bodies };
}

function errorOf(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

function answerOf(
  step: Exclude<Answer, { broken: string }>,
): [number, string | PassThrough, Record<string, string>] {
  if (!('events' in step)) {
    const { status, headers } = { status: 200, headers: {}, ...step };
    return [status, typeof step.body === 'string' ? step.body : JSON.stringify(step.body), headers];
  }
  const body = new PassThrough();
  // A blank line makes nock send the headers of a watch that has nothing to tell yet.
  body.write('\n');
  const lines = step.events.map((event) =>
    typeof event === 'string' ? event : JSON.stringify(event),
  );
  body.write(lines.join('\n') + (step.end === 'cut' ? '' : '\n'));
  if (step.end !== 'open') body.end();
  return [200, body, {}];
}

/** A request as the rows spell it; in full where it lacks what every one of its kind must have. */
function spelled(url: string): string {
  const { pathname, searchParams: query } = new URL(url);
  if (pathname === '/api/v1') return 'discovery';
  const version = query.get('resourceVersion');
  if (query.get('watch') !== 'true') return listed(String(query));
  query.sort();
  const common = 'allowWatchBookmarks=true';
  const at = version === null ? '' : `&resourceVersion=${version}`;
  const from = `${common}${at}&timeoutSeconds=300&watch=true`;
  if (String(query) === from && version !== null) return watchFrom(Number(version));
  const match = '&resourceVersionMatch=NotOlderThan&sendInitialEvents=true';
  const whole = `${common}${at}${match}&timeoutSeconds=300&watch=true`;
  if (String(query) === whole) return version === null ? streamed : `${streamed} ${version}`;
  return url;
}
