// RelistPhases leads a relist from open to committed or aborted; only one that is open takes more.

/** The commit of a relist that was aborted before the commit began. */
export class RelistAbortedError extends Error {
  override readonly name = 'RelistAbortedError';
}

/**
 * A commit that is `queued` can be aborted still, one that is `committing` changes the store and
 * cannot.
 */
type Phase = 'open' | 'queued' | 'committing' | 'committed' | 'aborted';

/** Between the two calls the relist's part must not be changed. */
export interface RelistEnds {
  onCommit(): void;
  onEnd(): void;
}

/** What a relist does at its end. */
export interface RelistSteps extends RelistEnds {
  /** Changes the store, one step for each object. */
  apply(): Iterable<void>;
  /** Drops what was put. */
  discard(): void;
  /** As `RelistWork.commit`. */
  commit(changes: () => Iterable<void>): Promise<void>;
}

export class RelistPhases {
  readonly #steps: RelistSteps;
  #phase: Phase = 'open';
  #commit: Promise<void> = Promise.resolve();

  constructor(steps: RelistSteps) {
    this.#steps = steps;
  }

  refuseIfClosed(): void {
    if (this.#phase !== 'open')
      throw new Error('a relist takes nothing more once it was committed or aborted');
  }

  /** As `Relist.commit`. */
  async commit(): Promise<void> {
    this.refuseIfClosed();
    this.#phase = 'queued';
    this.#steps.onCommit();
    this.#commit = this.#steps.commit(() => this.#begin());
    await this.#commit.finally(() => this.#committed());
  }

  /** As `Relist.abort`. */
  async abort(): Promise<boolean> {
    switch (this.#phase) {
      case 'aborted':
        return false;
      case 'open':
      case 'queued':
        this.#end('aborted');
        this.#steps.discard();
        return false;
      default:
        // The caller of `commit` gets its error.
        await this.#commit.catch(() => undefined);
        return true;
    }
  }

  /** The commit begins; a relist that was aborted in the meantime changes nothing. */
  #begin(): Iterable<void> {
    if (this.#phase !== 'queued') {
      throw new RelistAbortedError('the relist was aborted before its commit began');
    }
    this.#phase = 'committing';
    return this.#steps.apply();
  }

  #committed(): void {
    if (this.#phase === 'committing') this.#end('committed');
  }

  #end(phase: 'committed' | 'aborted'): void {
    this.#phase = phase;
    this.#steps.onEnd();
  }
}
