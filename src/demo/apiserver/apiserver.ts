// ApiServer is a simulated API server in this process: storage, HTTP server, and methods for tests.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../lib/clock.ts';
import { StartError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { ApiObject } from '../objects.ts';
import { kindsDefinedBy } from './definitions.ts';
import { Faults } from './faults.ts';
import { apiApp, type ProtobufOf, type RecordedRequest, type Served } from './http.ts';
import { apiVersionOf, builtinKinds, type Kind } from './kinds.ts';
import { Storage, Versions } from './storage.ts';

/** Requests kept for tests; when full, the older half is dropped. */
const requestsMax = 1_000;
/** Time after which an idle connection is closed, as in the API server. */
const idleMsMax = 90_000;
const firstVersionDefault = 1_000;

export interface ApiServerOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log?: Logger;
  /** Time between the bookmarks of a watch; about a minute by default, as in the API server. */
  readonly bookmarkMs?: number;
  /** How long a list waits for a version that the server has not reached. */
  readonly versionWaitMs?: number;
  /** The version before the first change. */
  readonly firstVersion?: number;
  /** Objects in protobuf; without it the server has JSON alone. */
  readonly protobuf?: ProtobufOf;
}

/** The address on which a server listens. */
export interface Address {
  readonly url: string;
  readonly port: number;
}

/** Keeps its objects whether it listens or not. */
export class ApiServer {
  /** The faults to simulate; empty at first. */
  readonly faults = new Faults();
  readonly #options: ApiServerOptions;
  readonly #versions: Versions;
  readonly #storages = new Map<string, Storage>();
  /** Storages of kinds that a definition has added, by their paths. */
  #defined: ReadonlySet<string> = new Set();
  #requests: RecordedRequest[] = [];
  #tokens: ReadonlySet<string> | undefined;
  #server: Server | undefined;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#versions = new Versions(options.firstVersion ?? firstVersionDefault);
    for (const kind of Object.values(builtinKinds)) this.serve(kind);
    this.storage('customresourcedefinitions').subscribe(() => this.#serveDefined());
  }

  /** Starts to listen; port 0 means any free port. */
  async listen(port: number, host: string): Promise<Address> {
    if (this.#server !== undefined) throw new Error('expected a server that does not listen yet');
    const server = createServer(apiApp(this.#served()).callback());
    server.keepAliveTimeout = idleMsMax;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(cannotListen(host, port, error)));
      server.listen(port, host, resolve);
    });
    this.#server = server;
    const address = server.address() as AddressInfo;
    const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return { url: `http://${name}:${address.port}`, port: address.port };
  }

  /** Stops listening and breaks all connections. The objects stay, and it can listen again. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  /** Breaks all connections, but keeps listening. */
  cut(): void {
    this.#server?.closeAllConnections();
  }

  /** The latest requests, oldest first. */
  get requests(): readonly RecordedRequest[] {
    return this.#requests;
  }

  forgetRequests(): void {
    this.#requests = [];
  }

  /** The accepted bearer tokens; `undefined` accepts every request. */
  set tokens(tokens: Iterable<string> | undefined) {
    this.#tokens = tokens === undefined ? undefined : new Set(tokens);
  }

