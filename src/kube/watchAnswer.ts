// openBody sends a request through undici whose body's reading can be stopped: a WatchBody.
import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import { onRequestSocket } from './pausableSocket.ts';
import type { WatchAnswer } from './transport.ts';
import { WatchBody } from './watchBody.ts';

/** Resolves once the headers of the answer are there; `signal` ends it, and its body later on. */
export function openBody(
  dispatcher: Dispatcher,
  asked: Dispatcher.DispatchOptions,
  signal: AbortSignal,
): Promise<WatchAnswer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let socket: Socket | undefined;
    let body: WatchBody | undefined;
    const abort = (): void => {
      reject(signal.reason);
      if (body === undefined) controller?.abort(signal.reason);
      else body.abort(signal.reason);
    };
    const finish = (): void => signal.removeEventListener('abort', abort);
    const fail = (error: unknown): void => {
      finish();
      reject(error);
      body?.fail(error);
    };
    signal.addEventListener('abort', abort);
    if (signal.aborted) return abort();
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(given) {
        controller = given;
        onRequestSocket((found) => (socket = found));
        if (signal.aborted) given.abort(signal.reason);
      },
      onResponseStart(given, statusCode, headers) {
        // A 1xx comes before the answer.
        if (statusCode < 200) return;
        body = new WatchBody({
          pause() {
            given.pause();
            socket?.pause();
          },
          resume() {
            // Takes nothing: it starts the reading again.
            socket?.read(0);
            given.resume();
          },
          abort: (reason) => given.abort(reason),
        });
        resolve({ statusCode, headers, body });
      },
      onResponseData(_, chunk) {
        body?.push(chunk);
      },
      onResponseEnd() {
        finish();
        body?.end();
      },
      onResponseError(_, error) {
        fail(error);
      },
    };
    try {
      dispatcher.dispatch(asked, handler);
    } catch (error) {
      fail(error);
    }
  });
}
