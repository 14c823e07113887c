// Sockets whose reading `pause` stops at once, and the one that a request is sent through.
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
let pending: ((socket: Socket) => void) | undefined;

subscribe('undici:client:sendHeaders', (message) => {
  pending?.((message as DiagnosticsChannel.ClientSendHeadersMessage).socket as Socket);
  pending = undefined;
});

/** To be called as undici starts a request, for the socket of that. */
export function onRequestSocket(call: (socket: Socket) => void): void {
  pending = call;
  queueMicrotask(() => {
    if (pending === call) pending = undefined;
  });
}
