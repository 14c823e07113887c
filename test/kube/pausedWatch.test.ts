// A watch between ticks, on a real connection: the socket stops, and its end is noticed.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import nock from 'nock';
import { WatchTicks } from '../../src/kube/watchTicks.ts';
import { TestClock } from '../support/clock.ts';
import { until } from '../support/until.ts';
import { certificate, key } from './certificate.ts';
import { clientOf, recordingLog } from './harness.ts';

for (const secure of [false, true]) {
  const how = secure ? 'over TLS' : 'in plain HTTP';
  describe(`a watch that is read at ticks, on a real connection ${how}`, () => {
    // Here sockets are to be real ones, not nock's.
    before(() => nock.restore());
    after(() => nock.activate());

    function event(version: number, pad = 0): string {
      const metadata = { name: 'a', resourceVersion: `${version}` };
      const object = { metadata, pad: 'x'.repeat(pad) };
      return `${JSON.stringify({ type: 'MODIFIED', object })}\n`;
    }

    async function serve(
      use: (given: {
        clock: TestClock;
        response: ServerResponse;
        /** The server's end of the connection, below TLS. */
        peer: Socket;
        /** Our end of the connection. */
        socket: Socket;
        seen: string[];
        stop: AbortController;
        ended: Promise<string>;
      }) => Promise<void>,
    ): Promise<void> {
      let response: ServerResponse | undefined;
      let socket: Socket | undefined;
      let peer: Socket | undefined;
      const connected = (message: unknown): void => {
        socket = (message as { socket: Socket }).socket;
      };
      subscribe('undici:client:connected', connected);
      const answerHead: RequestListener = (_, answer) => {
        response = answer;
        answer.flushHeaders();
      };
      const server = secure
        ? createSecureServer({ cert: certificate, key }, answerHead)
        : createServer(answerHead);
      server.on('connection', (accepted: Socket) => (peer = accepted));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const clock = new TestClock();
      const { port } = server.address() as AddressInfo;
      const client = clientOf(
        `${secure ? 'https' : 'http'}://127.0.0.1:${port}`,
        clock,
        recordingLog(),
        new WatchTicks(clock),
        secure ? certificate : undefined,
      );
      const stop = new AbortController();
      const seen: string[] = [];
      try {
        const watch = await client.watch(
          { resource: 'pods', group: '', version: 'v1' },
          { resourceVersion: '1', timeoutSeconds: 300 },
          { signal: stop.signal, onMalformed: (key) => seen.push(`malformed ${key}`) },
        );
        const read = async (): Promise<string> => {
          for await (const { object } of watch) {
            seen.push(
              (object as { metadata: { resourceVersion: string } }).metadata.resourceVersion,
            );
          }
          return 'end';
        };
        const ended = read().catch((error: unknown) => String(error));
        const ends = { socket: socket as Socket, peer: peer as Socket };
        const given = { response: response as ServerResponse, ...ends };
        await use({ clock, ...given, seen, stop, ended });
      } finally {
        unsubscribe('undici:client:connected', connected);
        stop.abort();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
      expect(clock.pending).to.deep.equal([]);
    }

    it('stops the socket: what the kernel does not take stays with the server', async () => {
      await serve(async ({ clock, response, seen }) => {
        const pad = 1024 * 1024;
        for (let i = 0; i < 64; i++) response.write(event(i, pad));
        const { writableLength: before } = response.socket as Socket;
        for (let i = 0; i < 200; i++) await nextTurn();
        const socket = response.socket as Socket;
        // The kernel's buffers hold some megabytes at the most, and this process none.
        expect(socket.writableLength + response.writableLength).to.be.above(before / 2);
        expect(seen).to.deep.equal([]);
        await until(async () => {
          clock.advance(500);
          return seen.at(-1) === '63';
        });
        expect(socket.writableLength).to.equal(0);
      });
    });

    it('is not read between two ticks, and after one without events once more comes', async () => {
      await serve(async ({ clock, response, socket, seen }) => {
        response.write(event(2));
        await until(() => clock.pending.length === 1);
        clock.advance(100);
        await until(() => seen.length === 1);
        const { bytesRead } = socket;
        for (const version of [3, 4, 5]) {
          response.write(event(version));
          for (let i = 0; i < 50; i++) await nextTurn();
        }
        expect(socket.bytesRead).to.equal(bytesRead);
        clock.advance(500);
        await until(() => seen.length === 4);
        await until(() => clock.pending.length === 1);
        clock.advance(500);
        for (let i = 0; i < 50; i++) await nextTurn();
        expect(clock.pending).to.deep.equal([]);
        response.write(event(6));
        await until(() => clock.pending.length === 1);
        expect(seen).to.deep.equal(['2', '3', '4', '5']);
      });
    });

    it('ends at once while bytes wait', async () => {
      await serve(async ({ clock, response, seen, stop, ended }) => {
        response.write(event(2));
        await until(() => clock.pending.length === 1);
        stop.abort(new Error('stop'));
        expect(await ended).to.equal('Error: stop');
        expect(seen).to.deep.equal([]);
      });
    });

    it('notices at the next tick at the latest that the connection broke', async () => {
      await serve(async ({ clock, response, peer, seen, ended }) => {
        response.write(event(2));
        await until(() => clock.pending.length === 1);
        peer.resetAndDestroy();
        await until(() => response.socket === null || response.destroyed);
        clock.advance(500);
        expect(await ended).to.match(/ECONNRESET|closed/);
        expect(seen.length).to.be.at.most(1);
      });
    });

    it('reads what came before the server ended it', async () => {
      await serve(async ({ clock, response, seen, ended }) => {
        response.write(event(2));
        await until(() => clock.pending.length === 1);
        response.end(event(3));
        for (let i = 0; i < 50; i++) await nextTurn();
        clock.advance(500);
        expect(await ended).to.equal('end');
        expect(seen.at(-1)).to.equal('3');
      });
    });
  });
}
