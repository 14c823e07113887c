// WatchTicks reads all watches of the process together, twice a second.
import type { Clock } from '../lib/clock.ts';
import { aborted } from '../lib/deadline.ts';
import type { BodyTicks, WatchBody } from './watchBody.ts';

/** Time between two ticks; part of the second in which a change is to be served. */
export const tickMs = 500;
/** After a pause the first event waits so long for others: one change often makes several. */
const gatherMs = 100;
/** A tick ends here where the watches never fall silent, and goes on at once with the rest. */
const windowBytesMax = 8 * 1024 * 1024;
/** So many turns of the event loop that each bring bytes end a tick, too. */
const turnsMax = 256;
/** Fewer bytes than this in a turn are events as they happen, not a backlog. */
const turnBytesMin = 16 * 1024;
/**
 * A watch that had more than this is read again soon: what the kernel's buffers could not take
 * comes only once they are empty, and would be one bufferful at each tick.
 */
const backlogBytesMin = 256 * 1024;
const backlogMs = 10;
/** A server may close a watch in which some hundred events wait, so busy watches wait less. */
const eventsMax = 200;
/** Two flushes are so far apart at the least. */
const flushMsMin = tickMs / 2;

/** Called when what a tick brought is in the stores; never rejects. */
export type OnDrained = () => Promise<void>;

/**
 * One for the process: a wake costs more than the event that it brings. A tick reads until a read
 * would block, lets the readers decode what came, and has it flushed. A watch that it brought bytes
 * is not read until the next one; of a watch that it brought none, the next bytes ask for a tick.
 * Nothing runs, and no timer, while all are silent.
 */
