// The election: one replica of several leads, bears the label, and hands over when it goes.
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { LeaderLabel, leaderLabel, type OurPod } from './label.ts';
import { durationMsOf, holderOf, type Lease, LeaseLock } from './lease.ts';
import { isConflict, isMissing, type LeaderApi, Requests, TimeLimit } from './requests.ts';

/** Renewals, looks at the lease and the longest request: so many of each fit in its duration. */
const renewalsInDuration = 3;
const looksInDuration = 6;
const requestsInDuration = 3;
/** The leader looks after the labels as often as this: someone may have changed them. */
const labelMsMax = 10_000;
/** Who led serves on for so long: until then a Service may still lead here. */
const lingerMs = 3_000;
/** Who ends waits for a successor for no longer than this, and looks for it as often as that. */
const handOverMsMax = 3_000;
const handOverLookMs = 200;

export interface ElectorOptions {
  readonly pod: OurPod;
  /** Name of the lease, in the namespace of the pod; also the value of the label. */
  readonly lease: string;
  /** How long a leader may be silent; whole seconds. */
  readonly durationMs: number;
  readonly api: LeaderApi;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Whether we could serve: who cannot does not stand for election. */
  readonly canLead: () => boolean;
  /** We led and do no more: connections that are kept open must go elsewhere. */
  readonly onStepDown: () => void;
}

/** Where this replica stands. */
export interface Standing {
  /** Scrapes are answered with what is held. */
  readonly serves: boolean;
  /** Connections may be kept; false tells clients to connect anew, to whoever leads. */
  readonly keeps: boolean;
  /** The label is off our pod unless we lead, and the lease was read. */
  readonly ready: boolean;
  /** The same for people. */
  readonly sentence: string;
}

/** What is counted of elections. */
export interface ElectionWork {
  readonly leads: boolean;
  /** How often we began, and ceased, to lead. */
  readonly began: number;
  readonly ceased: number;
  /** Rounds that failed. */
  readonly failures: number;
  /** When the lease was last read or written, in milliseconds since 1970. */
  readonly contactMs: number | undefined;
}

/** One replica's part in the election; start it once, and `leave` once. */
export class Elector {
  readonly #options: ElectorOptions;
  readonly #identity: string;
  readonly #lock: LeaseLock;
  readonly #label: LeaderLabel;
  readonly #leaving = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #phase: 'follower' | 'leader' | 'leaving' = 'follower';
  /** What we wrote last, while we lead; undefined where it must be read first. */
  #held: Lease | undefined;
  /** A write may have made us the holder, though no answer said so. */
  #mayHold = false;
  /** The lease as it was last seen, and since when on our own clock it has been so. */
  #seen: { readonly text: string; readonly lease: Lease | undefined; sinceMs: number } | undefined;
  #readMs = Number.NEGATIVE_INFINITY;
  /** Our pod may bear the label. */
  #labelled = true;
  #cleared = false;
  #labelsDueMs = 0;
  #servesUntilMs = Number.NEGATIVE_INFINITY;
  #trouble: string | undefined;
  #work = { began: 0, ceased: 0, failures: 0, contactMs: undefined as number | undefined };

