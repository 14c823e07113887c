// request asks the API that serves this page; whatever fails becomes a sentence.
import type { ApiError } from '../../src/explorer/api.ts';
import { Refusal, resultOf } from '../logic/ndjson.ts';

const timeoutMs = 10_000;

/** Paths are relative to the page, because a proxy may serve it under any prefix. */
export async function request<T>(path: string, signal: AbortSignal): Promise<T> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const response = await answered(path, patience);
  return (await response.json()) as T;
}

/** The result of a slow answer; aborting cancels the work in the server. */
export async function requestSlow<T>(
  path: string,
  signal: AbortSignal,
  onProgress: (part: number) => void,
): Promise<T> {
  const { body } = await answered(path, signal);
  if (body === null) throw new Refusal(`Expected lines from ${path}, got an empty answer.`);
  return resultOf<T>(chunksOf(body), onProgress);
}

/** As an iterable, which streams themselves are not in every browser. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

async function answered(path: string, signal: AbortSignal): Promise<Response> {
  // Not by itself: what is relative to an address with a password in it is refused.
  const url = new URL(path, `${location.origin}${location.pathname}`);
  const response = await fetch(url, { signal, headers: { Accept: 'application/json' } });
  if (response.ok) return response;
  throw new Refusal(await sentenceOf(response));
}

async function sentenceOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as Partial<ApiError>;
    if (typeof error === 'string') return error;
  } catch {
    // Proxies and guards answer with text.
  }
  const first = text.trim().split('\n')[0] ?? '';
  const said = first === '' || first.startsWith('<') ? '' : `: ${first.slice(0, 200)}`;
  return `The answer was ${response.status} ${response.statusText}`.trimEnd() + (said || '.');
}

/** The sentence about a request that failed. */
export function sentenceAbout(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return `kubestate has not answered within ${timeoutMs / 1000} s.`;
  }
  if (error instanceof SyntaxError) return 'The answer is no JSON: a proxy may have made it.';
  return 'kubestate does not answer: it was stopped, or the way to it is closed.';
}