export class WatchTicks implements BodyTicks {
  readonly #clock: Pick<Clock, 'now' | 'sleep' | 'turn'>;
  /** The bodies in which bytes wait, or may wait because they are not read, and since when. */
  readonly #waiting = new Map<WatchBody, number>();
  /** The bodies whose readers use what the last tick gave them. */
  readonly #using = new Set<WatchBody>();
  readonly #onDrained = new Set<OnDrained>();
  #allUsed: () => void = () => undefined;
  #running = false;
  #pause = new AbortController();
  #lastMs = Number.NEGATIVE_INFINITY;
  #intervalMs = tickMs;
  #windowBytes = 0;
  /** Since when changes wait that no flush has taken, and those that a flush has. */
  #unflushedMs: number | undefined;
  #flushingMs: number | undefined;
  #flushedMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'now' | 'sleep' | 'turn'>) {
    this.#clock = clock;
  }

  /** Calls `drained` after ticks, one call at a time; returns a function that ends this. */
  onDrained(drained: OnDrained): () => void {
    this.#onDrained.add(drained);
    return () => {
      this.#onDrained.delete(drained);
      if (this.#onDrained.size > 0) return;
      this.#unflushedMs = undefined;
      if (this.#waiting.size === 0) this.#wake();
    };
  }

  /** Age of the oldest bytes that came and that no flush has served yet; 0 where there are none. */
  stalenessMs(): number {
    const since = [this.#flushingMs, this.#unflushedMs, ...this.#waiting.values()];
    const oldest = since.reduce<number>((min, ms) => Math.min(min, ms ?? min), Infinity);
    return oldest === Infinity ? 0 : this.#clock.now() - oldest;
  }

  wait(body: WatchBody): void {
    if (this.#waiting.has(body)) return;
    this.#waiting.set(body, this.#clock.now());
    if (this.#waiting.size > 1) return;
    this.#wake();
    this.#start();
  }

  got(bytes: number): void {
    this.#windowBytes += bytes;
  }

  used(body: WatchBody): void {
    if (this.#using.delete(body) && this.#using.size === 0) this.#allUsed();
  }

  forget(body: WatchBody): void {
    const sinceMs = this.#waiting.get(body);
    this.#waiting.delete(body);
    if (sinceMs !== undefined) this.#gave(sinceMs);
    this.used(body);
    if (this.#waiting.size === 0) this.#wake();
  }

  /** Ends a sleep. Without a reason each abort would make an error with a stack. */
  #wake(): void {
    this.#pause.abort('woken');
  }

  #start(): void {
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.size > 0 || this.#unflushedMs !== undefined) {
      const tickInMs = this.#tickInMs;
      const flushInMs = this.#flushInMs;
      const interrupted = await this.#sleep(Math.min(tickInMs, flushInMs));
      if (interrupted) continue;
      if (tickInMs <= flushInMs) await this.#tick();
      else this.#flush();
    }
    this.#running = false;
  }

  get #tickInMs(): number {
    if (this.#waiting.size === 0) return Number.POSITIVE_INFINITY;
    const sinceMs = Math.min(...this.#waiting.values());
    const dueMs = this.#lastMs + this.#intervalMs;
    return (dueMs < sinceMs ? sinceMs + gatherMs : dueMs) - this.#clock.now();
  }

  get #flushInMs(): number {
    const due = this.#unflushedMs !== undefined && this.#flushingMs === undefined;
    return due ? this.#flushedMs + flushMsMin - this.#clock.now() : Number.POSITIVE_INFINITY;
  }

  /** Whether something else became due before the time was over. */
  async #sleep(ms: number): Promise<boolean> {
    if (ms <= 0) {
      await this.#clock.turn();
      return false;
    }
    this.#pause = new AbortController();
    const { signal } = this.#pause;
    // A flush under way wakes the loop at its end.
    if (ms === Number.POSITIVE_INFINITY) await aborted(signal);
    else await this.#clock.sleep(ms, signal);
    return signal.aborted;
  }

  /** Reads what waits, and resolves once it has been decoded. */
  async #tick(): Promise<void> {
    const nowMs = this.#clock.now();
    // Before the first bytes there was a pause, and not a gap in which events gathered.
    const gapMs = nowMs - Math.max(this.#lastMs, Math.min(nowMs, ...this.#waiting.values()));
    this.#lastMs = nowMs;
    const whole = await this.#read();
    const [given, backlog] = this.#give(whole);
    if (this.#using.size > 0) await new Promise<void>((resolve) => (this.#allUsed = resolve));
    const events = Math.max(...given.map((body) => body.events), 0);
    const intervalMs = events > eventsMax ? (gapMs * eventsMax) / events : tickMs;
    this.#intervalMs = whole ? Math.min(intervalMs, backlog ? backlogMs : tickMs) : 0;
    if (this.#flushInMs <= 0) this.#flush();
  }

  /** Reads until a read would block; resolves to false where it ends before. */
  async #read(): Promise<boolean> {
    this.#windowBytes = 0;
    for (const body of this.#waiting.keys()) if (body.hungry) body.open();
    for (let turn = 0; turn < turnsMax; turn++) {
      const before = this.#windowBytes;
      await this.#clock.turn();
      if (this.#windowBytes === before) return true;
      if (this.#windowBytes >= windowBytesMax) return false;
      if (turn === turnsMax - 1) return this.#windowBytes - before < turnBytesMin;
    }
    return false;
  }

  /** Gives the readers what came; where that may not be all, their watches are read on. */
  #give(whole: boolean): readonly [given: readonly WatchBody[], backlog: boolean] {
    const given: WatchBody[] = [];
    let backlog = false;
    for (const [body, sinceMs] of [...this.#waiting]) {
      if (!body.hungry) continue;
      const goesOn = !whole || body.bytesWaiting >= backlogBytesMin;
      backlog ||= goesOn;
      if (!goesOn) this.#waiting.delete(body);
      if (body.bytesWaiting > 0) {
        // More is likely to come before the next tick, and the socket is not read until then.
        if (!goesOn) this.#waiting.set(body, this.#clock.now());
        given.push(body);
        this.#using.add(body);
        this.#gave(sinceMs);
      }
      body.close();
    }
    return [given, backlog];
  }

  /** Bytes that waited since then are decoded: they are to be flushed. */
  #gave(sinceMs: number): void {
    if (this.#onDrained.size === 0) return;
    this.#unflushedMs = Math.min(this.#unflushedMs ?? sinceMs, sinceMs);
    this.#start();
  }

  #flush(): void {
    const sinceMs = this.#unflushedMs;
    this.#unflushedMs = undefined;
    this.#flushingMs = sinceMs;
    this.#flushedMs = this.#clock.now();
    const flushes = [...this.#onDrained].map((drained) => drained());
    void Promise.all(flushes).then(() => {
      this.#flushingMs = undefined;
      // Else nothing became due: each sleep that ends costs about as much as an event.
      if (this.#unflushedMs !== undefined || this.#waiting.size === 0) this.#wake();
    });
  }
}