  constructor(options: ElectorOptions) {
    const { pod, lease, durationMs, api, clock, random } = options;
    this.#options = options;
    // A container that starts again in its pod is another candidate, and must not renew.
    this.#identity = `${pod.name}_${suffix(random)}${suffix(random)}`;
    const requests = new Requests(api, clock, durationMs / requestsInDuration);
    this.#lock = new LeaseLock({ namespace: pod.namespace, name: lease }, requests, {
      identity: this.#identity,
      durationMs,
      wall: () => clock.wall(),
    });
    this.#label = new LeaderLabel(pod, lease, requests);
  }

  get standing(): Standing {
    const { clock } = this.#options;
    const leads = this.#phase === 'leader';
    return {
      serves: this.#phase !== 'follower' || clock.now() < this.#servesUntilMs,
      keeps: leads,
      ready: this.#cleared && this.#seen !== undefined,
      sentence: [this.#position, this.#trouble && `Failing: ${this.#trouble}.`]
        .filter(Boolean)
        .join(' '),
    };
  }

  get work(): ElectionWork {
    return { leads: this.#phase === 'leader', ...this.#work };
  }

  /** Takes part from now on. */
  start(): void {
    this.#running = this.#run(this.#leaving.signal);
  }

  /**
   * Takes part no longer. A leader leaves the lease to another and serves on until that one has
   * it and the Service follows; resolves when scrapes are no longer expected here.
   */
  async leave(): Promise<void> {
    const { clock, onStepDown, log } = this.#options;
    this.#leaving.abort();
    await this.#running;
    const led = this.#phase === 'leader';
    if (!led) await clock.sleep(Math.max(0, this.#servesUntilMs - clock.now()));
    if (!led && !this.#mayHold) return;
    if (led) {
      this.#phase = 'leaving';
      this.#work.ceased++;
      onStepDown();
    }
    const limit = new TimeLimit(clock, handOverMsMax);
    const successor = await this.#handOver(led, limit.signal);
    limit.end();
    log.info({ successor }, 'leader election: left the lease');
    if (successor !== '') await clock.sleep(lingerMs);
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const failed = !(await this.#round(signal));
      if (!signal.aborted) await this.#options.clock.sleep(this.#pauseMs(failed), signal);
    }
  }

  /** Whether the round did what it was to do. */
  async #round(signal: AbortSignal): Promise<boolean> {
    try {
      if (this.#phase === 'leader') await this.#lead(signal);
      else await this.#follow(signal);
      this.#trouble = undefined;
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      this.#work.failures++;
      const sentence = error instanceof Error ? error.message : String(error);
      // Said once for as long as it lasts: a round is a second.
      if (sentence !== this.#trouble) {
        this.#options.log.warn({ error: sentence }, 'leader election: a round failed, trying on');
      }
      this.#trouble = sentence;
      return false;
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { clock, canLead } = this.#options;
    // Who has just led leaves the label to its successor: without both the Service led nowhere.
    if (this.#labelled && clock.now() >= this.#servesUntilMs) {
      await this.#label.remove(signal);
      this.#labelled = false;
      this.#cleared = true;
    }
    const lease = await this.#read(signal);
    const holder = holderOf(lease);
    if (lease !== undefined && holder === this.#identity) return this.#rise(lease, signal);
    this.#mayHold = false;
    if (this.#freeInMs() > 0) return;
    try {
      if (canLead()) {
        this.#mayHold = true;
        await this.#rise(await this.#lock.take(lease, signal), signal);
      } else if (lease !== undefined && this.#wasOurs(holder)) {
        // Our pod led before this start, and another replica is warm.
        await this.#lock.release(lease, signal);
      }
    } catch (error) {
      // Another one was faster; the next look tells who.
      if (this.#phase === 'leader' || !isConflict(error)) throw error;
    }
  }

  async #lead(signal: AbortSignal): Promise<void> {
    if (await this.#renew(signal)) await this.#lookAfterLabels(signal);
    else await this.#follow(signal);
  }

  /** Renews the lease, also one that has run out; false where another one holds it. */
  async #renew(signal: AbortSignal): Promise<boolean> {
    if (this.#held !== undefined && (await this.#renewHeld(this.#held, signal))) return true;
    const lease = await this.#read(signal);
    const holder = holderOf(lease);
    if (holder !== '' && holder !== this.#identity) {
      this.#stepDown(holder);
      return false;
    }
    const ours = lease !== undefined && holder !== '';
    this.#held = ours
      ? await this.#lock.renew(lease, signal)
      : await this.#lock.take(lease, signal);
    this.#touched();
    return true;
  }

  /** False where somebody has changed or deleted the lease: what it is now must be read. */
  async #renewHeld(held: Lease, signal: AbortSignal): Promise<boolean> {
    // Without an answer we do not know which version it has.
    this.#held = undefined;
    try {
      this.#held = await this.#lock.renew(held, signal);
    } catch (error) {
      if (isConflict(error) || isMissing(error)) return false;
      throw error;
    }
    this.#touched();
    return true;
  }

  /** We hold the lease from now on. */
  async #rise(lease: Lease, signal: AbortSignal): Promise<void> {
    const { log, clock } = this.#options;
    this.#phase = 'leader';
    this.#held = lease;
    this.#mayHold = true;
    this.#work.began++;
    this.#labelsDueMs = clock.now();
    this.#touched();
    log.info({ identity: this.#identity }, 'leader election: this replica leads');
    await this.#lookAfterLabels(signal);
  }

  #stepDown(successor: string): void {
    const { log, clock, onStepDown } = this.#options;
    this.#phase = 'follower';
    this.#held = undefined;
    this.#mayHold = false;
    this.#labelled = true;
    this.#servesUntilMs = clock.now() + lingerMs;
    this.#work.ceased++;
    log.info({ successor: podOf(successor) }, 'leader election: this replica leads no more');
    onStepDown();
  }

  /** Only ever done right after a renewal: who does not hold the lease must not touch them. */
  async #lookAfterLabels(signal: AbortSignal): Promise<void> {
    const { clock, durationMs } = this.#options;
    if (clock.now() < this.#labelsDueMs) return;
    this.#labelled = true;
    // All of it within the time of one request, for the next renewal waits for it.
    const limit = new TimeLimit(clock, durationMs / requestsInDuration);
    const inTime = AbortSignal.any([signal, limit.signal]);
    try {
      await this.#label.set(inTime);
      await this.#label.removeFromOthers(inTime);
      this.#labelsDueMs = clock.now() + labelMsMax;
    } catch (error) {
      if (isMissing(error)) await this.#resign(signal);
      throw error;
    } finally {
      limit.end();
    }
  }

  /** Our pod is gone, though we still run: no Service can lead here. */
  async #resign(signal: AbortSignal): Promise<void> {
    const held = this.#held;
    this.#stepDown('');
    if (held !== undefined) await this.#lock.release(held, signal);
  }

  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    const { clock, durationMs } = this.#options;
    const lease = await this.#lock.read(signal);
    const now = clock.now();
    const text = JSON.stringify(lease?.spec ?? null);
    // Where we could not read for long, its holder could probably not write either.
    const blind = now - this.#readMs > durationMs / 2;
    const sinceMs = blind || this.#seen?.text !== text ? now : this.#seen.sinceMs;
    this.#seen = { text, lease, sinceMs };
    this.#readMs = now;
    this.#touched();
    return lease;
  }

  #touched(): void {
    this.#work.contactMs = this.#options.clock.wall();
  }

  /** Time until the lease may be taken; 0 where it may be now. */
  #freeInMs(): number {
    const { clock, durationMs } = this.#options;
    const { lease, sinceMs = 0 } = this.#seen ?? {};
    const holder = holderOf(lease);
    if (holder === '' || this.#wasOurs(holder)) return 0;
    return Math.max(0, sinceMs + (durationMsOf(lease) ?? durationMs) - clock.now());
  }

  /** Whether the holder was this pod before its container started again. */
  #wasOurs(holder: string): boolean {
    return holder !== this.#identity && podOf(holder) === this.#options.pod.name;
  }

  /** Shorter by chance, never longer: what is promised of the lease's duration counts on it. */
  #pauseMs(failed: boolean): number {
    const { clock, random, durationMs } = this.#options;
    const shortened = (ms: number): number => ms * (0.75 + 0.25 * random());
    if (this.#phase === 'leader' && !failed) return shortened(durationMs / renewalsInDuration);
    const look = shortened(durationMs / looksInDuration);
    const linger = this.#servesUntilMs - clock.now();
    const waits = [look, this.#freeInMs(), linger].filter((ms) => ms > 0);
    return Math.min(...waits);
  }

  get #position(): string {
    if (this.#phase === 'leader') return 'This replica leads.';
    if (this.#phase === 'leaving') return 'This replica hands over to another.';
    if (!this.#cleared) return `The label ${leaderLabel} was not taken off our pod yet.`;
    const holder = holderOf(this.#seen?.lease);
    return holder === '' || holder === this.#identity
      ? 'This replica follows; none leads.'
      : `This replica follows; ${podOf(holder)} leads.`;
  }

  /** Leaves the lease to others; resolves to the pod that took it, empty where none was seen. */
  async #handOver(awaited: boolean, signal: AbortSignal): Promise<string> {
    const { clock, log } = this.#options;
    let said = false;
    while (!signal.aborted) {
      try {
        const lease = await this.#lock.read(signal);
        const holder = holderOf(lease);
        if (lease !== undefined && holder === this.#identity) {
          await this.#lock.release(lease, signal);
        } else if (holder !== '') return podOf(holder);
        if (!awaited) return '';
      } catch (error) {
        if (!signal.aborted && !said) {
          log.warn({ err: error }, 'leader election: the lease was not left yet');
          said = true;
        }
      }
      await clock.sleep(handOverLookMs, signal);
    }
    return '';
  }
}

/** An identity is the pod's name and something by chance behind `_`, which no name holds. */
const podOf = (identity: string): string => identity.split('_')[0] ?? '';

const suffix = (random: () => number): string =>
  Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
