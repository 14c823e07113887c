// ApiStatus is an error of the API: a Status object with code, reason and details.
import { apiVersionOf, type Kind } from './kinds.ts';

interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

/** An error answer; `body` is its JSON. */
export class ApiStatus extends Error {
  override readonly name = 'ApiStatus';
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;
  /** A continue token that a 410 offers, to continue with the current state. */
  readonly token: string | undefined;

  constructor(
    code: number,
    reason: string,
    message: string,
    details?: StatusDetails,
    token?: string,
  ) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.token = token;
  }

  get body(): object {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.token === undefined ? {} : { continue: this.token },
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      details: this.details,
      code: this.code,
    };
  }
}

/** `deployments.apps`, as in messages of the API server. */
const qualified = ({ resource, group }: Kind): string =>
  group === '' ? resource : `${resource}.${group}`;

const about = ({ resource, group }: Kind, name?: string): StatusDetails => ({
  ...(name !== undefined && { name }),
  ...(group !== '' && { group }),
  kind: resource,
});

export const badRequest = (message: string): ApiStatus => new ApiStatus(400, 'BadRequest', message);

export const unauthorized = (): ApiStatus => new ApiStatus(401, 'Unauthorized', 'Unauthorized');

export const notFound = (kind: Kind, name: string): ApiStatus =>
  new ApiStatus(404, 'NotFound', `${qualified(kind)} "${name}" not found`, about(kind, name));

/** 404: the group and version is served, but not the resource. */
export const notServed = (): ApiStatus =>
  new ApiStatus(404, 'NotFound', 'the server could not find the requested resource', {});

export const methodNotAllowed = (): ApiStatus =>
  new ApiStatus(405, 'MethodNotAllowed', 'the server does not allow this method here', {});

export function notAcceptable(mediaTypes: readonly string[]): ApiStatus {
  const message = `only the following media types are accepted: ${mediaTypes.join(', ')}`;
  return new ApiStatus(406, 'NotAcceptable', message);
}

export function alreadyExists(kind: Kind, name: string): ApiStatus {
  const message = `${qualified(kind)} "${name}" already exists`;
  return new ApiStatus(409, 'AlreadyExists', message, about(kind, name));
}

export function conflict(kind: Kind, name: string): ApiStatus {
  const what = `Operation cannot be fulfilled on ${qualified(kind)} "${name}"`;
  const why = 'the object has been modified; apply your changes to its latest version';
  return new ApiStatus(409, 'Conflict', `${what}: ${why}`, about(kind, name));
}

/** 410: the resource version or continue token is too old. */
export const expired = (message: string, token?: string): ApiStatus =>
  new ApiStatus(410, 'Expired', message, undefined, token);

export const tooOld = (version: number, oldest: number): ApiStatus =>
  expired(`too old resource version: ${version} (${oldest})`);

export function unsupportedMediaType(mediaType: string, accepted: readonly string[]): ApiStatus {
  const message = `the body's media type is not supported: ${mediaType || 'none'}`;
  return new ApiStatus(415, 'UnsupportedMediaType', `${message}, use ${accepted.join(' or ')}`);
}

/** An invalid field of the query or the object. */
export interface FieldFault {
  readonly field: string;
  readonly reason: 'FieldValueForbidden' | 'FieldValueNotSupported' | 'FieldValueInvalid';
  readonly message: string;
}

/** 422: invalid options of a list or watch. */
export function invalidOptions(faults: readonly FieldFault[]): ApiStatus {
  const sentences = faults.map(({ field, message }) => `${field}: ${message}`);
  const all = sentences.length === 1 ? sentences[0] : `[${sentences.join(', ')}]`;
  const message = `ListOptions.meta.k8s.io "" is invalid: ${all}`;
  const causes = faults.map(({ reason, message, field }) => ({ reason, message, field }));
  const details = { group: 'meta.k8s.io', kind: 'ListOptions', causes };
  return new ApiStatus(422, 'Invalid', message, details);
}

/** 504: the server has not reached the requested version. */
export function versionTooLarge(asked: number, current: number): ApiStatus {
  const message = 'Too large resource version';
  return new ApiStatus(504, 'Timeout', `${message}: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message }],
    retryAfterSeconds: 1,
  });
}

/** The answer to a completed deletion. */
export const deleted = (kind: Kind, name: string, uid: string | undefined): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  details: { ...about(kind, name), uid },
});

/** 400: the apiVersion or kind in the body does not match the path. */
export function wrongKind(kind: Kind, got: { apiVersion?: unknown; kind?: unknown }): ApiStatus {
  const expected = `${apiVersionOf(kind)} ${kind.kind}`;
  return badRequest(`expected an object of ${expected}, got ${got.apiVersion} ${got.kind}`);
}
