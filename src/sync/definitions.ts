// Definitions follows the CustomResourceDefinitions: the kinds that each of them makes.
import type { ServedKind } from '../custom/types.ts';
import type { Client } from '../kube/client.ts';
import { asRecord, resourceVersionOf } from '../kube/objects.ts';
import { Reflector } from '../kube/reflector.ts';
import type { ReflectorObserver, SyncStatus } from '../kube/types.ts';
import type { Clock } from '../lib/clock.ts';
import { errorMessage } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { KubeObject } from '../metrics/object.ts';
import type { DefinitionsObserver } from '../telemetry/registry.ts';
import { namedTable } from './namedTable.ts';

/** How often to ask again where definitions may not be read: rights may come later. */
const forbiddenMs = 300_000;

const collection = {
  resource: 'customresourcedefinitions',
  group: 'apiextensions.k8s.io',
  version: 'v1',
};

export interface DefinitionsOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly observer: ReflectorObserver;
  /** Counts changes. */
  readonly counts: DefinitionsObserver;
  /** Called after each change, and when it turns out that definitions may not be read. */
  onChange(): void;
}

/** What is kept of a definition. */
interface Definition {
  readonly group: string;
  /** The kinds that are served: none before the server has established them. */
  readonly kinds: readonly ServedKind[];
  readonly resourceVersion: string;
}

/** `run` it once. */
export class Definitions {
  readonly #options: DefinitionsOptions;
  /** By name. */
  #all = new Map<string, Definition>();
  readonly #groups = new Set<string>();
  #reflector: Reflector;
  #listed = false;
  #forbidden: string | undefined;

  constructor(options: DefinitionsOptions) {
    this.#options = options;
    this.#reflector = this.#open();
  }

  /** The kinds that are served, of all definitions. */
  get kinds(): readonly ServedKind[] {
    return [...this.#all.values()].flatMap(({ kinds }) => kinds);
  }

  /** How many definitions there are. */
  get size(): number {
    return this.#all.size;
  }

  /** The groups that have, or had, a definition. */
  get groups(): ReadonlySet<string> {
    return this.#groups;
  }

  /** Whether it is known which definitions there are, or that they cannot be read. */
  get answered(): boolean {
    return this.#listed || this.status.refused;
  }

  get status(): SyncStatus {
    const { status } = this.#reflector;
    if (this.#forbidden === undefined || status.synced) return status;
    const detail = `forbidden: ${this.#forbidden}; kinds are found by discovery`;
    return { ...status, refused: true, detail };
  }

  /** Works until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#reflector.run(signal);
      await this.#options.clock.sleep(forbiddenMs, signal);
      if (!signal.aborted) this.#reflector = this.#open();
    }
  }

  #open(): Reflector {
    const { client, clock, random, log, observer } = this.#options;
    // Once it is known that they are forbidden, another try that fails is no news.
    const quiet: ReflectorObserver = {
      ...observer,
      list: (result) => {
        if (result === 'success' || this.#forbidden === undefined) observer.list(result);
      },
    };
    return new Reflector({
      client,
      collection,
      clock,
      random,
      log,
      observer: quiet,
      sink: namedTable({
        read: definitionOf,
        set: (name, definition) => this.#set(name, definition),
        delete: (name) => this.#delete(name),
        replace: (listed) => this.#replace(listed),
      }),
      onForbidden: (error) => this.#wasForbidden(error),
    });
  }

  #wasForbidden(error: unknown): void {
    const message = errorMessage(error);
    if (this.#forbidden === undefined) {
      this.#options.log.warn(
        { resource: collection.resource, error: message },
        'definitions of custom resources may not be read, kinds are looked up every half minute',
      );
    }
    this.#forbidden = message;
    this.#options.onChange();
  }

  #set(name: string, definition: Definition): void {
    const { counts, onChange } = this.#options;
    const before = this.#all.get(name);
    if (before?.resourceVersion === definition.resourceVersion) return;
    this.#groups.add(definition.group);
    this.#all.set(name, definition);
    if (before === undefined) counts.added();
    else counts.updated();
    onChange();
  }

  #delete(name: string): void {
    if (!this.#all.delete(name)) return;
    this.#options.counts.deleted();
    this.#options.onChange();
  }

  #replace(listed: Map<string, Definition>): void {
    this.#countChanges(listed);
    for (const { group } of listed.values()) this.#groups.add(group);
    this.#listed = true;
    this.#all = listed;
    this.#options.onChange();
  }

  #countChanges(listed: ReadonlyMap<string, Definition>): void {
    const { counts } = this.#options;
    for (const [name, { resourceVersion }] of listed) {
      const before = this.#all.get(name);
      if (before === undefined) counts.added();
      else if (before.resourceVersion !== resourceVersion) counts.updated();
    }
    for (const name of this.#all.keys()) if (!listed.has(name)) counts.deleted();
  }
}

/** Throws where the object says too little of its kind. */
function definitionOf(object: KubeObject): Definition {
  const { spec, status } = asRecord(object);
  const { group, scope, names, versions } = asRecord(spec);
  // Where new names are refused, the server goes on under those that it has accepted.
  const { kind, plural } = { ...asRecord(names), ...asRecord(asRecord(status).acceptedNames) };
  if (typeof group !== 'string' || typeof kind !== 'string' || typeof plural !== 'string') {
    throw new Error('expected a definition with group, kind and plural, got one without');
  }
  const resourceVersion = resourceVersionOf(object);
  const established = listOf(asRecord(status).conditions).some(
    (one) => one.type === 'Established' && one.status === 'True',
  );
  const kinds = (established ? listOf(versions) : []).flatMap(({ name, served }): ServedKind[] => {
    if (typeof name !== 'string' || served !== true) return [];
    const reach = scope === 'Cluster' ? 'cluster' : 'namespace';
    return [{ group, version: name, kind, plural, scope: reach }];
  });
  return { group, kinds, resourceVersion };
}

const listOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.map(asRecord) : [];
