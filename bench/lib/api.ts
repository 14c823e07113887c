// The few calls of the Kubernetes API that a load is made of, over connections that stay open.
import { Agent, request } from 'undici';
import { apiVersionOf, builtinKinds } from '../../src/demo/kinds.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import type { Cluster } from './cluster.ts';

const connectionsMax = 32;
const pageItems = 500;

/** Where an object is: a resource by plural, a namespace where it has one, a name. */
export interface Place {
  readonly resource: keyof typeof builtinKinds;
  readonly namespace: string | undefined;
  readonly name: string;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A client whose calls resolve to the answer's body and reject on any code but 2xx. */
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

  create(place: Place, object: ApiObject): Promise<unknown> {
    return this.#call('POST', pathOf({ ...place, name: '' }), object);
  }

  replaceStatus(place: Place, object: ApiObject): Promise<unknown> {
    return this.#call('PUT', `${pathOf(place)}/status`, object);
  }

  patch(place: Place, change: object): Promise<unknown> {
    return this.#call('PATCH', pathOf(place), change);
  }

  /** At once: there is no kubelet that would end a pod in its time. */
  delete(place: Place): Promise<unknown> {
    return this.#call('DELETE', pathOf(place), { gracePeriodSeconds: 0 });
  }

  /** Where all objects of a resource are. */
  async list(resource: Place['resource']): Promise<Place[]> {
    const places: Place[] = [];
    let rest = '';
    do {
      const path = pathOf({ resource, namespace: undefined, name: '' });
      const page = (await this.#call('GET', `${path}?limit=${pageItems}&continue=${rest}`)) as {
        metadata: { continue?: string };
        items: readonly ApiObject[];
      };
      for (const { metadata } of page.items) {
        places.push({ resource, namespace: metadata.namespace, name: metadata.name });
      }
      rest = encodeURIComponent(page.metadata.continue ?? '');
    } while (rest !== '');
    return places;
  }

  /** Reads a whole list from the server's memory; its bytes are counted and forgotten. */
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
    throw new ApiFault(`${method} ${path}: expected 2xx, got ${statusCode} ${text}`, statusCode);
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

/** The server refused; `code` is that of its answer. */
export class ApiFault extends Error {
  override readonly name = 'ApiFault';
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

function pathOf({ resource, namespace, name }: Place): string {
  const kind = builtinKinds[resource];
  const root = kind.group === '' ? '/api' : '/apis';
  const within = namespace === undefined ? '' : `/namespaces/${namespace}`;
  const object = name === '' ? '' : `/${name}`;
  return `${root}/${apiVersionOf(kind)}${within}/${resource}${object}`;
}
