// GET by node:http, which leaves a response's bytes and headers as they came.
import { type Agent, type IncomingHttpHeaders, get as request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The whole answer, its body as it was sent; rejects where there is none. */
export function get(
  url: string,
  headers: Record<string, string> = {},
  agent?: Agent,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(url, { headers, agent }, (response) => {
      buffer(response).then(
        (body) => resolve({ status: response.statusCode, headers: response.headers, body }),
        reject,
      );
    }).once('error', reject);
  });
}

/** The whole answer, or undefined where nobody listens yet. */
export async function reachable(
  url: string,
  headers: Record<string, string> = {},
): Promise<Answer | undefined> {
  try {
    return await get(url, headers);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return undefined;
    throw error;
  }
}
