// Remote is an HTTP server that a command reads from, with the credentials that its flags name.
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Agent, type Dispatcher, request } from 'undici';
import type { ValuesOf } from '../config/flags.ts';
import { ConfigError, type ErrorFields, errorCode, errorMessage } from '../lib/errors.ts';
import type { ProcessContext } from '../lib/processContext.ts';
import type { remoteFlags } from './remoteFlags.ts';

const connectMsMax = 10_000;
/** A large cluster's exposition begins after a second or two. */
const headersMsMax = 60_000;
/** The longest pause within a body. */
const bodyPauseMsMax = 60_000;
/** What is read of a refusal, for its sentence. */
const refusalBytesMax = 64 * 1024;

export interface RemoteOptions {
  readonly values: ValuesOf<typeof remoteFlags>;
  readonly context: Pick<ProcessContext, 'readFile' | 'stop'>;
}

export interface Remote {
  readonly base: URL;
  /** The URL without user and password. */
  readonly shown: string;
  /**
   * The body of the answer to a GET of a path below the URL, which must be read to its end. Rejects
   * with what `fail` makes.
   */
  get(path: string, wanted: Wanted): Promise<RemoteAnswer>;
  close(): Promise<void>;
}

export interface Wanted {
  /** What an error says is expected. */
  readonly expected: string;
  readonly accept: string;
  /** What to do about a status; for refused logins that is known. */
  hintOf?(status: number): string | undefined;
}

export interface RemoteAnswer {
  /** Decompressed; what breaks off while it is read is an error of it. */
  readonly body: AsyncIterable<Uint8Array>;
  readonly contentType: string;
}

/** Throws ConfigError where the URL or a file of the flags is wrong. */
export function openRemote(
  url: string,
  options: RemoteOptions & { fail(fields: ErrorFields): Error },
): Remote {
  const { fail, context } = options;
  const base = URL.parse(url);
  if (base === null || !/^https?:$/.test(base.protocol) || base.hostname === '') {
    const expected = 'a URL such as http://localhost:8080';
    throw new ConfigError({ expected, got: JSON.stringify(withoutPassword(url)) });
  }
  const headers = headersOf(base, options);
  base.username = '';
  base.password = '';
  const { insecure } = options.values;
  const ca = readOf(options, 'ca-file');
  const agent = new Agent({
    connect: { timeout: connectMsMax, rejectUnauthorized: !insecure, ...(ca && { ca }) },
    headersTimeout: headersMsMax,
    bodyTimeout: bodyPauseMsMax,
  });
  return {
    base,
    shown: base.href,
    async get(path, { expected, accept, hintOf }) {
      const target = path === '' ? base : new URL(path, base);
      let answer: Dispatcher.ResponseData;
      try {
        answer = await request(target, {
          dispatcher: agent,
          headers: { ...headers, accept, 'accept-encoding': 'gzip' },
          signal: context.stop,
        });
      } catch (error) {
        context.stop.throwIfAborted();
        const hint = hintAbout(error, base);
        throw fail({ place: target.href, expected, got: errorMessage(error), hint });
      }
      const { statusCode } = answer;
      if (statusCode !== 200) {
        const hint = isLogin(statusCode) ? loginHint : hintOf?.(statusCode);
        const got = await refusal(answer);
        throw fail({ place: target.href, expected, got, hint });
      }
      return { body: bodyOf(answer), contentType: String(answer.headers['content-type'] ?? '') };
    },
    close: () => agent.destroy(),
  };
}

/** Of what is no URL: whatever may be a password is left out. */
const withoutPassword = (url: string): string => url.replace(/\/\/.*@/s, '//');

function headersOf(base: URL, options: RemoteOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  const token = readOf(options, 'token-file')?.trim();
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (base.username !== '' || base.password !== '') {
    const login = [base.username, base.password].map(decoded).join(':');
    headers.authorization = `Basic ${Buffer.from(login).toString('base64')}`;
  }
  for (const header of options.values.header) {
    const colon = header.indexOf(':');
    headers[header.slice(0, colon).toLowerCase()] = header.slice(colon + 1).trim();
  }
  return headers;
}

/** A URL may have a percent sign that stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

function readOf(
  { values, context }: RemoteOptions,
  name: 'token-file' | 'ca-file',
): string | undefined {
  const path = values[name];
  if (path === undefined) return undefined;
  try {
    return context.readFile(path).toString('utf8');
  } catch (error) {
    const got = errorMessage(error);
    throw new ConfigError({ flag: `--${name}`, expected: 'a file that can be read', got });
  }
}

/** Errors of certificates have such codes in Node. */
const certificateProblem = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/;

const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

function hintAbout(error: unknown, { hostname }: URL): string | undefined {
  const code = errorCode(error) ?? '';
  if (certificateProblem.test(code)) return 'name its CA by --ca-file, or set --insecure';
  if (code !== 'ECONNREFUSED' || !loopback.test(hostname)) return undefined;
  return 'forward a port by kubectl -n NAMESPACE port-forward deployment/NAME 8080';
}

const loginHint = 'log in by --token-file, --header, or user and password in the URL';
const isLogin = (status: number): boolean => status === 401 || status === 403;

/** The status, and what the answer says of it. */
async function refusal({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<string> {
  const isJson = /^application\/json\b/.test(String(headers['content-type'] ?? ''));
  const said = isJson ? errorIn(await startOf(bodyOf({ body, headers }))) : undefined;
  return said === undefined ? `status ${statusCode}` : `status ${statusCode}: ${said}`;
}

/** A server may send what it likes, for as long as it likes. */
async function startOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= refusalBytesMax) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The sentence of an answer of kubestate's API. */
function errorIn(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}

function bodyOf({
  body,
  headers,
}: Pick<Dispatcher.ResponseData, 'body' | 'headers'>): AsyncIterable<Uint8Array> {
  if (headers['content-encoding'] !== 'gzip') return body;
  const gunzip = createGunzip();
  // Whoever reads `gunzip` gets the error as well.
  pipeline(body, gunzip).catch(() => undefined);
  return gunzip;
}
