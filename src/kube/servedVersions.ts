// ServedVersions finds in which version of its group the server has a collection.
import { isNotFound } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { asRecord } from './objects.ts';
import type { Collection } from './types.ts';

/** Gets a document of the server; rejects with its error. */
type Get = (path: string, signal: AbortSignal) => Promise<unknown>;

/** Those of collections that have older versions; others are in the version that they name. */
export class ServedVersions {
  readonly #get: Get;
  readonly #log: Logger;
  /** By group and resource, once discovery was asked. */
  readonly #found = new Map<string, string>();

  constructor(get: Get, log: Logger) {
    this.#get = get;
    this.#log = log;
  }

  /** The collection in the version that was found last; before that, in the one it names. */
  of(collection: Collection): Collection {
    if (collection.olderVersions === undefined) return collection;
    const version = this.#found.get(keyOf(collection));
    return version === undefined ? collection : { ...collection, version };
  }

  /**
   * Asks for the collection; where the server does not have it in that version, but discovery lists
   * it in another one, once more in that. An upgrade of the server may remove the version in use.
   */
  async ask<Answer>(
    collection: Collection,
    signal: AbortSignal,
    request: (collection: Collection) => Promise<Answer>,
  ): Promise<Answer> {
    const asked = this.of(collection);
    try {
      return await request(asked);
    } catch (error) {
      if (collection.olderVersions === undefined || !isNotFound(error)) throw error;
      await this.find(collection, signal);
      const found = this.of(collection);
      if (found.version === asked.version) throw error;
      return request(found);
    }
  }

  /** Whether discovery lists the collection, in the newest of its versions that `of` then gives. */
  async find(collection: Collection, signal: AbortSignal): Promise<boolean> {
    const { version: newest, olderVersions = [] } = collection;
    for (const version of [newest, ...olderVersions]) {
      if (!(await this.#lists({ ...collection, version }, signal))) continue;
      if (olderVersions.length > 0) this.#use(collection, version);
      return true;
    }
    return false;
  }

  #use(collection: Collection, version: string): void {
    const { resource, group } = collection;
    if (this.of(collection).version === version) return;
    this.#found.set(keyOf(collection), version);
    this.#log.info({ resource, group, version }, 'the API server has a resource in this version');
  }

  async #lists(collection: Collection, signal: AbortSignal): Promise<boolean> {
    try {
      const { resources } = asRecord(await this.#get(groupPathOf(collection), signal));
      if (!Array.isArray(resources)) return false;
      return resources.some((resource) => asRecord(resource).name === collection.resource);
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }
}

const keyOf = ({ group, resource }: Collection): string => `${group}/${resource}`;

/** Where the server has the version of the group. */
export const groupPathOf = ({ group, version }: Collection): string =>
  group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