  /** Adds a kind. */
  serve(kind: Kind): Storage {
    const path = pathOf(apiVersionOf(kind), kind.resource);
    const present = this.#storages.get(path);
    if (present !== undefined) return present;
    const { clock, random } = this.#options;
    const storage = new Storage(kind, { versions: this.#versions, clock, random });
    this.#storages.set(path, storage);
    return storage;
  }

  /** Removes a resource, like an older server that does not serve it. */
  withdraw(resource: string): void {
    for (const [path, { kind }] of this.#storages) {
      if (kind.resource === resource) this.#storages.delete(path);
    }
  }

  /** Serves the kinds that are defined now, and no longer those that were. */
  #serveDefined(): void {
    const kinds = [...this.objects<ApiObject>('customresourcedefinitions')].flatMap(kindsDefinedBy);
    const paths = new Set(kinds.map((kind) => pathOf(apiVersionOf(kind), kind.resource)));
    for (const path of this.#defined) {
      if (paths.has(path)) continue;
      const storage = this.#storages.get(path);
      this.#storages.delete(path);
      // Open watches end.
      storage?.restore([]);
    }
    for (const kind of kinds) this.serve(kind);
    this.#defined = paths;
  }

  /** The storage of a resource, by plural. */
  storage(resource: string): Storage {
    for (const storage of this.#storages.values()) {
      if (storage.kind.resource === resource) return storage;
    }
    throw new RangeError(`expected a resource that is served, got ${resource}`);
  }

  /** The resource version of the latest change. */
  get version(): number {
    return this.#versions.current;
  }

  /** Adds an object; throws an ApiStatus if one of its name exists. */
  create<T extends ApiObject>(object: T): T {
    return this.#storageOf(object).create(object) as T;
  }

  /** Replaces an object; throws an ApiStatus if its resource version is outdated. */
  update<T extends ApiObject>(object: T): T {
    return this.#storageOf(object).update(object) as T;
  }

  /** Removes an object, or marks it as terminating while it has finalizers. */
  delete(resource: string, namespace: string | undefined, name: string): void {
    this.storage(resource).delete(namespace, name);
  }

  /** A copy of the object, which can be changed and passed to `update`. */
  get<T extends ApiObject>(
    resource: string,
    namespace: string | undefined,
    name: string,
  ): T | undefined {
    const storage = this.storage(resource);
    const stored = storage.get(storage.key(namespace, name));
    return stored === undefined ? undefined : (storage.read(stored) as T);
  }

  /** The objects of a resource, each parsed when it is yielded. */
  *objects<T extends ApiObject>(resource: string): Generator<T> {
    const storage = this.storage(resource);
    for (const stored of storage.itemsAt(storage.version) ?? []) yield storage.read(stored) as T;
  }

  /** Replaces all objects of a kind by these, exactly as given; open watches end. */
  load(kind: Kind, objects: readonly ApiObject[]): void {
    this.serve(kind).load(objects);
  }

  /** Compacts the history: versions before the current one are answered with 410. */
  compact(): void {
    for (const storage of this.#storages.values()) storage.compact();
  }

  /** Goes back to a version, as after a restored backup: the counter too, and open watches end. */
  rewind(version: number): void {
    const oldest = Math.max(...[...this.#storages.values()].map((storage) => storage.oldest));
    if (version < oldest || version > this.version) {
      throw new RangeError(`expected a version from ${oldest} to ${this.version}, got ${version}`);
    }
    const storages = [...this.#storages.values()];
    const states = storages.map((storage) => storage.itemsAt(version) ?? []);
    this.#versions.current = version;
    storages.forEach((storage, i) => {
      storage.restore(states[i] ?? []);
    });
  }

  #storageOf({ apiVersion, kind }: ApiObject): Storage {
    for (const storage of this.#storages.values()) {
      if (storage.kind.kind === kind && apiVersionOf(storage.kind) === apiVersion) return storage;
    }
    throw new RangeError(`expected an object of a kind that is served, got ${apiVersion} ${kind}`);
  }

  #served(): Served {
    const { clock, random, log, bookmarkMs = 60_000, versionWaitMs = 3_000 } = this.#options;
    return {
      clock,
      random,
      log,
      protobuf: this.#options.protobuf,
      bookmarkMs,
      versionWaitMs,
      faults: this.faults,
      kinds: () => [...this.#storages.values()].map(({ kind }) => kind),
      storageAt: (apiVersion, resource) => this.#storages.get(pathOf(apiVersion, resource)),
      admits: (authorization) => this.#admits(authorization),
      record: (request) => this.#record(request),
    };
  }

  #admits(authorization: string): boolean {
    if (this.#tokens === undefined) return true;
    const [, token] = /^Bearer (\S+)$/.exec(authorization) ?? [];
    return token !== undefined && this.#tokens.has(token);
  }

  #record(request: RecordedRequest): void {
    if (this.#requests.length === requestsMax) {
      this.#requests = this.#requests.slice(requestsMax / 2);
    }
    this.#requests.push(request);
  }
}

const pathOf = (apiVersion: string, resource: string): string => `${apiVersion}/${resource}`;

function cannotListen(host: string, port: number, error: Error): StartError {
  return new StartError({
    expected: `to listen on ${host} port ${port}`,
    got: error.message,
    hint: 'name another port, or 0 for any',
  });
}
