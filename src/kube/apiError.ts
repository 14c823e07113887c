// ApiError is an answer of the API server that is an error: a Status, or a page of a proxy.
import { asRecord } from './objects.ts';
import { isEnveloped, statusIn } from './protobuf/objectReader.ts';

const messageCharsMax = 200;

/** Made of a Status where the body is one, else of the first words of the body. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** The API's reason, as `Forbidden`; empty where the answer has none. */
  readonly reason: string;
  /** Retry-After, or the same in the Status. */
  readonly retryAfterSeconds: number | undefined;
  readonly #causes: readonly string[];

  constructor(status: number, body: unknown, retryAfter?: string) {
    const answer = asRecord(body);
    const text = typeof body === 'string' ? firstWords(body) : answer.message;
    super(typeof text === 'string' && text !== '' ? text : `the API server answered ${status}`);
    const details = asRecord(answer.details);
    this.status = status;
    this.reason = typeof answer.reason === 'string' ? answer.reason : '';
    this.retryAfterSeconds = seconds(retryAfter) ?? seconds(details.retryAfterSeconds);
    const causes = Array.isArray(details.causes) ? details.causes : [];
    this.#causes = causes.map((cause) => String(asRecord(cause).reason));
  }

  /** The server no longer has the version that was asked for. */
  get expired(): boolean {
    return this.status === 410 || this.reason === 'Expired' || this.reason === 'Gone';
  }

  /** The server has not reached the version: its storage may have been restored from a backup. */
  get versionTooLarge(): boolean {
    return (
      this.#causes.includes('ResourceVersionTooLarge') ||
      this.message.includes('Too large resource version')
    );
  }
}

/** Whether the server refuses the form of the request, or a parameter of it. */
export function isUnacceptable(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 400 || error.status === 422);
}

/** Whether the version that was asked for is too old for the server, or too new. */
export function isVersionUnknown(error: unknown): boolean {
  return error instanceof ApiError && (error.expired || error.versionTooLarge);
}

/** The error of an HTTP answer, whatever its body is. */
export function errorOfAnswer(status: number, body: Buffer, retryAfter?: string): ApiError {
  const text = body.toString('utf8');
  try {
    const envelope = { bytes: body, start: 0, end: body.length };
    const answer = isEnveloped(envelope) ? statusIn(envelope) : JSON.parse(text);
    return new ApiError(status, answer, retryAfter);
  } catch {
    // A proxy's page or a plain sentence: its first words are the message.
    return new ApiError(status, text, retryAfter);
  }
}

/** The error of an ERROR event, whose object is a Status. */
export function errorOfEvent(object: unknown): ApiError {
  const code = asRecord(object).code;
  return new ApiError(typeof code === 'number' ? code : 500, object);
}

function firstWords(body: string): string {
  return body.replace(/\s+/g, ' ').trim().slice(0, messageCharsMax);
}

function seconds(value: unknown): number | undefined {
  // The API server sends whole seconds; the date form of HTTP is left unread on purpose.
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && number > 0 && Number.isFinite(number) ? number : undefined;
}
