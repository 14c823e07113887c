// authFilter is --auth-filter: the API server reviews bearer tokens and access to the metrics.
import { createHash } from 'node:crypto';
import type Koa from 'koa';
import * as z from 'zod';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { LogInterval } from '../../lib/logThrottle.ts';
import { isProbe, refuse, refuseForNow } from '../app.ts';
import { clientOf } from '../slots.ts';
import { ReviewCache, TooManyReviewsError } from './reviewCache.ts';

/** How long reviews are cached. */
const tokenTtlMs = 60_000;
const allowedTtlMs = 300_000;
const deniedTtlMs = 30_000;
/** Failed reviews, and too many at once, are logged at most so often. */
const logMs = 60_000;

/** Pages are reviewed as `get /metrics`, because roles do not name the others. */
const metricsPath = '/metrics';
const verb = 'get';

/** Creates reviews at the API server, and resolves to its answer. */
export interface Reviewer {
  create(path: string, body: object, signal: AbortSignal): Promise<unknown>;
}

export interface AuthFilterOptions {
  readonly reviewer: Reviewer;
  /** Pages that are reviewed by their own path: whoever may read metrics may not read these. */
  readonly ownPaths?: ReadonlySet<string> | undefined;
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

/** Admits probes, and requests whose token is valid and whose user may get the path. */
export function authFilter(options: AuthFilterOptions): Koa.Middleware {
  const reviews = new Reviews(options);
  return async (ctx, next) => {
    if (isProbe(ctx)) return next();
    const token = tokenIn(ctx.get('Authorization'));
    if (token === undefined) {
      return unauthorized(ctx, 'Expected a bearer token in the Authorization header.');
    }
    let user: User | undefined;
    let allowed = false;
    const client = clientOf(ctx.req.socket);
    const path = options.ownPaths?.has(ctx.path) ? ctx.path : metricsPath;
    try {
      user = await reviews.userOf(token, client);
      allowed = user !== undefined && (await reviews.allows(user, path, client));
    } catch (error) {
      return refuseForNow(ctx, reviews.failed(error));
    }
    if (user === undefined) {
      return unauthorized(
        ctx,
        'Expected a valid bearer token; the API server did not accept this one.',
      );
    }
    if (allowed) return next();
    refuse(
      ctx,
      403,
      `${user.username} may not ${verb} ${path}: bind it to a ClusterRole whose ` +
        `nonResourceURLs have ${path} and whose verbs have ${verb}.`,
    );
  };
}

function unauthorized(ctx: Koa.Context, sentence: string): void {
  ctx.set('WWW-Authenticate', 'Bearer');
  refuse(ctx, 401, sentence);
}

/** The token of an Authorization header; undefined where it has none. */
function tokenIn(header: string): string | undefined {
  return /^Bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1];
}

/** Token reviews and access reviews, cached. */
class Reviews {
  readonly #reviewer: Reviewer;
  readonly #log: Logger;
  readonly #users: ReviewCache<User | undefined>;
  readonly #access: ReviewCache<boolean>;
  readonly #failedLine: LogInterval;
  readonly #busyLine: LogInterval;

  constructor({ reviewer, clock, log }: AuthFilterOptions) {
    this.#reviewer = reviewer;
    this.#log = log;
    this.#failedLine = new LogInterval(clock, logMs);
    this.#busyLine = new LogInterval(clock, logMs);
    const onStale = (error: unknown): void => void this.failed(error);
    this.#users = new ReviewCache<User | undefined>({
      clock,
      ttlMs: () => tokenTtlMs,
      mayBeStale: (user) => user !== undefined,
      onStale,
    });
    this.#access = new ReviewCache<boolean>({
      clock,
      ttlMs: (allowed) => (allowed ? allowedTtlMs : deniedTtlMs),
      mayBeStale: (allowed) => allowed,
      onStale,
    });
  }

  /** The user of a token; undefined where the API server does not accept it. */
  userOf(token: string, client: string): Promise<User | undefined> {
    return this.#users.get(hashOf(token), client, async (signal) => {
      const path = '/apis/authentication.k8s.io/v1/tokenreviews';
      const answer = await this.#review(path, 'TokenReview', { token }, signal);
      const { status } = tokenReviewSchema.parse(answer);
      return status.authenticated ? status.user : undefined;
    });
  }

  /** Whether the user may get the path. */
  allows(user: User, path: string, client: string): Promise<boolean> {
    const { username, uid, groups, extra } = user;
    const nonResourceAttributes = { path, verb };
    const spec = { user: username, uid, groups, extra, nonResourceAttributes };
    return this.#access.get(hashOf(JSON.stringify(spec)), client, async (signal) => {
      const reviews = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
      const answer = await this.#review(reviews, 'SubjectAccessReview', spec, signal);
      const { allowed, denied } = accessReviewSchema.parse(answer).status;
      return allowed && !denied;
    });
  }

  /** Logs why a review failed, and returns the sentence for the client. */
  failed(err: unknown): string {
    if (err instanceof TooManyReviewsError) {
      const { message } = err;
      this.#busyLine.write(() =>
        this.#log.warn({ error: message }, 'too many tokens to review at once'),
      );
      return `Too many tokens to review at once: ${message}.`;
    }
    this.#failedLine.write(() =>
      this.#log.warn({ err }, 'token review failed; only tokens with a cached review are accepted'),
    );
    return 'The API server could not review this token; see the log of kubestate.';
  }

  #review(path: string, kind: string, spec: object, signal: AbortSignal): Promise<unknown> {
    const apiVersion = path.replace(/^\/apis\/(.*)\/\w+$/, '$1');
    return this.#reviewer.create(path, { apiVersion, kind, spec }, signal);
  }
}

/** Tokens are not kept in memory, and the time of a look-up reveals nothing about them. */
const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64');
