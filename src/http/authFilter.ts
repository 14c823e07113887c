// --auth-filter: the API server says whose bearer token it is, and whether they may read metrics.
import { createHash } from 'node:crypto';
import type Koa from 'koa';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { isProbe, refuse } from './app.ts';
import { Remembered } from './remembered.ts';

const loginMs = 60_000;
const allowedMs = 300_000;
const deniedMs = 30_000;
/** While no review can be had, this is said again so often. */
const failureSayMs = 60_000;
const retryAfterSeconds = 5;

/** All that is served counts as `get /metrics`: no user's role names the other pages. */
const nonResourceAttributes = { path: '/metrics', verb: 'get' };

/** Creates objects at the API server, as reviews are; resolves to what became of them. */
export interface Reviewer {
  create(path: string, body: object, signal: AbortSignal): Promise<unknown>;
}

export interface AuthFilterOptions {
  readonly reviewer: Reviewer;
  readonly clock: Clock;
  readonly log: Logger;
}

const userSchema = z.object({
  username: z.string(),
  uid: z.string().optional(),
  groups: z.array(z.string()).optional(),
  extra: z.record(z.string(), z.array(z.string())).optional(),
});

type User = z.infer<typeof userSchema>;

const tokenReviewSchema = z.object({
  status: z.discriminatedUnion('authenticated', [
    z.object({ authenticated: z.literal(true), user: userSchema }),
    z.object({ authenticated: z.literal(false).optional() }),
  ]),
});

const accessReviewSchema = z.object({
  status: z.object({ allowed: z.boolean(), denied: z.boolean().optional() }),
});

/** Lets a request pass whose token the API server knows and whose user it allows; every probe. */
export function authFilter(options: AuthFilterOptions): Koa.Middleware {
  const reviews = new Reviews(options);
  return async (ctx, next) => {
    if (isProbe(ctx)) return next();
    const token = tokenIn(ctx.get('Authorization'));
    if (token === undefined) {
      return refuseLogin(ctx, 'Expected a bearer token in the Authorization header.');
    }
    let user: User | undefined;
    let allowed = false;
    try {
      user = await reviews.userOf(token);
      allowed = user !== undefined && (await reviews.allows(user));
    } catch (error) {
      reviews.failed(error);
      ctx.set('Retry-After', String(retryAfterSeconds));
      const sentence = 'The API server could not be asked about this token; the log says why.';
      return refuse(ctx, 503, sentence);
    }
    if (user === undefined) {
      return refuseLogin(ctx, 'Expected a bearer token that the API server takes, got another.');
    }
    if (allowed) return next();
    const { verb, path } = nonResourceAttributes;
    refuse(
      ctx,
      403,
      `${user.username} may not ${verb} ${path}: bind it to a ClusterRole whose ` +
        `nonResourceURLs have ${path} and whose verbs have ${verb}.`,
    );
  };
}

function refuseLogin(ctx: Koa.Context, sentence: string): void {
  ctx.set('WWW-Authenticate', 'Bearer');
  refuse(ctx, 401, sentence);
}

/** The token of an Authorization header; undefined where it has none. */
function tokenIn(header: string): string | undefined {
  return /^Bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1];
}

/** What the API server said of tokens and users. */
class Reviews {
  readonly #reviewer: Reviewer;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #users: Remembered<User | undefined>;
  readonly #verdicts: Remembered<boolean>;
  #saidMs = Number.NEGATIVE_INFINITY;

  constructor({ reviewer, clock, log }: AuthFilterOptions) {
    this.#reviewer = reviewer;
    this.#clock = clock;
    this.#log = log;
    const onOutlived = (error: unknown): void => this.failed(error);
    this.#users = new Remembered<User | undefined>({
      clock,
      keepMs: () => loginMs,
      outlives: (user) => user !== undefined,
      onOutlived,
    });
    this.#verdicts = new Remembered<boolean>({
      clock,
      keepMs: (allowed) => (allowed ? allowedMs : deniedMs),
      outlives: (allowed) => allowed,
      onOutlived,
    });
  }

  /** Whose token it is; undefined where the API server does not take it. */
  userOf(token: string): Promise<User | undefined> {
    return this.#users.get(hashOf(token), async (signal) => {
      const path = '/apis/authentication.k8s.io/v1/tokenreviews';
      const answer = await this.#review(path, 'TokenReview', { token }, signal);
      const { status } = tokenReviewSchema.parse(answer);
      return status.authenticated ? status.user : undefined;
    });
  }

  /** Whether the user may read metrics. */
  allows(user: User): Promise<boolean> {
    const { username, uid, groups, extra } = user;
    const spec = { user: username, uid, groups, extra, nonResourceAttributes };
    return this.#verdicts.get(hashOf(JSON.stringify(spec)), async (signal) => {
      const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
      const answer = await this.#review(path, 'SubjectAccessReview', spec, signal);
      const { allowed, denied } = accessReviewSchema.parse(answer).status;
      return allowed && !denied;
    });
  }

  failed(err: unknown): void {
    const now = this.#clock.now();
    if (now - this.#saidMs < failureSayMs) return;
    this.#saidMs = now;
    this.#log.warn({ err }, 'API server reviews no tokens: only who was let in of late is');
  }

  #review(path: string, kind: string, spec: object, signal: AbortSignal): Promise<unknown> {
    const apiVersion = path.replace(/^\/apis\/(.*)\/\w+$/, '$1');
    return this.#reviewer.create(path, { apiVersion, kind, spec }, signal);
  }
}

/** Tokens themselves are not kept; and how long a look-up takes says nothing of them. */
const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64');
