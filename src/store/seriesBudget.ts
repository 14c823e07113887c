// SeriesBudget enforces the series budgets: an object loses a family whole where that goes beyond.
import { namespaceOf } from '../lib/objectKey.ts';

/** A family or namespace that fell to this share of its budget has recovered. */
const recoveredShare = 0.9;
/** So many are known to be beyond their budgets at a time; what is dropped is counted for all. */
const reachedMax = 1_000;

export interface SeriesBudgetOptions {
  /** The most series of each family; 0 for no limit. */
  readonly perFamily: number;
  /** The most series in each namespace, over all families; 0 for no limit. */
  readonly perNamespace: number;
  /** So many series of an object's family were dropped; called with each change of the object. */
  onDropped(resource: string, family: string, budget: Budget, series: number): void;
  /** Called when something is dropped for the first time, or again after it has recovered. */
  onReached(subject: BudgetSubject): void;
  /** Called when the number of series has fallen well below the budget. */
  onRecovered(subject: BudgetSubject): void;
}

export type Budget = 'family' | 'namespace';

/** The family or the namespace of that name. */
export interface BudgetSubject {
  readonly budget: Budget;
  readonly name: string;
}

/** The number of series of each family of one object. */
export type SeriesCounts = Uint16Array | Uint32Array;

/** The series of a family or namespace, over all stores. */
interface Account extends BudgetSubject {
  series: number;
  readonly seriesMax: number;
}

/** The budgets of all stores together: one family may be in several of them. */
export class SeriesBudget {
  readonly #options: SeriesBudgetOptions;
  readonly #families = new Map<string, Account>();
  /** Namespaces with series. */
  readonly #namespaces = new Map<string, Account>();
  /** What is beyond its budget; shared with drafts. */
  readonly #reached: Set<string>;
  readonly #isDraft: boolean;

  constructor(options: SeriesBudgetOptions, reached?: Set<string>) {
    this.#options = options;
    this.#reached = reached ?? new Set();
    this.#isDraft = reached !== undefined;
  }

  /**
   * Budgets with nothing in them yet, for a list that is not committed. In them nothing recovers:
   * they do not count what the store has.
   */
  draft(): SeriesBudget {
    return new SeriesBudget(this.#options, this.#reached);
  }

  /**
   * Counts what an object has `now` in place of what it had `before`, and returns the families that
   * it loses. A family that does not grow always stays, and makes room for those that do.
   */
  admit(of: StoreFamilies, key: string, now: SeriesCounts, before?: SeriesCounts): number[] {
    const namespace = this.#namespace(namespaceOf(key));
    if (before !== undefined) this.#shrink(of, namespace, now, before);
    const lost: number[] = [];
    for (let i = 0; i < of.families.length; i++) {
      const had = before?.[i] ?? 0;
      let has = now[i] ?? 0;
      if (has <= had) continue;
      const family = this.#family(of.families[i] as string);
      const beyond = beyondOf([family, namespace], has - had);
      if (beyond !== undefined) {
        this.#drop(of.resource, family.name, beyond, has);
        lost.push(i);
        has = 0;
      }
      family.series += has - had;
      if (namespace !== undefined) namespace.series += has - had;
    }
    this.#forgetIfEmpty(namespace);
    return lost;
  }

  /** The object is gone. */
  release(of: StoreFamilies, key: string, had: SeriesCounts): void {
    const namespace = this.#namespace(namespaceOf(key));
    for (let i = 0; i < of.families.length; i++) {
      this.#free(of.families[i] as string, namespace, had[i] ?? 0);
    }
    this.#forgetIfEmpty(namespace);
  }

  /** Counts the families of which an object has fewer series than before. */
  #shrink(
    of: StoreFamilies,
    namespace: Account | undefined,
    now: SeriesCounts,
    before: SeriesCounts,
  ): void {
    for (let i = 0; i < of.families.length; i++) {
      const fewer = (before[i] ?? 0) - (now[i] ?? 0);
      if (fewer > 0) this.#free(of.families[i] as string, namespace, fewer);
    }
  }

  #free(family: string, namespace: Account | undefined, series: number): void {
    if (series === 0) return;
    for (const account of [this.#family(family), namespace]) {
      if (account !== undefined) account.series -= series;
      this.#recover(account);
    }
  }

  #family(name: string): Account {
    let account = this.#families.get(name);
    if (account === undefined) {
      const seriesMax = this.#options.perFamily || Number.POSITIVE_INFINITY;
      account = { budget: 'family', name, series: 0, seriesMax };
      this.#families.set(name, account);
    }
    return account;
  }

  /** Undefined for cluster-scoped objects: they share nothing that a budget could be of. */
  #namespace(name: string): Account | undefined {
    if (this.#options.perNamespace === 0 || name === '') return undefined;
    let account = this.#namespaces.get(name);
    if (account === undefined) {
      account = { budget: 'namespace', name, series: 0, seriesMax: this.#options.perNamespace };
      this.#namespaces.set(name, account);
    }
    return account;
  }

  #forgetIfEmpty(namespace: Account | undefined): void {
    if (namespace?.series === 0) this.#namespaces.delete(namespace.name);
  }

  #recover(account: Account | undefined): void {
    if (account === undefined || this.#isDraft || this.#reached.size === 0) return;
    const { budget, name, series, seriesMax } = account;
    if (series > recoveredShare * seriesMax || !this.#reached.delete(`${budget} ${name}`)) return;
    this.#options.onRecovered({ budget, name });
  }

  #drop(resource: string, family: string, { budget, name }: Account, series: number): void {
    this.#options.onDropped(resource, family, budget, series);
    const subject = `${budget} ${name}`;
    if (this.#reached.has(subject) || this.#reached.size >= reachedMax) return;
    this.#reached.add(subject);
    this.#options.onReached({ budget, name });
  }
}

/** A store, and its families in the order of its counts. */
export interface StoreFamilies {
  readonly resource: string;
  readonly families: readonly string[];
}

const beyondOf = (accounts: readonly (Account | undefined)[], series: number) =>
  accounts.find((one) => one !== undefined && one.series + series > one.seriesMax);
