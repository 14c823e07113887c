// Sockets whose reading can be stopped at once, and the one that a request is sent through.
import { subscribe } from 'node:diagnostics_channel';
import type { OnReadOpts, Socket } from 'node:net';
import type { DiagnosticsChannel } from 'undici';

/** How connections are to read: of those that read otherwise, `pause` stops no reading. */
export const onread: OnReadOpts = {
  // One for all sockets: what came is copied before the next read of any.
  buffer: Buffer.allocUnsafeSlow(64 * 1024),
  callback(this: Socket, bytes, buffer) {
    // False, where the socket's own buffer is full, stops the reading as well.
    return this.push(Buffer.from(buffer.subarray(0, bytes)));
  },
};

/** Undici calls its handler first and then says which socket it writes to, both in one go. */
let beginning: ((socket: Socket) => void) | undefined;

subscribe('undici:client:sendHeaders', (message) => {
  beginning?.((message as DiagnosticsChannel.ClientSendHeadersMessage).socket as Socket);
  beginning = undefined;
});

/** To be called as a request begins, for its socket. */
export function tellSocket(tell: (socket: Socket) => void): void {
  beginning = tell;
  queueMicrotask(() => {
    if (beginning === tell) beginning = undefined;
  });
}
