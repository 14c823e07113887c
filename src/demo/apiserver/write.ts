// Answers create, update, merge patch and delete requests.
import type { IncomingMessage } from 'node:http';
import { isMap } from '../../lib/isMap.ts';
import type { ApiObject } from '../objects.ts';
import { nameSuffix } from '../random.ts';
import {
  ApiStatus,
  badRequest,
  conflict,
  deleted,
  methodNotAllowed,
  notFound,
  unsupportedMediaType,
  wrongKind,
} from './apiStatus.ts';
import { apiVersionOf } from './kinds.ts';
import type { Storage } from './storage.ts';

/** The limit of a request body, as in the API server. */
const bodyBytesMax = 3 * 1024 * 1024;

const JSON_TYPE = 'application/json';
const MERGE_TYPE = 'application/merge-patch+json';

export interface WriteRequest {
  readonly storage: Storage;
  readonly method: string;
  readonly namespace: string | undefined;
  /** Absent if the path is that of the collection. */
  readonly name: string | undefined;
  /** Whether the path ends in `/status`: only the status is changed. */
  readonly statusOnly: boolean;
  readonly random: () => number;
}

/** Performs the request; returns status code and body, or throws an ApiStatus. */
export async function write(
  request: WriteRequest,
  incoming: IncomingMessage,
): Promise<{ code: number; body: object }> {
  const { storage, method, namespace, name } = request;
  const mediaType = (incoming.headers['content-type'] ?? '').split(';')[0] as string;
  const body = await readBody(incoming);
  if (name === undefined) {
    if (method !== 'POST' || (namespace === undefined && storage.kind.namespaced)) {
      throw methodNotAllowed();
    }
    requireType(mediaType, [JSON_TYPE]);
    return { code: 201, body: create(request, objectOf(storage, body)) };
  }
  switch (method) {
    case 'PUT':
      requireType(mediaType, [JSON_TYPE]);
      return { code: 200, body: replace(request, name, objectOf(storage, body)) };
    case 'PATCH': {
      requireType(mediaType, [MERGE_TYPE]);
      const patched = mergePatch(present(storage, namespace, name), body);
      return { code: 200, body: replace(request, name, objectOf(storage, patched)) };
    }
    case 'DELETE':
      if (request.statusOnly) throw methodNotAllowed();
      return { code: 200, body: remove(request, name, body) };
    default:
      throw methodNotAllowed();
  }
}

function create({ storage, namespace, random }: WriteRequest, object: ApiObject): ApiObject {
  const { metadata } = object;
  const generated = metadata.generateName;
  if (!metadata.name && generated) metadata.name = `${generated}${nameSuffix(random)}`;
  if (!metadata.name) throw badRequest('name or generateName is required');
  if (metadata.resourceVersion) {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  placeIn(object, namespace);
  return storage.create(object);
}

function replace(
  { storage, namespace, statusOnly }: WriteRequest,
  name: string,
  object: ApiObject,
): ApiObject {
  const { metadata } = object;
  if (metadata.name !== name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
  }
  placeIn(object, namespace);
  const before = present(storage, namespace, name);
  if (!storage.kind.statusApart) {
    if (statusOnly) throw methodNotAllowed();
    return storage.update(object);
  }
  if (!statusOnly) return storage.update({ ...object, status: before.status });
  const { resourceVersion } = metadata;
  const kept = { ...before.metadata, ...(resourceVersion && { resourceVersion }) };
  return storage.update({ ...before, metadata: kept, status: object.status });
}

function remove({ storage, namespace }: WriteRequest, name: string, body: unknown): object {
  const { metadata } = present(storage, namespace, name);
  const options = isMap(body) && isMap(body.preconditions) ? body.preconditions : {};
  for (const field of ['uid', 'resourceVersion'] as const) {
    const wanted = options[field];
    if (wanted !== undefined && wanted !== metadata[field]) throw conflict(storage.kind, name);
  }
  const last = storage.delete(namespace, name);
  return last.metadata.finalizers?.length ? last : deleted(storage.kind, name, metadata.uid);
}

function present(storage: Storage, namespace: string | undefined, name: string): ApiObject {
  const stored = storage.get(storage.key(namespace, name));
  if (stored === undefined) throw notFound(storage.kind, name);
  return storage.read(stored);
}

function placeIn({ metadata }: ApiObject, namespace: string | undefined): void {
  metadata.namespace ??= namespace;
  if (metadata.namespace !== namespace) {
    throw badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
}

function objectOf({ kind }: Storage, body: unknown): ApiObject {
  if (!isMap(body) || !isMap(body.metadata)) {
    throw badRequest('expected an object with metadata as the body');
  }
  if (body.kind !== kind.kind || body.apiVersion !== apiVersionOf(kind))
    throw wrongKind(kind, body);
  // Objects are not validated: this server has no schemas.
  return body as unknown as ApiObject;
}

/** RFC 7386: null removes, objects merge, everything else replaces. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const merged: Record<string, unknown> = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

function requireType(mediaType: string, accepted: readonly string[]): void {
  if (!accepted.includes(mediaType)) throw unsupportedMediaType(mediaType, accepted);
}

async function readBody(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyBytesMax) {
      const message = `limit is ${bodyBytesMax}`;
      throw new ApiStatus(413, 'RequestEntityTooLarge', `request body too large: ${message}`);
    }
    chunks.push(chunk);
  }
  if (length === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw badRequest('the body of the request was expected to be JSON, and is not');
  }
}
