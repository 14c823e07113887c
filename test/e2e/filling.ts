// Fills a real API server with made-up objects: what it refuses of one is exchanged by field.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { apiVersionOf, builtinKinds } from '../../src/demo/apiserver/kinds.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import type { ApiAnswer, RealCluster } from '../../tools/apiserver/start.ts';
import { inTurns } from '../../tools/inTurns.ts';
import { asGoReads, type Made, namespaces } from '../judge/objects.ts';

/** An object that is refused so often is left out; the last time it gets a whole valid part. */
const ROUNDS_MAX = 8;

/** Admission that would refuse or change objects because of others, which are as odd. */
export const fillingFlags = [
  `--disable-admission-plugins=${[
    'ServiceAccount',
    'StorageObjectInUseProtection',
    'Priority',
    'LimitRanger',
    'ResourceQuota',
    'RuntimeClass',
    'DefaultStorageClass',
    'DefaultIngressClass',
    'MutatingAdmissionWebhook',
    'ValidatingAdmissionWebhook',
    'PodSecurity',
    'MutatingAdmissionPolicy',
    'ValidatingAdmissionPolicy',
    'CertificateApproval',
    'CertificateSigning',
    'CertificateSubjectRestriction',
    'TaintNodesByCondition',
  ]}`,
];

/** What became of a seed's objects on the real server. */
export interface Filled {
  /** Those that were taken, some after repairs; as the server has them. */
  readonly taken: readonly Made[];
  /** Those that Go can read, as they were made. */
  readonly readable: readonly Made[];
  /** Those that no program in Go could read: not as JSON of their type. */
  readonly unreadable: number;
}

type Json = Record<string, unknown>;

interface Status {
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly field?: string }[] };
}

const examples = new Map(
  (
    parse(readFileSync(join(import.meta.dirname, 'objects.yaml'), 'utf8')) as {
      object: ApiObject;
    }[]
  ).map(({ object }) => [object.kind, object]),
);

/** Where the object's collection is. */
export function collectionPath({ plural, object }: Made): string {
  const version = apiVersionOf(builtinKinds[plural]);
  const api = version.includes('/') ? `/apis/${version}` : `/api/${version}`;
  const { namespace } = object.metadata;
  return `${api}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${plural}`;
}

/** Creates them all, with their status; nothing of an object that is taken is left undone. */
export async function fillWith(cluster: RealCluster, all: readonly Made[]): Promise<Filled> {
  for (const name of namespaces) {
    await cluster.request('POST', '/api/v1/namespaces', { metadata: { name } });
  }
  const taken: Made[] = [];
  const readable: Made[] = [];
  let unreadable = 0;
  await inTurns(all, async (made) => {
    const filling = new Filling(cluster, made);
    const result = await filling.create();
    if (filling.isReadable) readable.push(made);
    else unreadable += 1;
    if (result !== undefined) taken.push(result);
  });
  return { taken, readable, unreadable };
}

/** One object on its way in. */
class Filling {
  isReadable = true;
  readonly #cluster: RealCluster;
  readonly #made: Made;
  readonly #example: Json;

  constructor(cluster: RealCluster, made: Made) {
    this.#cluster = cluster;
    this.#made = made;
    this.#example = (examples.get(made.object.kind) ?? {}) as unknown as Json;
  }

  async create(): Promise<Made | undefined> {
    const { plural, object } = this.#made;
    const path = collectionPath(this.#made);
    // As it was made, for the verdict whether Go can read it: it is not kept.
    const first = await this.#send('POST', `${path}?dryRun=All`, object);
    if (first.status === 400) this.isReadable = false;
    const { status, ...rest } = inLaterYears(object) as ApiObject & { status?: unknown };
    const fresh = { ...rest, metadata: metadataOf(object) };
    const created = await this.#until(fresh as unknown as Json, (one) =>
      this.#send('POST', path, one),
    );
    if (created === undefined) return undefined;
    if (builtinKinds[plural].statusApart && status !== undefined) {
      const own = `${path}/${object.metadata.name}/status`;
      const { resourceVersion: _, ...metadata } = (created.metadata ?? {}) as Json;
      const next = { ...created, metadata, status } as Json;
      const whole = await this.#until(next, (one) => this.#send('PUT', own, one));
      if (whole !== undefined) return { plural, object: whole as unknown as ApiObject };
    }
    return { plural, object: created as unknown as ApiObject };
  }

