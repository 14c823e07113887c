// Faults makes the simulated server fail by rules; test/support/faults.ts has those of tests.
import type { ApiStatus } from './apiStatus.ts';
import type { Kind } from './kinds.ts';
import type { Abilities } from './watch.ts';

/** Rules beyond this are a test that forgets to take its own back. */
const rulesMax = 100;

export type Verb = 'list' | 'watch' | 'get' | 'write' | 'discovery';

/** The request that a rule is matched against. */
export interface FaultTarget {
  /** Absent for discovery. */
  readonly kind?: Kind;
  /** Absent for requests to all namespaces, and for cluster-scoped resources. */
  readonly namespace?: string | undefined;
  readonly verb: Verb;
  readonly query: Readonly<Record<string, string>>;
}

export interface FaultRule {
  /** RBAC plural; absent or `*` for all, including discovery. */
  readonly resource?: string;
  /** Absent for all. */
  readonly verb?: Verb;
  /** A further condition, such as `({ query }) => query.continue !== undefined`. */
  readonly when?: (target: FaultTarget) => boolean;
  /** The number of requests to which the rule applies; absent: until it is removed. */
  readonly times?: number;
  readonly act: Fault;
}

/** The connection of a request, for faults in its body. */
export interface Connection {
  /** Aborted when the connection closes. */
  readonly signal: AbortSignal;
  /** Resets the connection like a crashed peer, after what was sent so far. */
  reset(): Promise<void>;
}

type Spoil = (pieces: AsyncIterable<Buffer>, connection: Connection) => AsyncIterable<Buffer>;

/** An answer that is not from the API: a proxy's page, or plain text. */
export interface ForeignAnswer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A fault at one or several steps of an answer. */
export interface Fault {
  /** Answers with an API error. */
  readonly error?: (target: FaultTarget) => ApiStatus;
  /** Replaces the answer; `reset` breaks the connection, `hang` never answers. */
  readonly answer?: ForeignAnswer | 'reset' | 'hang';
  /** Changes the abilities of the server. */
  readonly abilities?: Partial<Abilities>;
  /** Changes the pieces of a body: head, items and tail of a list, or lines of a watch. */
  readonly pieces?: Spoil;
  /** Changes the bytes of a body, after compression. */
  readonly bytes?: Spoil;
}

/** The active rules. */
export class Faults {
  readonly #rules = new Set<{ rule: FaultRule; left: number }>();

  /** Adds a rule; the returned function removes it. */
  add(rule: FaultRule): () => void {
    if (this.#rules.size === rulesMax) throw new RangeError(`expected at most ${rulesMax} rules`);
    const entry = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
    this.#rules.add(entry);
    return () => this.#rules.delete(entry);
  }

  clear(): void {
    this.#rules.clear();
  }

  /**
   * The faults for this request; rules with `times` count it. A rule that replaces the answer ends
   * the search, so that later rules apply to later requests.
   */
  take(target: FaultTarget): Fault[] {
    const faults: Fault[] = [];
    for (const entry of this.#rules) {
      const { resource = '*', verb = target.verb, when, act } = entry.rule;
      if (resource !== '*' && resource !== target.kind?.resource) continue;
      if (verb !== target.verb || when?.(target) === false) continue;
      faults.push(act);
      entry.left -= 1;
      if (entry.left <= 0) this.#rules.delete(entry);
      if (act.error !== undefined || act.answer !== undefined) break;
    }
    return faults;
  }
}
