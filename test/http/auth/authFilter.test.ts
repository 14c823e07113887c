// --auth-filter: what is asked of the API server, what is remembered, and what its outage leaves.

import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Router } from '@koa/router';
import { expect } from 'chai';
import nock from 'nock';
import { answerOk, appOf } from '../../../src/http/app.ts';
import { authFilter, type Reviewer } from '../../../src/http/auth/authFilter.ts';
import type { Listening } from '../../../src/http/server.ts';
import { TestClock } from '../../support/clock.ts';
import { until } from '../../support/until.ts';
import { ask, keptLog, serve } from '../harness.ts';

const minute = 60_000;
const tokenPath = '/apis/authentication.k8s.io/v1/tokenreviews';
const accessPath = '/apis/authorization.k8s.io/v1/subjectaccessreviews';

interface Asked {
  readonly path: string;
  readonly body: { readonly spec: Record<string, unknown> };
}

/** An API server that knows the tokens `may` and `may-not`, and is in order unless told. */
class Reviews implements Reviewer {
  readonly asked: Asked[] = [];
  state: 'up' | 'down' | 'hanging' | 'odd' = 'up';
  /** Answers wait for it. */
  gate: Promise<void> = Promise.resolve();
  /** Tokens about which no answer comes. */
  hangsFor: RegExp | undefined;
  takenBack = new Set<string>();
  allowed = new Set(['system:serviceaccount:monitoring:may']);
  /** Those who may get the page that is reviewed by its own path. */
  allowedOwn = new Set<string>();

  async create(path: string, body: object, signal: AbortSignal): Promise<unknown> {
    this.asked.push({ path, body: body as Asked['body'] });
    if (this.state === 'down') throw new Error('connect ECONNREFUSED');
    if (this.state === 'odd') return { status: { allowed: 'yes', authenticated: true } };
    const { token = '' } = (body as Asked['body']).spec;
    if (this.state === 'hanging' || this.hangsFor?.test(String(token))) {
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    }
    await this.gate;
    const { spec } = body as Asked['body'];
    if (path === accessPath) {
      const { path: page } = spec.nonResourceAttributes as { path: string };
      const allowed = (page === '/own' ? this.allowedOwn : this.allowed).has(String(spec.user));
      return { status: { allowed } };
    }
    const known = ['may', 'may-not'].includes(String(spec.token));
    if (!known || this.takenBack.has(String(spec.token))) return { status: { error: 'expired' } };
    const username = `system:serviceaccount:monitoring:${spec.token}`;
    const user = { username, uid: 'u-1', groups: ['g'], extra: { 'a/b': ['c'] } };
    return { status: { authenticated: true, user } };
  }

  get paths(): string[] {
    return this.asked.map(({ path }) => path);
  }
}

