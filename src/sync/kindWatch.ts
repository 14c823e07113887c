// KindWatch finds the kinds that a custom-resource configuration means, and follows them.
import type { KindPattern, ServedKind } from '../custom/types.ts';
import { Backoff } from '../kube/retryPolicy.ts';
import type { SyncStatus } from '../kube/types.ts';
import { logOnce } from '../lib/logThrottle.ts';
import { Definitions, type DefinitionsOptions } from './definitions.ts';
import { tryDiscover } from './discovery.ts';

/** How often discovery is asked for groups that have no definitions. */
const discoveryMs = 30_000;
/** How often it is looked whether definitions have been refused for good. */
const definitionsMs = 1_000;
/** A pattern may match all kinds of a group; more kinds than this are left out, which is logged. */
const kindsMax = 1_000;

export interface KindWatchOptions extends Omit<DefinitionsOptions, 'onChange'> {
  readonly patterns: readonly KindPattern[];
  /** Called once all kinds are resolved, and after each change; `kinds` has them. */
  onChange(): void;
}

/** A kind that is served, and the patterns that mean it, by their index. */
export interface ResolvedKind extends ServedKind {
  readonly patterns: readonly number[];
}

/**
 * Kinds come from CustomResourceDefinitions, which are watched. Groups that have none, as those of
 * Kubernetes itself and of aggregated APIs, are asked for by discovery, and so are all groups where
 * definitions may not be read. `run` it once.
 */
export class KindWatch {
  readonly #options: KindWatchOptions;
  readonly #definitions: Definitions;
  readonly #backoff: Backoff;
  readonly #warn: ReturnType<typeof logOnce>;
  /** Kinds by group, as discovery last had them. */
  readonly #discovered = new Map<string, readonly ServedKind[]>();
  readonly #missingLogged = new Set<string>();
  #resolved = false;
  #kinds: readonly ResolvedKind[] = [];
  #waiting = new AbortController();

  constructor(options: KindWatchOptions) {
    const { clock, random, log } = options;
    this.#options = options;
    this.#backoff = new Backoff(clock, random);
    this.#warn = logOnce(log);
    this.#definitions = new Definitions({
      ...options,
      onChange: () => {
        if (this.#resolved) this.#update();
        else this.#waiting.abort();
      },
    });
  }

  /** In the order of the patterns that they match first, then by plural and version. */
  get kinds(): readonly ResolvedKind[] {
    return this.#kinds;
  }

  /** Patterns that match no kind which is served now, each once. */
  get missing(): readonly KindPattern[] {
    const found = new Set(this.#kinds.flatMap(({ patterns }) => patterns));
    const missing = this.#options.patterns.filter((_, i) => !found.has(i));
    return [...new Map(missing.map((pattern) => [textOf(pattern), pattern])).values()];
  }

  /** How many definitions there are. */
  get definitions(): number {
    return this.#definitions.size;
  }

  /** How the definitions are followed. */
  get status(): SyncStatus {
    return this.#definitions.status;
  }

  /** Works until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#definitions.run(signal), this.#followDiscovery(signal)]);
  }

  async #followDiscovery(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#waiting = new AbortController();
      const waitMs = this.#definitions.answered ? await this.#poll(signal) : definitionsMs;
      const wait = AbortSignal.any([signal, this.#waiting.signal]);
      await this.#options.clock.sleep(waitMs, wait);
    }
  }

  /** Asks for each group that has no definitions; returns how long to wait for the next time. */
  async #poll(signal: AbortSignal): Promise<number> {
    const groups = new Set(this.#options.patterns.map(({ group }) => group));
    const asked = [...groups].filter((group) => !this.#definitions.groups.has(group));
    const answers = await Promise.all(asked.map((group) => this.#ask(group, signal)));
    if (signal.aborted) return 0;
    if (answers.includes(false)) {
      if (this.#resolved) this.#update();
      return this.#backoff.nextMs();
    }
    this.#resolved = true;
    this.#update();
    return discoveryMs;
  }

  /** Whether the server has answered; an error is an answer, and leaves what was known. */
  async #ask(group: string, signal: AbortSignal): Promise<boolean> {
    const { client, clock, patterns, log } = this.#options;
    const versions = patterns.filter((one) => one.group === group).map(({ version }) => version);
    const wanted = versions.includes('*') ? 'all' : [...new Set(versions)];
    const answer = await tryDiscover(client, clock, group, wanted, signal);
    if (signal.aborted) return false;
    if ('kinds' in answer) {
      this.#discovered.set(group, answer.kinds);
      return true;
    }
    const { answered, error } = answer;
    const keys = { group, error };
    if (answered) {
      this.#warn(group, keys, 'the kinds of a group are not known, discovery has no answer');
    } else {
      log.debug(keys, 'discovery failed');
    }
    return answered;
  }

  #update(): void {
    const { patterns, log, onChange } = this.#options;
    const { groups, kinds: defined } = this.#definitions;
    const others = [...this.#discovered].flatMap(([group, kinds]) =>
      groups.has(group) ? [] : kinds,
    );
    const all = resolve(patterns, [...defined, ...others]);
    if (all.length > kindsMax) {
      const keys = { kinds: all.length, kindsMax };
      this.#warn('kinds', keys, 'too many kinds match the configuration, some are left out');
    }
    this.#kinds = all.slice(0, kindsMax);
    const kinds = this.missing.map(textOf).filter((kind) => !this.#missingLogged.has(kind));
    if (kinds.length > 0) {
      for (const kind of kinds) this.#missingLogged.add(kind);
      // One line: a pack has many kinds that a cluster may not have.
      log.info({ kinds }, 'these kinds are not installed, each is served once it is');
    }
    onChange();
  }
}

const textOf = ({ group, version, kind }: KindPattern): string => `${group}/${version}/${kind}`;

/** The kinds that the patterns mean, each once. */
export function resolve(
  patterns: readonly KindPattern[],
  kinds: readonly ServedKind[],
): readonly ResolvedKind[] {
  const meant = new Map<ServedKind, number[]>();
  for (const [i, pattern] of patterns.entries()) {
    for (const kind of matching(pattern, kinds)) {
      const known = meant.get(kind);
      if (known === undefined) meant.set(kind, [i]);
      else known.push(i);
    }
  }
  return [...meant]
    .map(([kind, patterns]) => ({ ...kind, patterns }))
    .sort(
      (a, b) => (a.patterns[0] ?? 0) - (b.patterns[0] ?? 0) || (nameOf(a) < nameOf(b) ? -1 : 1),
    );
}

/** Where a group serves one kind under several plurals, `resourcePlural` says which is meant. */
function matching(pattern: KindPattern, kinds: readonly ServedKind[]): readonly ServedKind[] {
  const { group, version, kind, plural } = pattern;
  const found = kinds.filter(
    (one) =>
      one.group === group &&
      (version === '*' || one.version === version) &&
      (kind === '*' || one.kind === kind),
  );
  const named = found.filter((one) => one.plural === plural);
  return named.length > 0 ? named : found;
}

/** A resource in one version, as kubectl takes it: `orders.v1.shop.example.com`. */
export const nameOf = ({ plural, version, group }: Omit<ServedKind, 'kind' | 'scope'>): string =>
  group === '' ? `${plural}.${version}` : `${plural}.${version}.${group}`;
