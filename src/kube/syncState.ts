// SyncState is where a reflector stands: its phase, its content, its last failure, its status.
import { Freshness } from './freshness.ts';
import type { RelistReason } from './reasons.ts';
import type { Failure } from './retryPolicy.ts';
import type { Behind, ListedBy, SyncStatus } from './types.ts';
import type { Watch } from './watch.ts';

/** What to ask the server for next: a list, for this reason, or a watch alone. */
export type Next = RelistReason | 'watch';

/** What a reflector is doing. */
export type Phase =
  | { readonly phase: 'created' }
  | { readonly phase: 'listing'; readonly reason: RelistReason }
  /** A watch is asked for; before that, where it is due, whether the server knows the version. */
  | { readonly phase: 'opening' }
  | { readonly phase: 'watching' }
  /** Nothing is asked of the server until a backoff is over. */
  | { readonly phase: 'waiting'; readonly next: Next }
  | { readonly phase: 'stopped' };

/** What a reflector has put into its sink. */
export type Content =
  /** No complete list yet; `refused` once the server's refusal was final. */
  | { readonly synced: false; readonly refused: boolean }
  /** So many complete lists, the last one at `listedMs`, after `tookMs`. */
  | {
      readonly synced: true;
      readonly lists: number;
      readonly listedMs: number;
      readonly tookMs: number;
      readonly by: ListedBy;
    };

export class SyncState {
  #phase: Phase = { phase: 'created' };
  /** Outlasts phases: content stays while it is listed again. */
  #content: Content = { synced: false, refused: false };
  /** Outlasts phases: the last failure, until a list or a watch succeeds. */
  #failure: Failure | undefined;
  readonly #freshness = new Freshness();

  get phase(): Phase {
    return this.#phase;
  }

  get content(): Content {
    return this.#content;
  }

  enter(phase: Exclude<Phase, { phase: 'watching' }>): void {
    this.#phase = phase;
  }

  /** A full list was committed. */
  listed(nowMs: number, tookMs: number, by: ListedBy): void {
    const lists = this.#content.synced ? this.#content.lists + 1 : 1;
    this.#content = { synced: true, lists, listedMs: nowMs, tookMs, by };
    this.#failure = undefined;
    this.#freshness.upToDate(nowMs);
  }

  watchOpened(): void {
    this.#phase = { phase: 'watching' };
    this.#failure = undefined;
  }

  /** The watch ended: in order, or with an error. */
  watchEnded(watch: Watch, nowMs: number, error?: unknown): void {
    if (error === undefined) this.#freshness.upToDate(nowMs);
    else this.#freshness.watchBroke(error, watch, nowMs);
    this.#phase = { phase: 'waiting', next: 'watch' };
  }

  /** A request failed, or an open watch. */
  requestFailed(error: unknown): void {
    this.#freshness.failed(error);
  }

  /** The failure is one to wait for, and to show. */
  failed(failure: Failure, next: Next): void {
    this.#phase = { phase: 'waiting', next };
    this.#failure = failure;
    if (failure.final && !this.#content.synced) this.#content = { synced: false, refused: true };
  }

  /** Whether there is a complete list, and no other is under way or next. */
  get isListed(): boolean {
    const phase = this.#phase;
    if (!this.#content.synced || phase.phase === 'listing') return false;
    return phase.phase !== 'waiting' || phase.next === 'watch';
  }

  get status(): SyncStatus {
    const content = this.#content;
    return {
      synced: content.synced,
      refused: !content.synced && content.refused,
      absent: this.#failure?.absent === true,
      detail: this.#detail,
      behind: this.#behind,
    };
  }

  get #behind(): Behind | undefined {
    const phase = this.#phase;
    switch (phase.phase) {
      case 'watching':
        return undefined;
      case 'listing':
        return this.#freshness.behind(phase.reason !== 'retry');
      case 'waiting':
        return this.#freshness.behind(phase.next !== 'retry' && phase.next !== 'watch');
      default:
        return this.#freshness.behind(false);
    }
  }

  /** In words; a failure is named until a list or a watch succeeds. */
  get #detail(): string {
    const phase = this.#phase;
    const { synced } = this.#content;
    if (phase.phase === 'stopped') return 'stopped';
    if (phase.phase === 'created') return 'waiting for its first list';
    if (phase.phase === 'listing' && phase.reason !== 'retry') {
      return synced ? `listing again: ${phase.reason}` : 'listing';
    }
    if (this.#failure !== undefined) return this.#failure.detail;
    return phase.phase === 'opening' ? 'opening a watch' : 'watching';
  }
}
