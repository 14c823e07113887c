// SelectedNamespaces is the set of namespaces that match --namespace-selector, as of now.
import { Reflector } from '../kube/reflector.ts';
import type { SyncStatus } from '../kube/types.ts';
import { namedTable } from './namedTable.ts';
import { markedLog, type SideReflectorOptions, sayingMalformed } from './sideReflector.ts';

/** Changes of this time are one line of the log. */
const logMs = 1_000;
/** Namespaces in such a line. */
const namedMax = 10;

export interface SelectedNamespacesOptions extends SideReflectorOptions {
  readonly selector: string;
}

/** Called as a namespace starts to match, or ceases to. */
export interface NamespaceListener {
  joined(namespace: string): void;
  left(namespace: string): void;
}

/** `run` it once. */
export class SelectedNamespaces {
  readonly #options: SelectedNamespacesOptions;
  readonly #reflector: Reflector;
  readonly #listeners = new Set<NamespaceListener>();
  #names = new Set<string>();
  #isKnown = false;
  /** Changes that no line of the log tells yet: by namespace whether it matches. */
  readonly #unsaid = new Map<string, boolean>();
  #signal: AbortSignal | undefined;

  constructor({ selector, ...options }: SelectedNamespacesOptions) {
    this.#options = { selector, ...options };
    const log = markedLog(options.log, '--namespace-selector');
    const resource = 'namespaces';
    this.#reflector = new Reflector({
      ...options,
      log,
      observer: sayingMalformed({ ...options, log }, resource),
      collection: {
        resource,
        group: '',
        version: 'v1',
        labelSelector: selector,
        representation: 'metadata',
      },
      sink: namedTable({
        read: () => true,
        set: (name) => this.#change(name, true),
        delete: (name) => this.#change(name, false),
        replace: (listed) => this.#replace(new Set(listed.keys())),
      }),
      // Its changes are few, and decide what becomes of the events of all other watches.
      atOnce: true,
    });
  }

  /** Whether the namespace matches. */
  has(namespace: string): boolean {
    return this.#names.has(namespace);
  }

  get isKnown(): boolean {
    return this.#isKnown;
  }

  get status(): SyncStatus {
    // Without the set nothing that is in a namespace can be served: readiness waits for it.
    return { ...this.#reflector.status, refused: false };
  }

  /** Calls the listener at each change, until the returned function is called. */
  listen(listener: NamespaceListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Works until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    await this.#reflector.run(signal);
  }

  #replace(listed: Set<string>): void {
    if (!this.#isKnown) {
      this.#isKnown = true;
      this.#names = listed;
      this.#sayFirst(listed);
      return;
    }
    for (const name of [...this.#names]) if (!listed.has(name)) this.#change(name, false);
    for (const name of listed) this.#change(name, true);
  }

  #change(name: string, matches: boolean): void {
    if (this.#names.has(name) === matches) return;
    if (matches) this.#names.add(name);
    else this.#names.delete(name);
    for (const listener of this.#listeners) {
      if (matches) listener.joined(name);
      else listener.left(name);
    }
    if (this.#unsaid.size === 0) void this.#saySoon();
    this.#unsaid.set(name, matches);
  }

  #sayFirst(names: ReadonlySet<string>): void {
    const { log, selector } = this.#options;
    const keys = { selector, namespaces: names.size, names: [...names].slice(0, namedMax) };
    if (names.size > 0) log.info(keys, 'namespaces match --namespace-selector');
    else log.warn(keys, 'no namespace matches --namespace-selector, each is served once it does');
  }

  async #saySoon(): Promise<void> {
    const { clock, log } = this.#options;
    await clock.sleep(logMs, this.#signal);
    if (this.#signal?.aborted) return;
    const names = (matching: boolean): string[] =>
      [...this.#unsaid].flatMap(([name, matches]) => (matches === matching ? [name] : []));
    const [joined, left] = [names(true), names(false)];
    this.#unsaid.clear();
    log.info(
      {
        namespaces: this.#names.size,
        joined: joined.length,
        left: left.length,
        names: [...joined, ...left].slice(0, namedMax),
      },
      'other namespaces match --namespace-selector now',
    );
  }
}
