// Elector runs a replica's part of the election: acquire, renew, release the Lease, move the label.
import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import { errorMessage, isConflict, isNotFound } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { type LeaderApi, Requests } from './api.ts';
import { LeaderLabel, leaderLabel, type PodState, type ReplicaPod } from './label.ts';
import {
  durationMsOf,
  holderOf,
  type Lease,
  LeaseLock,
  newIdentity,
  type Observation,
  observe,
  podOf,
} from './lease.ts';
import type { ElectionWork, LeaderStatus } from './status.ts';

/** How many renewals, reads of the lease and longest requests fit into a lease's duration. */
const renewalsInDuration = 3;
const readsInDuration = 6;
const requestsInDuration = 3;
/** How often the label is tried in one round: each try reads the pod and renews anew. */
const labelTriesMax = 3;
/** The leader checks the labels at least this often: somebody may have changed them. */
const labelMsMax = 10_000;
/** A former leader keeps serving for lingerMs, so that endpoints can follow. */
const lingerMs = 3_000;
/** A leaving replica waits for a successor no longer than this, and reads the lease this often. */
const handOverMsMax = 3_000;
const handOverReadMs = 200;

export interface ElectorOptions {
  readonly pod: ReplicaPod;
  /** Name of the lease, in the namespace of the pod; also the value of the label. */
  readonly lease: string;
  /** The lease's duration; whole seconds. */
  readonly durationMs: number;
  readonly api: LeaderApi;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Whether this replica could serve; one that could not does not acquire the lease. */
  readonly canLead: () => boolean;
  /** Called when this replica no longer leads: kept-alive connections must move. */
  readonly onStepDown: () => void;
}

/** This replica's role in the election. */
type Role =
  | {
      readonly role: 'follower';
      /** A former leader answers scrapes until then, by the steady clock. */
      readonly servesUntilMs: number;
      /** A write without an answer may have made this replica the holder. */
      readonly mayHoldLease: boolean;
    }
  | {
      readonly role: 'leader';
      /** The lease as this replica wrote it last; undefined where it must be read first. */
      readonly lease: Lease | undefined;
      /** When the labels are to be checked next. */
      readonly labelsDueMs: number;
      /** The pod of the former leader, until it is fenced; empty where there was none. */
      readonly unfenced: string;
    }
  | { readonly role: 'leaving' };

const follower = { role: 'follower', servesUntilMs: 0, mayHoldLease: false } as const;

/** The label on this replica's own pod; a container that restarts in its pod may find it there. */
type PodLabel = 'unknown' | 'removed' | 'set';

/** One replica's part in the election: `start` it once, and `leave` once. */
export class Elector {
  readonly #options: ElectorOptions;
  readonly #identity: string;
  readonly #lock: LeaseLock;
  readonly #label: LeaderLabel;
  readonly #leaving = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #state: Role = follower;
  #podLabel: PodLabel = 'unknown';
  #observed: Observation | undefined;
  /** The error of the last round; undefined where it succeeded. */
  #lastError: string | undefined;
  #work = { began: 0, ceased: 0, failures: 0, contactMs: undefined as number | undefined };

