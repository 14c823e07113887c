// ExplorerApi asks a running kubestate what it exports, by the API of its explorer.
import type { Families, Namespaces, Slow, Status, Zeros } from '../../explorer/api.ts';
import { namespaceLimits } from '../../explorer/openapi.ts';
import { type ErrorFields, errorMessage, StartError } from '../../lib/errors.ts';
import type { Remote } from '../remote.ts';

/** The families and namespaces of the largest clusters take some MB. */
const answerBytesMax = 256 * 1024 * 1024;

const expected = 'a kubestate that serves its explorer';
const hint = 'it is at port 8080, unless --explorer=false';

export class ExplorerApi {
  readonly #remote: Remote;

  constructor(remote: Remote) {
    this.#remote = remote;
  }

  get url(): string {
    return this.#remote.shown;
  }

  async status(): Promise<Status> {
    const status = (await this.#json('api/v1/status')) as Partial<Status> | null;
    // Another program may answer JSON to whatever it is asked.
    if (
      typeof status?.version === 'string' &&
      status.freshness &&
      status.headlines &&
      status.total
    ) {
      return status as Status;
    }
    throw this.#unlike('api/v1/status', 'JSON of another kind');
  }

  async families(): Promise<Families> {
    return (await this.#json('api/v1/families')) as Families;
  }

  async namespaces(): Promise<Namespaces> {
    return (await this.#json(`api/v1/namespaces?limit=${namespaceLimits.max}`)) as Namespaces;
  }

  /** Takes some seconds where there are many series. */
  async zeros(): Promise<Zeros> {
    const path = 'api/v1/zeros';
    const lines = (await this.#text(path, /^application\/(?:x-)?ndjson\b/)).trim().split('\n');
    const last = this.#parsed(path, lines.at(-1) ?? '') as Slow<Zeros>;
    if ('result' in last) return last.result;
    throw this.#unlike(path, 'error' in last ? last.error : 'an answer without an end');
  }

  async #json(path: string): Promise<unknown> {
    return this.#parsed(path, await this.#text(path, /^application\/json\b/));
  }

  #parsed(path: string, text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw this.#unlike(path, errorMessage(error));
    }
  }

  async #text(path: string, type: RegExp): Promise<string> {
    const { body, contentType } = await this.#remote.get(path, {
      expected,
      accept: 'application/json, application/x-ndjson',
      hintOf: (status) => (status === 404 ? hint : undefined),
    });
    if (!type.test(contentType)) {
      const got = /^text\/html\b/.test(contentType) ? 'a page of HTML' : `"${contentType}"`;
      throw this.#unlike(path, got, hint);
    }
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    try {
      for await (const chunk of body) {
        bytes += chunk.length;
        if (bytes > answerBytesMax) throw new Error(`more than ${answerBytesMax} bytes`);
        chunks.push(chunk);
      }
    } catch (error) {
      throw this.#unlike(path, errorMessage(error));
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  #unlike(path: string, got: string, what?: ErrorFields['hint']): StartError {
    const place = new URL(path, this.#remote.base).href;
    return new StartError({ place, expected, got, hint: what });
  }
}
