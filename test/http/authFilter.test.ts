// --auth-filter: what is asked of the API server, what is remembered, and what its outage leaves.
import { Router } from '@koa/router';
import { expect } from 'chai';
import { answerOk, appOf } from '../../src/http/app.ts';
import { authFilter, type Reviewer } from '../../src/http/authFilter.ts';
import type { Listening } from '../../src/http/server.ts';
import { ask, HandClock, keptLog, serve, until } from './harness.ts';

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
  allowed = new Set(['system:serviceaccount:monitoring:may']);

  async create(path: string, body: object, signal: AbortSignal): Promise<unknown> {
    this.asked.push({ path, body: body as Asked['body'] });
    if (this.state === 'down') throw new Error('connect ECONNREFUSED');
    if (this.state === 'odd') return { status: { allowed: 'yes', authenticated: true } };
    if (this.state === 'hanging') {
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    }
    await this.gate;
    const { spec } = body as Asked['body'];
    if (path === accessPath) return { status: { allowed: this.allowed.has(String(spec.user)) } };
    if (spec.token !== 'may' && spec.token !== 'may-not') return { status: { error: 'expired' } };
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
  let clock: HandClock;
  let kept: ReturnType<typeof keptLog>;
  let port: Listening;

  beforeEach(async () => {
    reviews = new Reviews();
    clock = new HandClock();
    kept = keptLog();
    const router = new Router();
    for (const path of ['/', '/metrics']) {
      router.get(path, (ctx) => {
        ctx.body = 'data';
      });
    }
    for (const path of ['/healthz', '/livez', '/readyz']) router.get(path, answerOk);
    const guard = authFilter({ reviewer: reviews, clock, log: kept.log });
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
    ['a token that the API server does not take', 'expired', '/metrics', 401, /^Expected a bearer token that the API server takes/],
    ['what is no token', 'a b', '/metrics', 401, /^Expected a bearer token in/],
    ['a token whose user may not', 'may-not', '/metrics', 403, /^system:serviceaccount:monitoring:may-not may not get \/metrics: /],
    ['the landing page with a token', 'may', '/', 200, /^data$/],
    ['the landing page without', undefined, '/', 401, /bearer token/],
    ['the landing page for a user who may not get /metrics', 'may-not', '/', 403, /may not get \/metrics/],
    ['a page that is not there, without a token', undefined, '/nothing', 401, /bearer token/],
    ['a probe of health', undefined, '/healthz', 200, /^OK$/],
    ['a probe of liveness', undefined, '/livez', 200, /^OK$/],
    ['a probe of readiness', undefined, '/readyz', 200, /^OK$/],
    ['what only looks like a probe', undefined, '/readyz/', 401, /bearer token/],
  ];
  for (const [what, token, path, want, body] of rows) {
    it(`answers ${what} with ${want}`, async () => {
      const answer = await get(token, path);
      expect(answer.status).to.equal(want);
      expect(answer.body.toString()).to.match(body);
      expect(answer.headers['www-authenticate']).to.equal(want === 401 ? 'Bearer' : undefined);
    });
  }

  it('asks who the token is, then whether that user may get /metrics', async () => {
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

  it('asks about a token once a minute, and about an allowed user every five', async () => {
    for (let passedMs = 0; passedMs < 10 * minute; passedMs += 15_000) {
      expect(await status('may')).to.equal(200);
      clock.pass(15_000);
    }
    expect(reviews.paths.filter((path) => path === tokenPath)).to.have.length(10);
    expect(reviews.paths.filter((path) => path === accessPath)).to.have.length(2);
  });

  it('asks about a user who may not every thirty seconds', async () => {
    for (let passedMs = 0; passedMs < minute; passedMs += 15_000) {
      expect(await status('may-not')).to.equal(403);
      clock.pass(15_000);
    }
    expect(reviews.paths.filter((path) => path === accessPath)).to.have.length(2);
    reviews.allowed.add('system:serviceaccount:monitoring:may-not');
    expect(await status('may-not')).to.equal(200);
  });

  it('asks about a bad token once a minute', async () => {
    await status('bad');
    clock.pass(minute - 1);
    expect(await status('bad')).to.equal(401);
    expect(reviews.asked).to.have.length(1);
    clock.pass(1);
    expect(await status('bad')).to.equal(401);
    expect(reviews.asked).to.have.length(2);
  });

  it('sees that a token is taken back within a minute', async () => {
    expect(await status('may')).to.equal(200);
    reviews.allowed.clear();
    clock.pass(5 * minute);
    expect(await status('may')).to.equal(403);
  });

  it('asks once for requests that come together', async () => {
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

  describe('while the API server is away', () => {
    it('lets in nobody whom it does not know', async () => {
      reviews.state = 'down';
      const { status, headers, body } = await get('may');
      expect(status).to.equal(503);
      expect(headers).to.include({ 'retry-after': '5' });
      expect(body.toString()).to.match(/^The API server could not be asked about this token/);
    });

    it('goes on letting in who was let in, for ten minutes', async () => {
      expect(await status('may')).to.equal(200);
      reviews.state = 'down';
      clock.pass(10 * minute - 1);
      expect(await status('may')).to.equal(200);
      clock.pass(1);
      expect(await status('may')).to.equal(503);
    });

    it('asks again only every ten seconds for those', async () => {
      await status('may');
      reviews.state = 'down';
      clock.pass(6 * minute);
      reviews.asked.length = 0;
      for (let seconds = 0; seconds < 20; seconds++) {
        expect(await status('may')).to.equal(200);
        clock.pass(1_000);
      }
      expect(reviews.paths).to.deep.equal([tokenPath, accessPath, tokenPath, accessPath]);
    });

    it('does not hold on to refusals', async () => {
      expect(await status('may-not')).to.equal(403);
      expect(await status('bad')).to.equal(401);
      reviews.state = 'down';
      clock.pass(minute);
      expect(await status('may-not')).to.equal(503);
      expect(await status('bad')).to.equal(503);
    });

    it('asks again as soon as it is back', async () => {
      reviews.state = 'down';
      expect(await status('may')).to.equal(503);
      reviews.state = 'up';
      expect(await status('may')).to.equal(200);
    });

    it('says so, and not for every request', async () => {
      reviews.state = 'down';
      for (let i = 0; i < 5; i++) await status('may');
      expect(kept.lines.filter(({ level }) => level === 'warn')).to.have.length(1);
      clock.pass(minute);
      await status('may');
      const warnings = kept.lines.filter(({ level }) => level === 'warn');
      expect(warnings).to.have.length(2);
      expect(JSON.stringify(warnings)).to.include('ECONNREFUSED');
    });

    it('waits four seconds for an API server that hangs', async () => {
      reviews.state = 'hanging';
      const asked = status('may');
      await until(() => reviews.asked.length === 1);
      clock.pass(4_000);
      expect(await asked).to.equal(503);
    });

    it('waits one second where it knows the token', async () => {
      await status('may');
      clock.pass(minute);
      reviews.state = 'hanging';
      reviews.asked.length = 0;
      const asked = status('may');
      await until(() => reviews.asked.length === 1);
      clock.pass(1_000);
      expect(await asked).to.equal(200);
    });
  });

  it('lets in nobody on an answer that it cannot read', async () => {
    reviews.state = 'odd';
    expect(await status('may')).to.equal(503);
  });

  it('asks about no more than so many tokens at once', async () => {
    reviews.state = 'hanging';
    const asked = Array.from({ length: 70 }, (_, i) => status(`guess-${i}`));
    let answered = 0;
    for (const one of asked) void one.then(() => answered++);
    await until(() => answered === 6);
    expect(reviews.asked).to.have.length(64);
    clock.pass(4_000);
    expect(new Set(await Promise.all(asked))).to.deep.equal(new Set([503]));
  });

  it('keeps the token out of the log', async () => {
    reviews.state = 'down';
    await status('verysecret');
    expect(kept.lines).to.have.length.above(0);
    expect(JSON.stringify(kept.lines)).to.not.include('verysecret');
  });
});
