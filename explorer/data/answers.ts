// useAnswer keeps an answer of the API current while a view shows it and the tab is seen.
import { useEffect, useState } from 'preact/hooks';
import { request, requestSlow, sentenceAbout } from './request.ts';

/** Answers that no view shows any more are kept, so that a view opens with what was known. */
const answersMax = 30;
/** How soon a request that failed is made again. */
const retryMs = 5_000;

export type Answer<T> =
  | { readonly phase: 'waiting' }
  | { readonly phase: 'current'; readonly data: T; readonly atMs: number }
  /** The last request failed; the data are those before. */
  | { readonly phase: 'old'; readonly data: T; readonly atMs: number; readonly error: string }
  | { readonly phase: 'failed'; readonly error: string };

export const dataOf = <T>(answer: Answer<T>): T | undefined =>
  answer.phase === 'current' || answer.phase === 'old' ? answer.data : undefined;

const known = new Map<string, Answer<unknown>>();

function remember(path: string, answer: Answer<unknown>): void {
  known.delete(path);
  known.set(path, answer);
  for (const oldest of known.keys()) {
    if (known.size <= answersMax) break;
    known.delete(oldest);
  }
}

/** The answer after a request failed. */
function afterFailure<T>(before: Answer<T>, error: string): Answer<T> {
  if (before.phase === 'waiting' || before.phase === 'failed') return { phase: 'failed', error };
  return { ...before, phase: 'old', error };
}

/** The answer at `path`, asked for again every so often; once where that is undefined. */
export function useAnswer<T>(path: string, everyMs?: number): Answer<T> {
  const before = (): Answer<T> => (known.get(path) as Answer<T>) ?? { phase: 'waiting' };
  const [shown, show] = useState({ path, answer: before() });
  useEffect(() => {
    const left = new AbortController();
    const ask = async (): Promise<boolean> => {
      const answer = await ended<T>(path, left.signal, before());
      if (left.signal.aborted) return false;
      remember(path, answer);
      show({ path, answer });
      return answer.phase === 'current';
    };
    void follow(ask, everyMs, left.signal);
    return () => left.abort();
  }, [path, everyMs]);
  return shown.path === path ? shown.answer : before();
}

async function ended<T>(path: string, signal: AbortSignal, before: Answer<T>): Promise<Answer<T>> {
  try {
    return { phase: 'current', data: await request<T>(path, signal), atMs: Date.now() };
  } catch (error) {
    return afterFailure(before, sentenceAbout(error));
  }
}

/**
 * Asks now, and again every so often or until there is an answer; not while the tab is hidden, and
 * at once when it is seen again.
 */
async function follow(
  ask: () => Promise<boolean>,
  everyMs: number | undefined,
  left: AbortSignal,
): Promise<void> {
  while (!left.aborted) {
    const isAnswered = document.visibilityState === 'visible' && (await ask());
    if (isAnswered && everyMs === undefined) return;
    await rest(isAnswered && everyMs !== undefined ? everyMs : retryMs, left);
  }
}

/** Resolves after the time, when the tab is seen again, or when the view is left. */
function rest(ms: number, left: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    document.addEventListener('visibilitychange', done);
    left.addEventListener('abort', done, { once: true });
  });
}

export type SlowAnswer<T> =
  | { readonly phase: 'idle' }
  | { readonly phase: 'running'; readonly part: number }
  | { readonly phase: 'done'; readonly result: T }
  | { readonly phase: 'failed'; readonly error: string; again(): void };

const startOf = <T>(path: string | undefined): SlowAnswer<T> =>
  path === undefined ? { phase: 'idle' } : { phase: 'running', part: 0 };

/**
 * A slow answer, cancelled when the view is left; none is asked for where there is no path. One
 * that failed is asked for again where its reader wants that.
 */
export function useSlowAnswer<T>(path: string | undefined): SlowAnswer<T> {
  const start = startOf<T>(path);
  const [attempt, setAttempt] = useState(0);
  const [shown, show] = useState({ path, answer: start });
  const again = (): void => {
    show({ path, answer: start });
    setAttempt(attempt + 1);
  };
  useEffect(() => {
    if (path === undefined) return;
    const left = new AbortController();
    const tell = (answer: SlowAnswer<T>): void => {
      if (!left.signal.aborted) show({ path, answer });
    };
    requestSlow<T>(path, left.signal, (part) => tell({ phase: 'running', part })).then(
      (result) => tell({ phase: 'done', result }),
      (error: unknown) => tell({ phase: 'failed', error: sentenceAbout(error), again }),
    );
    return () => left.abort();
  }, [path, attempt]);
  return shown.path === path ? shown.answer : start;
}

/** The time now, every so often. */
export function useNow(everyMs: number): number {
  const [now, tick] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
