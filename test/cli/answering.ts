// What tests of commands that read from others share: servers that answer as told, and files.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Command } from '../../src/cli/command.ts';
import { parseCommandLine } from '../../src/config/flags.ts';
import type { ProcessContext } from '../../src/lib/processContext.ts';
import { contextOf } from '../support/context.ts';
import { hastyClock } from '../support/start.ts';

export interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly body: string | Buffer;
  readonly gzip?: boolean;
}

export interface Asked {
  readonly path: string;
  /** The number of the request, from 1. */
  readonly request: number;
  readonly headers: IncomingHttpHeaders;
}

const notFound: Answer = { status: 404, body: 'Not Found' };

/** Servers and folders of one test, which `close` removes. */
export class Answering {
  readonly #servers: Server[] = [];
  readonly #folders: string[] = [];

  /** The URL of a server that answers so, without a path. */
  serve(answers: string | ((asked: Asked) => Answer | undefined)): Promise<string> {
    let requests = 0;
    return this.listen(
      createServer(({ url = '', headers }, response) => {
        requests++;
        const asked = { path: url, request: requests, headers };
        const answer = typeof answers === 'string' ? { body: answers } : answers(asked);
        const { status = 200, type = 'text/plain', body, gzip = false } = answer ?? notFound;
        response.writeHead(status, {
          'content-type': type,
          ...(gzip && { 'content-encoding': 'gzip' }),
        });
        response.end(gzip ? gzipSync(body) : body);
      }),
    );
  }

  async listen(server: Server): Promise<string> {
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** A folder with these files. */
  folder(files: Readonly<Record<string, string | Buffer>>): string {
    const folder = mkdtempSync(join(tmpdir(), 'kubestate-cli-'));
    this.#folders.push(folder);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return folder;
  }

  file(content: string | Buffer): string {
    return join(this.folder({ file: content }), 'file');
  }

  close(): void {
    for (const server of this.#servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
    for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true });
  }
}

/** A context whose pauses are short, and what is printed in it. */
export function printing(columns?: number): { context: ProcessContext; printed: string[] } {
  const printed: string[] = [];
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const context: ProcessContext = {
    ...contextOf({ log, clock: hastyClock(1_000) }),
    print: (text) => printed.push(text),
    onHangup: () => undefined,
    columns,
  };
  return { context, printed };
}

/** Runs a command with these arguments. */
export async function run(
  command: Command,
  args: readonly string[],
  columns?: number,
): Promise<{ code: number; text: string }> {
  const { context, printed } = printing(columns);
  const code = await command.run(context, parseCommandLine(command.flags, args));
  return { code, text: printed.join('') };
}
