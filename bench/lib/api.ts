// Api is a client with the few API calls that a load needs, over keep-alive connections.
import { Agent, request } from 'undici';
import { apiVersionOf, builtinKinds } from '../../src/demo/apiserver/kinds.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import type { Cluster } from './cluster.ts';
import { workloadKind } from './workloads.ts';

/** The kinds that a load may write to. */
export const kinds = { ...builtinKinds, workloads: workloadKind };

const connectionsMax = 32;
const pageItems = 500;
const NOT_FOUND = 404;

/** The resource (plural), namespace and name of an object. */
export interface Place {
  readonly resource: keyof typeof kinds;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** One page of a list. */
interface Page {
  readonly metadata: { readonly continue?: string; readonly remainingItemCount?: number };
  readonly items: readonly ApiObject[];
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Calls resolve to the body of the response, and reject on any status but 2xx. */
export class Api {
  readonly #cluster: Cluster;
  readonly #agent: Agent;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    const connect = { ...(cluster.ca && { ca: cluster.ca }) };
    this.#agent = new Agent({ connections: connectionsMax, allowH2: false, connect });
  }

  get<T extends ApiObject>(place: Place): Promise<T> {
    return this.#call('GET', pathOf(place)) as Promise<T>;
  }

  /** Whether the object is there. */
  async has(place: Place): Promise<boolean> {
    try {
      await this.get(place);
      return true;
    } catch (error) {
      if (error instanceof ApiFault && error.code === NOT_FOUND) return false;
      throw error;
    }
  }

  create(place: Place, object: ApiObject): Promise<unknown> {
    return this.#call('POST', pathOf({ ...place, name: '' }), object);
  }

  replaceStatus(place: Place, object: ApiObject): Promise<unknown> {
    return this.#call('PUT', `${pathOf(place)}/status`, object);
  }

  patch(place: Place, change: object): Promise<unknown> {
    return this.#call('PATCH', pathOf(place), change);
  }

  /** Deletes with grace period 0, because there is no kubelet. */
  delete(place: Place): Promise<unknown> {
    return this.#call('DELETE', pathOf(place), { gracePeriodSeconds: 0 });
  }

  /** How many objects of a resource there are. */
  async count(resource: Place['resource']): Promise<number> {
    const { metadata, items } = await this.#page(resource, 1);
    const { remainingItemCount: left } = metadata;
    if (left !== undefined) return items.length + left;
    return metadata.continue ? (await this.list(resource)).length : items.length;
  }

  /** The places of all objects of a resource, or of its first ones. */
  async list(resource: Place['resource'], atMost = Number.POSITIVE_INFINITY): Promise<Place[]> {
    const places: Place[] = [];
    let rest = '';
    do {
      const page = await this.#page(resource, pageItems, rest);
      for (const { metadata } of page.items) {
        places.push({ resource, namespace: metadata.namespace, name: metadata.name });
      }
      rest = encodeURIComponent(page.metadata.continue ?? '');
    } while (rest !== '' && places.length < atMost);
    return places;
  }

  #page(resource: Place['resource'], limit: number, rest = ''): Promise<Page> {
    const path = pathOf({ resource, namespace: undefined, name: '' });
    return this.#call('GET', `${path}?limit=${limit}&continue=${rest}`) as Promise<Page>;
  }

  /** Reads a whole list from the watch cache, counts its bytes and discards them. */
  async drain(resource: Place['resource']): Promise<{ ms: number; bytes: number }> {
    const path = pathOf({ resource, namespace: undefined, name: '' });
    const start = performance.now();
    const { body } = await this.#send('GET', `${path}?resourceVersion=0`);
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.length;
    return { ms: performance.now() - start, bytes };
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  async #call(method: Method, path: string, object?: object): Promise<unknown> {
    const { statusCode, body } = await this.#send(method, path, object);
    const text = await body.text();
    if (statusCode >= 200 && statusCode < 300) return JSON.parse(text);
    const message = `${method} ${path}: expected 2xx, got ${statusCode} ${text}`;
    throw new ApiFault(message, statusCode, reasonOf(text));
  }

  #send(method: Method, path: string, object?: object) {
    const { url, token } = this.#cluster;
    return request(`${url}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: {
        accept: 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
        ...(object && { 'content-type': contentTypes[method] ?? 'application/json' }),
      },
      ...(object && { body: JSON.stringify(object) }),
    });
  }
}

const contentTypes: Partial<Record<Method, string>> = { PATCH: 'application/merge-patch+json' };

/** An error response; `code` is its HTTP status, `reason` that of its Status object. */
export class ApiFault extends Error {
  override readonly name = 'ApiFault';
  readonly code: number;
  readonly reason: string;

  constructor(message: string, code: number, reason: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

/** The reason in a Status object; a proxy's error page has none. */
const reasonOf = (body: string): string => /"reason":\s*"(\w+)"/.exec(body)?.[1] ?? '';

function pathOf({ resource, namespace, name }: Place): string {
  const kind = kinds[resource];
  const root = kind.group === '' ? '/api' : '/apis';
  const within = namespace === undefined ? '' : `/namespaces/${namespace}`;
  const object = name === '' ? '' : `/${name}`;
  return `${root}/${apiVersionOf(kind)}${within}/${resource}${object}`;
}