describe('the auth filter', () => {
  let reviews: Reviews;
  let clock: TestClock;
  let kept: ReturnType<typeof keptLog>;
  let port: Listening;

  beforeEach(async () => {
    reviews = new Reviews();
    clock = new TestClock();
    kept = keptLog();
    const router = new Router();
    for (const path of ['/', '/metrics', '/own']) {
      router.get(path, (ctx) => {
        ctx.body = 'data';
      });
    }
    for (const path of ['/healthz', '/livez', '/readyz']) router.get(path, answerOk);
    const guard = authFilter({
      reviewer: reviews,
      ownPaths: new Set(['/own']),
      clock,
      log: kept.log,
    });
    port = await serve(appOf(router, [guard]));
  });
  afterEach(() => port.close(0));

  const get = (token?: string, path = '/metrics') =>
    ask(port.port, path, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
  const status = async (token?: string, path?: string): Promise<number> =>
    (await get(token, path)).status;

  // biome-ignore format: one row per request
  const rows: readonly [what: string, token: string | undefined, path: string, status: number, body: RegExp][] = [
    ['a token whose user may', 'may', '/metrics', 200, /^data$/],
    ['no token', undefined, '/metrics', 401, /^Expected a bearer token in the Authorization header\.\n$/],
    ['a token that the API server does not take', 'expired', '/metrics', 401, /^Expected a valid bearer token/],
    ['what is no token', 'a b', '/metrics', 401, /^Expected a bearer token in/],
    ['a token whose user may not', 'may-not', '/metrics', 403, /^system:serviceaccount:monitoring:may-not may not get \/metrics: /],
    ['the landing page with a token', 'may', '/', 200, /^data$/],
    ['the landing page without', undefined, '/', 401, /bearer token/],
    ['the landing page for a user who may not get /metrics', 'may-not', '/', 403, /may not get \/metrics/],
    ['a page that is not there, without a token', undefined, '/nothing', 401, /bearer token/],
    ['a page of its own right for a user who may get /metrics', 'may', '/own', 403, /^system:serviceaccount:monitoring:may may not get \/own: bind it to a ClusterRole whose nonResourceURLs have \/own /],
    ['a probe of health', undefined, '/healthz', 200, /^OK$/],
    ['a probe of liveness', undefined, '/livez', 200, /^OK$/],
    ['a probe of readiness', undefined, '/readyz', 200, /^OK$/],
    ['what only looks like a probe', undefined, '/readyz/', 401, /bearer token/],
  ];
  it('reviews a page of its own right apart from the others, in both directions', async () => {
    reviews.allowedOwn = new Set(['system:serviceaccount:monitoring:may-not']);
    const answers = [];
    for (const path of ['/own', '/metrics', '/own?x', '/own/', '/metrics']) {
      answers.push(await status('may-not', path));
    }
    expect(answers).to.deep.equal([200, 403, 200, 403, 403]);
    expect(reviews.paths.filter((path) => path === accessPath)).to.have.length(2);
  });

  for (const [what, token, path, want, body] of rows) {
    it(`answers ${what} with ${want}`, async () => {
      const answer = await get(token, path);
      expect(answer.status).to.equal(want);
      expect(answer.body.toString()).to.match(body);
      expect(answer.headers['www-authenticate']).to.equal(want === 401 ? 'Bearer' : undefined);
    });
  }

  it('requests a TokenReview, then a SubjectAccessReview for get /metrics', async () => {
    await status('may', '/');
    expect(reviews.asked).to.deep.equal([
      {
        path: tokenPath,
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenReview',
          spec: { token: 'may' },
        },
      },
      {
        path: accessPath,
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SubjectAccessReview',
          spec: {
            user: 'system:serviceaccount:monitoring:may',
            uid: 'u-1',
            groups: ['g'],
            extra: { 'a/b': ['c'] },
            nonResourceAttributes: { path: '/metrics', verb: 'get' },
          },
        },
      },
    ]);
  });

  it('reviews a token once a minute, and an allowed user every five', async () => {
    for (let passedMs = 0; passedMs < 10 * minute; passedMs += 15_000) {
      expect(await status('may')).to.equal(200);
      clock.advance(15_000);
    }
    expect(reviews.paths.filter((path) => path === tokenPath)).to.have.length(10);
    expect(reviews.paths.filter((path) => path === accessPath)).to.have.length(2);
  });

  it('reviews a denied user every thirty seconds', async () => {
    for (let passedMs = 0; passedMs < minute; passedMs += 15_000) {
      expect(await status('may-not')).to.equal(403);
      clock.advance(15_000);
    }
    expect(reviews.paths.filter((path) => path === accessPath)).to.have.length(2);
    reviews.allowed.add('system:serviceaccount:monitoring:may-not');
    expect(await status('may-not')).to.equal(200);
  });

  it('reviews an invalid token once a minute', async () => {
    await status('bad');
    clock.advance(minute - 1);
    expect(await status('bad')).to.equal(401);
    expect(reviews.asked).to.have.length(1);
    clock.advance(1);
    expect(await status('bad')).to.equal(401);
    expect(reviews.asked).to.have.length(2);
  });

  it('rejects a revoked token within a minute', async () => {
    expect(await status('may')).to.equal(200);
    reviews.allowed.clear();
    clock.advance(5 * minute);
    expect(await status('may')).to.equal(403);
  });

  it('sends one review for concurrent requests', async () => {
    let open = (): void => {};
    reviews.gate = new Promise((resolve) => {
      open = resolve;
    });
    const asked = Array.from({ length: 20 }, () => status('may'));
    await until(() => reviews.asked.length > 0);
    for (let turns = 0; turns < 50; turns++) await clock.turn();
    open();
    expect(new Set(await Promise.all(asked))).to.deep.equal(new Set([200]));
    expect(reviews.paths).to.deep.equal([tokenPath, accessPath]);
  });

  describe('while the API server is down', () => {
    it('answers 503 without a cached review', async () => {
      reviews.state = 'down';
      const { status, headers, body } = await get('may');
      expect(status).to.equal(503);
      expect(headers).to.include({ 'retry-after': '5' });
      expect(body.toString()).to.match(/^The API server could not review this token/);
    });

    it('accepts tokens with a cached review for ten minutes', async () => {
      expect(await status('may')).to.equal(200);
      reviews.state = 'down';
      clock.advance(10 * minute - 1);
      expect(await status('may')).to.equal(200);
      clock.advance(1);
      expect(await status('may')).to.equal(503);
    });

    it('retries reviews of those only every ten seconds', async () => {
      await status('may');
      reviews.state = 'down';
      clock.advance(6 * minute);
      reviews.asked.length = 0;
      for (let seconds = 0; seconds < 20; seconds++) {
        expect(await status('may')).to.equal(200);
        clock.advance(1_000);
      }
      expect(reviews.paths).to.deep.equal([tokenPath, accessPath, tokenPath, accessPath]);
    });

    it('serves no stale denials', async () => {
      expect(await status('may-not')).to.equal(403);
      expect(await status('bad')).to.equal(401);
      reviews.state = 'down';
      clock.advance(minute);
      expect(await status('may-not')).to.equal(503);
      expect(await status('bad')).to.equal(503);
    });

    it('reviews again as soon as the server is back', async () => {
      reviews.state = 'down';
      expect(await status('may')).to.equal(503);
      reviews.state = 'up';
      expect(await status('may')).to.equal(200);
    });

    it('logs it, but not for every request', async () => {
      reviews.state = 'down';
      for (let i = 0; i < 5; i++) await status('may');
      expect(kept.lines.filter(({ level }) => level === 'warn')).to.have.length(1);
      clock.advance(minute);
      await status('may');
      const warnings = kept.lines.filter(({ level }) => level === 'warn');
      expect(warnings).to.have.length(2);
      expect(JSON.stringify(warnings)).to.include('ECONNREFUSED');
    });

    it('waits four seconds for an API server that hangs', async () => {
      reviews.state = 'hanging';
      const asked = status('may');
      await until(() => reviews.asked.length === 1);
      clock.advance(4_000);
      expect(await asked).to.equal(503);
    });

    it('waits one second where a review is cached', async () => {
      await status('may');
      clock.advance(minute);
      reviews.state = 'hanging';
      reviews.asked.length = 0;
      const asked = status('may');
      await until(() => reviews.asked.length === 1);
      clock.advance(1_000);
      expect(await asked).to.equal(200);
    });
  });

  it('answers 503 to a review that it cannot parse', async () => {
    reviews.state = 'odd';
    expect(await status('may')).to.equal(503);
  });

  it('reviews at most 64 tokens at once', async () => {
    reviews.state = 'hanging';
    const asked = Array.from({ length: 70 }, (_, i) => status(`guess-${i}`));
    let answered = 0;
    for (const one of asked) void one.then(() => answered++);
    await until(() => answered === 6);
    expect(reviews.asked).to.have.length(64);
    clock.advance(4_000);
    expect(new Set(await Promise.all(asked))).to.deep.equal(new Set([503]));
  });

  describe('on a revoked token, with a healthy API server', () => {
    /** The statuses that one connection gets for these tokens, sent ahead in one piece. */
    const statusesFor = async (tokens: readonly string[]): Promise<string[]> => {
      const socket = connect(port.port, '127.0.0.1');
      const requests = tokens.map(
        (token) => `GET /metrics HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n`,
      );
      socket.write(`${requests.join('\r\n')}Connection: close\r\n\r\n`);
      return (await text(socket)).match(/(?<=^HTTP\/1\.1 )\d+/gm) ?? [];
    };
    before(() => nock.restore());
    after(() => nock.activate());

    it('rejects it, however many invented ones are pipelined ahead of it', async () => {
      expect(await status('may')).to.equal(200);
      reviews.takenBack.add('may');
      for (let minutes = 1; minutes <= 9; minutes++) {
        clock.advance(minute);
        const madeUp = Array.from({ length: 64 }, (_, i) => `made-up-${minutes}-${i}`);
        const got = await statusesFor([...madeUp, 'may']);
        expect(got).to.have.length(65);
        expect(got).to.not.include('200');
      }
    });

    it('rejects it, however many connections send invented ones', async () => {
      expect(await status('may')).to.equal(200);
      reviews.takenBack.add('may');
      clock.advance(minute);
      reviews.hangsFor = /^made-up/;
      const floods = Array.from({ length: 100 }, (_, i) => status(`made-up-${i}`));
      await until(() => reviews.asked.length >= 64);
      // It is known, so it has a place of its own to be asked about.
      expect(await status('may')).to.equal(401);
      clock.advance(4_000);
      await Promise.all(floods);
    });

    it('accepts a valid token while others are invented', async () => {
      expect(await status('may')).to.equal(200);
      clock.advance(5 * minute);
      reviews.hangsFor = /^made-up/;
      const floods = Array.from({ length: 100 }, (_, i) => status(`made-up-${i}`));
      await until(() => reviews.asked.length >= 64);
      expect(await status('may')).to.equal(200);
      clock.advance(4_000);
      await Promise.all(floods);
      const said = kept.lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg);
      expect(said).to.include('too many tokens to review at once');
    });

    it('reviews one token at a time for one connection', async () => {
      reviews.hangsFor = /^made-up/;
      const asked = statusesFor(Array.from({ length: 5 }, (_, i) => `made-up-${i}`));
      await until(() => reviews.asked.length > 0);
      for (let turns = 0; turns < 50; turns++) await clock.turn();
      expect(reviews.asked).to.have.length(1);
      reviews.hangsFor = undefined;
      clock.advance(4_000);
      expect(await asked).to.deep.equal(['503', '401', '401', '401', '401']);
    });
  });

  it('sees a withdrawn role after five minutes, whatever else is reviewed', async () => {
    expect(await status('may')).to.equal(200);
    reviews.allowed.clear();
    clock.advance(5 * minute);
    reviews.hangsFor = /^made-up/;
    const floods = Array.from({ length: 100 }, (_, i) => status(`made-up-${i}`));
    await until(() => reviews.asked.length >= 64);
    expect(await status('may')).to.equal(403);
    clock.advance(4_000);
    await Promise.all(floods);
  });

  it('keeps the token out of the log', async () => {
    reviews.state = 'down';
    await status('verysecret');
    expect(kept.lines).to.have.length.above(0);
    expect(JSON.stringify(kept.lines)).to.not.include('verysecret');
  });
});