  constructor(options: ElectorOptions) {
    const { pod, lease, durationMs, api, clock, random } = options;
    this.#options = options;
    // A restarted container is another candidate in the same pod, and must not renew.
    this.#identity = newIdentity(pod.name, random);
    const requests = new Requests(api, clock, durationMs / requestsInDuration);
    this.#lock = new LeaseLock({ namespace: pod.namespace, name: lease }, requests, {
      identity: this.#identity,
      durationMs,
      wall: () => clock.wall(),
    });
    this.#label = new LeaderLabel(pod, lease, requests, random);
  }

  get status(): LeaderStatus {
    const state = this.#state;
    return {
      serves: state.role !== 'follower' || this.#options.clock.now() < state.servesUntilMs,
      keepsConnections: state.role === 'leader',
      ready: this.#podLabel !== 'unknown' && this.#observed !== undefined,
      sentence: [this.#sentence, this.#lastError && `Failing: ${this.#lastError}.`]
        .filter(Boolean)
        .join(' '),
    };
  }

  get work(): ElectionWork {
    return { leads: this.#state.role === 'leader', ...this.#work };
  }

  start(): void {
    this.#running = this.#run(this.#leaving.signal);
  }

  /**
   * Leaves the election. A leader releases the lease and keeps serving until a successor has it and
   * endpoints could follow; resolves when no more scrapes are expected here.
   */
  async leave(): Promise<void> {
    const { clock, onStepDown, log } = this.#options;
    this.#leaving.abort();
    await this.#running;
    const before = this.#state;
    if (before.role === 'follower') {
      await clock.sleep(Math.max(0, before.servesUntilMs - clock.now()));
      if (!before.mayHoldLease) return;
    } else {
      this.#state = { role: 'leaving' };
      this.#work.ceased++;
      onStepDown();
    }
    const successor = await withDeadline(clock, handOverMsMax, (late) =>
      this.#handOver(before.role !== 'follower', late),
    );
    log.info({ successor }, 'leader election: released the lease');
    if (successor !== '') await clock.sleep(lingerMs);
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const failed = !(await this.#round(signal));
      if (!signal.aborted) await this.#options.clock.sleep(this.#pauseMs(failed), signal);
    }
  }

  /** False where the round failed. */
  async #round(signal: AbortSignal): Promise<boolean> {
    try {
      if (this.#state.role === 'leader') await this.#lead(signal);
      else await this.#follow(signal);
      this.#lastError = undefined;
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      this.#work.failures++;
      const sentence = errorMessage(error);
      if (sentence !== this.#lastError) {
        this.#options.log.warn({ error: sentence }, 'leader election failed, retrying');
      }
      this.#lastError = sentence;
      return false;
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    await this.#removeOwnLabel(signal);
    const lease = await this.#read(signal);
    const holder = holderOf(lease);
    if (lease !== undefined && holder === this.#identity) {
      // Labels may be touched after a renewal only, and the pod must be read before that.
      this.#becomeLeader(lease, '');
      return this.#lead(signal);
    }
    this.#setMayHoldLease(false);
    if (this.#expiresInMs() > 0) return;
    try {
      if (this.#options.canLead()) {
        const pod = await this.#label.read(signal);
        this.#setMayHoldLease(true);
        this.#becomeLeader(await this.#lock.acquire(lease, signal), podOf(holder));
        await this.#labelOrLead(pod, signal);
      } else if (lease !== undefined && this.#isHeldByThisPod(holder)) {
        // This pod led before its container restarted, and another replica is synced.
        await this.#lock.release(lease, signal);
      }
    } catch (error) {
      // Another replica was faster; the next read shows which.
      if (this.#state.role === 'leader' || !isConflict(error)) throw error;
    }
  }

  /** A former leader keeps the label while it lingers, so that the Service has an endpoint. */
  async #removeOwnLabel(signal: AbortSignal): Promise<void> {
    const state = this.#state;
    const lingers = state.role === 'follower' && this.#options.clock.now() < state.servesUntilMs;
    if (this.#podLabel === 'removed' || lingers) return;
    await this.#label.remove(signal);
    this.#podLabel = 'removed';
  }

  #setMayHoldLease(mayHoldLease: boolean): void {
    if (this.#state.role === 'follower') this.#state = { ...this.#state, mayHoldLease };
  }

  /** Labels right after the lease was acquired; a conflict with the kubelet is retried. */
  async #labelOrLead(pod: PodState, signal: AbortSignal): Promise<void> {
    try {
      await this.#reconcileLabels(pod, signal);
    } catch (error) {
      if (isNotFound(error)) await this.#releaseLease(signal);
      if (!isConflict(error)) throw error;
      await this.#lead(signal);
    }
  }

  async #lead(signal: AbortSignal): Promise<void> {
    for (let tries = 1; this.#state.role === 'leader'; tries++) {
      const { lease, labelsDueMs } = this.#state;
      const due = this.#options.clock.now() >= labelsDueMs;
      // A pod that cannot be read must not cost the lease: it is renewed all the same.
      const pod = due ? this.#label.read(signal) : undefined;
      await pod?.catch(() => undefined);
      if (!(await this.#renew(lease, signal))) return this.#follow(signal);
      if (pod === undefined) return;
      try {
        return await this.#reconcileLabels(await pod, signal);
      } catch (error) {
        if (isNotFound(error)) await this.#releaseLease(signal);
        if (!isConflict(error) || tries >= labelTriesMax) throw error;
      }
    }
  }

  /** Renews the lease, even an expired one; false where another replica holds it. */
  async #renew(written: Lease | undefined, signal: AbortSignal): Promise<boolean> {
    if (written !== undefined && (await this.#renewWritten(written, signal))) return true;
    const lease = await this.#read(signal);
    const holder = holderOf(lease);
    if (holder !== '' && holder !== this.#identity) {
      this.#stepDown(holder);
      return false;
    }
    const ours = lease !== undefined && holder !== '';
    this.#setLease(
      ours ? await this.#lock.renew(lease, signal) : await this.#lock.acquire(lease, signal),
    );
    this.#recordContact();
    return true;
  }

  /** False where the lease was changed or deleted, and must be read again. */
  async #renewWritten(written: Lease, signal: AbortSignal): Promise<boolean> {
    // Without an answer its resource version is not known.
    this.#setLease(undefined);
    try {
      this.#setLease(await this.#lock.renew(written, signal));
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) return false;
      throw error;
    }
    this.#recordContact();
    return true;
  }

  #setLease(lease: Lease | undefined): void {
    if (this.#state.role === 'leader') this.#state = { ...this.#state, lease };
  }

  #becomeLeader(lease: Lease, unfenced: string): void {
    const { log, clock } = this.#options;
    this.#state = { role: 'leader', lease, labelsDueMs: clock.now(), unfenced };
    this.#work.began++;
    this.#recordContact();
    log.info({ identity: this.#identity }, 'leader election: this replica leads');
  }

  #stepDown(successor: string): void {
    const { log, clock, onStepDown } = this.#options;
    this.#state = { ...follower, servesUntilMs: clock.now() + lingerMs };
    this.#work.ceased++;
    log.info({ successor: podOf(successor) }, 'leader election: this replica no longer leads');
    onStepDown();
  }

  /**
   * Called right after a renewal only, because only the holder may change labels. Where a leader is
   * frozen between the two, the next leader fences its pod: `pod` was read before the renewal, so
   * the frozen leader's patch conflicts.
   */
  async #reconcileLabels(pod: PodState, signal: AbortSignal): Promise<void> {
    const { clock, durationMs, pod: own } = this.#options;
    const state = this.#state;
    if (state.role !== 'leader') return;
    this.#podLabel = 'set';
    // All of it within the time of one request, because the next renewal waits for it.
    await withDeadline(clock, durationMs / requestsInDuration, async (late) => {
      const inTime = AbortSignal.any([signal, late]);
      await this.#label.set(pod, inTime);
      const fences = state.unfenced !== '' && state.unfenced !== own.name;
      if (fences) await this.#label.fence(state.unfenced, inTime);
      await this.#label.removeFromOthers(inTime);
      this.#state = { ...state, labelsDueMs: clock.now() + labelMsMax, unfenced: '' };
    });
  }

  /** This pod was deleted, though the process still runs: no Service can select it. */
  async #releaseLease(signal: AbortSignal): Promise<void> {
    const state = this.#state;
    this.#stepDown('');
    if (state.role === 'leader' && state.lease !== undefined) {
      await this.#lock.release(state.lease, signal);
    }
  }

  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    const { clock, durationMs } = this.#options;
    const lease = await this.#lock.read(signal);
    this.#observed = observe(this.#observed, lease, clock.now(), durationMs / 2);
    this.#recordContact();
    return lease;
  }

  #recordContact(): void {
    this.#work.contactMs = this.#options.clock.wall();
  }

  /** Time until the lease expires; 0 where it may be acquired now. */
  #expiresInMs(): number {
    const { clock, durationMs } = this.#options;
    const { lease, sinceMs = 0 } = this.#observed ?? {};
    const holder = holderOf(lease);
    if (holder === '' || this.#isHeldByThisPod(holder)) return 0;
    return Math.max(0, sinceMs + (durationMsOf(lease) ?? durationMs) - clock.now());
  }

  /** Whether the holder was this pod before its container restarted. */
  #isHeldByThisPod(holder: string): boolean {
    return holder !== this.#identity && podOf(holder) === this.#options.pod.name;
  }

  /** Jitter only shortens a pause: the lease's duration counts on its length. */
  #pauseMs(failed: boolean): number {
    const { clock, random, durationMs } = this.#options;
    const state = this.#state;
    const jittered = (ms: number): number => ms * (0.75 + 0.25 * random());
    if (state.role === 'leader' && !failed) return jittered(durationMs / renewalsInDuration);
    const read = jittered(durationMs / readsInDuration);
    const linger = state.role === 'follower' ? state.servesUntilMs - clock.now() : 0;
    const waits = [read, this.#expiresInMs(), linger].filter((ms) => ms > 0);
    return Math.min(...waits);
  }

  get #sentence(): string {
    if (this.#state.role === 'leader') return 'This replica leads.';
    if (this.#state.role === 'leaving') return 'This replica is handing over to another.';
    if (this.#podLabel === 'unknown') return `The label ${leaderLabel} is still on this pod.`;
    const holder = holderOf(this.#observed?.lease);
    return holder === '' || holder === this.#identity
      ? 'This replica follows; no replica leads.'
      : `This replica follows; ${podOf(holder)} leads.`;
  }

  /** Releases the lease; resolves to the pod that took it, empty where none was seen. */
  async #handOver(awaited: boolean, signal: AbortSignal): Promise<string> {
    const { clock, log } = this.#options;
    let logged = false;
    while (!signal.aborted) {
      try {
        const lease = await this.#lock.read(signal);
        const holder = holderOf(lease);
        if (lease !== undefined && holder === this.#identity) {
          await this.#lock.release(lease, signal);
        } else if (holder !== '') return podOf(holder);
        if (!awaited) return '';
      } catch (error) {
        if (!signal.aborted && !logged) {
          log.warn({ err: error }, 'leader election: the lease could not be released, retrying');
          logged = true;
        }
      }
      await clock.sleep(handOverReadMs, signal);
    }
    return '';
  }
}
