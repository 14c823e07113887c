// Harness: a simulated API server for one test, and a client that returns raw bytes and lines.
import { type IncomingMessage, request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { ApiServer, type ApiServerOptions } from '../../src/demo/apiserver/apiserver.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { seededRandom } from '../../src/demo/random.ts';
import { ManualClock } from './clock.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly json: any;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A server that listens, with a clock that only the test moves. */
export class Harness {
  readonly clock = new ManualClock();
  readonly server: ApiServer;
  #url = '';
  readonly #open: IncomingMessage[] = [];

  constructor(options: Partial<ApiServerOptions> = {}) {
    const { clock } = this;
    this.server = new ApiServer({ clock, random: seededRandom(1), versionWaitMs: 0, ...options });
  }

  async start(): Promise<void> {
    this.#url = (await this.server.listen(0, '127.0.0.1')).url;
  }

  async stop(): Promise<void> {
    for (const message of this.#open) message.destroy();
    await this.server.close();
  }

  /** Adds pods by `namespace/name`; their labels and node depend on their order. */
  addPods(...names: string[]): void {
    names.forEach((key, i) => {
      this.server.create(pod(key, { tier: i % 2 === 0 ? 'front' : 'back' }, `node-${i}`));
    });
  }

  /** Sends a request and returns the whole answer; rejects if the connection breaks. */
  async ask(path: string, ask: Ask = {}): Promise<Answer> {
    const message = await this.open(path, ask);
    const chunks: Buffer[] = [];
    for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const gzip = message.headers['content-encoding'] === 'gzip';
    const text = (gzip ? gunzipSync(body) : body).toString();
    const { statusCode: status = 0, headers } = message;
    return {
      status,
      headers,
      text,
      get json() {
        return JSON.parse(text);
      },
    };
  }

  /** Sends a request and returns the answer as soon as its headers arrive. */
  open(path: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
      const type = { 'Content-Type': 'application/json', 'Content-Length': bytes.length };
      const all = body === undefined ? headers : { ...type, ...headers };
      const options = { method, agent: false as const, headers: all };
      const outgoing = request(`${this.#url}${path}`, options, (message) => {
        this.#open.push(message);
        resolve(message);
      });
      outgoing.on('error', reject);
      outgoing.end(bytes);
    });
  }

  /** Opens a watch and returns its lines. */
  async watch(path: string): Promise<Lines> {
    return new Lines(await this.open(path));
  }
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape.
export type Event = { type: string; object: any };

/** The lines of an answer, as they arrive. */
export class Lines {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest = '';

  constructor(message: IncomingMessage) {
    this.#chunks = (message as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  /** The next line; `undefined` at the end of the answer. */
  async text(): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf('\n');
      if (end >= 0) {
        const line = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 1);
        return line;
      }
      const { value, done } = await this.#chunks.next();
      if (done) return undefined;
      this.#rest += value.toString();
    }
  }

  async event(): Promise<Event> {
    const line = await this.text();
    if (line === undefined) throw new Error('expected an event, got the end of the watch');
    return JSON.parse(line);
  }

  /** The next events as `TYPE name`, bookmarks as `BOOKMARK version`. */
  async names(count: number): Promise<string[]> {
    const names: string[] = [];
    while (names.length < count) names.push(nameOf(await this.event()));
    return names;
  }
}

const nameOf = ({ type, object }: Event): string =>
  `${type} ${object.metadata.name ?? object.metadata.resourceVersion ?? object.code}`;

/** A small pod by `namespace/name`. */
export function pod(
  key: string,
  labels: Record<string, string> = {},
  nodeName?: string,
): ApiObject {
  const [namespace, name = ''] = key.split('/');
  const spec = { ...(nodeName && { nodeName }), containers: [{ name: 'main', image: 'example' }] };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels }, spec };
}