  #send(method: 'POST' | 'PUT', path: string, object: object): Promise<ApiAnswer<unknown>> {
    return this.#cluster.request(method, path, asGoReads(object) as object);
  }

  /** Sends an object until it is taken, each time without what it was refused for. */
  async #until(
    object: Json,
    send: (object: Json) => Promise<ApiAnswer<unknown>>,
  ): Promise<Json | undefined> {
    const refused = new Map<string, number>();
    for (let round = 1; round <= ROUNDS_MAX; round++) {
      const { status, body } = await send(object);
      if (status < 300) return body as Json;
      const fields = (body as Status).details?.causes?.map(({ field }) => field ?? '') ?? [];
      const isLast = round === ROUNDS_MAX - 1;
      if (isLast || status !== 422 || fields.every((field) => field === '')) {
        this.#exchangeAll(object);
        continue;
      }
      for (const field of new Set(fields)) {
        const times = refused.get(field) ?? 0;
        refused.set(field, times + 1);
        const keys = keysOf(field);
        exchange(object, this.#example, keys.slice(0, Math.max(1, keys.length - times)));
      }
    }
    return undefined;
  }

  /** What is left of it is its metadata. */
  #exchangeAll(object: Json): void {
    for (const key of Object.keys(object)) {
      if (!['apiVersion', 'kind', 'metadata'].includes(key)) delete object[key];
    }
    for (const [key, value] of Object.entries(this.#example))
      object[key] ??= structuredClone(value);
  }
}

/**
 * A copy without times at the start of year 1: of those a real server says null in JSON, which is
 * all that we read, and tells their fraction in protobuf, which the reference reads.
 */
const inLaterYears = (object: ApiObject): ApiObject =>
  JSON.parse(
    JSON.stringify(object).replaceAll(
      /"0001-01-01T00:00:00(\.\d+)?Z"/g,
      '"1970-01-01T00:00:00.000001Z"',
    ),
  );

/** What clients may say of an object. */
function metadataOf({ metadata }: ApiObject): object {
  const { name, namespace, labels, annotations, ownerReferences, finalizers } = metadata;
  return { name, namespace, labels, annotations, ownerReferences, finalizers };
}

/** `spec.ports[0].name` as its keys; what stands in brackets may be any text. */
const keysOf = (field: string): string[] =>
  [...field.matchAll(/\[([^\]]*)\]|[^.[\]]+/g)].map(([key, inside]) => inside ?? key);

/** Gives the field the example's value, or takes it away where that has none. */
function exchange(object: Json, example: Json, keys: readonly string[]): void {
  let place: unknown = object;
  let model: unknown = example;
  for (const [i, key] of keys.entries()) {
    if (typeof place !== 'object' || place === null) return;
    const value = ownOf(model, key);
    const isLast = i === keys.length - 1 || !Object.hasOwn(place, key);
    if (!isLast) {
      place = (place as Json)[key];
      model = value;
      continue;
    }
    if (value !== undefined && !isMetadata(keys)) (place as Json)[key] = structuredClone(value);
    else if (Array.isArray(place)) place.splice(Number(key), 1);
    else delete (place as Json)[key];
    return;
  }
}

/** What the value itself has by that key, which may be `constructor` or any other text. */
const ownOf = (value: unknown, key: string): unknown =>
  Object.hasOwn(Object(value), key) ? (value as Json)[key] : undefined;

const isMetadata = ([first]: readonly string[]): boolean => first === 'metadata';
