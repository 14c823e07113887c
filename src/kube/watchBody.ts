// WatchBody is the body of an open watch: its bytes wait here, and in the kernel, to be read.
import type { Dispatcher } from 'undici';

/** A reader that is at work lets no more than this wait, unless a tick reads on. */
const waitingBytesMax = 64 * 1024;

/** What a body that is read at ticks needs of them. */
export interface BodyTicks {
  /** Bytes wait that no tick has read; the socket is not read any further. */
  wait(body: WatchBody): void;
  /** The body got bytes while a tick reads it. */
  got(bytes: number): void;
  /** The reader of the body has used all that it was given, or has ended. */
  used(body: WatchBody): void;
  /** The body has ended; no more is read of it. */
  forget(body: WatchBody): void;
}

type Controller = Pick<Dispatcher.DispatchController, 'pause' | 'resume' | 'abort'>;

/** Resolves to the next bytes; to undefined at the end. */
interface Reader {
  resolve(window: readonly Buffer[] | undefined): void;
  reject(error: unknown): void;
}

/** How the body ended; undefined while it has not. */
type End = { readonly error?: unknown };

/** Bytes reach the reader as they come, or, once that is asked for, all together at ticks. */
export class WatchBody implements AsyncIterable<Buffer> {
  readonly #controller: Controller;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #paused = false;
  #reader: Reader | undefined;
  #end: End | undefined;
  #ticks: BodyTicks | undefined;
  /** A tick reads the body: it may have as many bytes as come. */
  #open = false;
  /** Events that the reader found in its last window. */
  events = 0;

  constructor(controller: Controller) {
    this.#controller = controller;
  }

  /** Bytes that the reader has not been given. */
  get bytesWaiting(): number {
    return this.#bytes;
  }

  /** Whether the reader waits for bytes. */
  get hungry(): boolean {
    return this.#reader !== undefined;
  }

  /** From now on the bytes are read at ticks. */
  readAt(ticks: BodyTicks): void {
    if (this.#end !== undefined) return;
    this.#ticks = ticks;
    if (this.#bytes > 0) ticks.wait(this);
  }

  /** The next bytes, all that came together; undefined at the end. Rejects where it was broken. */
  read(): Promise<readonly Buffer[] | undefined> {
    const window = new Promise<readonly Buffer[] | undefined>((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
    this.#ticks?.used(this);
    if (this.#end !== undefined || this.#ticks === undefined) this.#deliver();
    return window;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    for (let window = await this.read(); window !== undefined; window = await this.read()) {
      yield* window;
    }
  }

  /** Called by a tick: the socket is read from now on. */
  open(): void {
    this.#open = true;
    this.#resume();
  }

  /**
   * Called by a tick: the reader gets all that came, and the socket is not read until the next one.
   * Where nothing came, it is read: the next bytes wait for a tick.
   */
  close(): void {
    this.#open = false;
    if (this.#bytes > 0) this.#pause();
    else this.#resume();
    this.#deliver();
  }

  /** Called with bytes as they come off the socket. */
  push(chunk: Buffer): void {
    if (this.#end !== undefined) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#ticks === undefined) {
      this.#deliver();
      if (this.#bytes >= waitingBytesMax) this.#pause();
    } else if (this.#open) {
      this.#ticks.got(chunk.length);
    } else {
      this.#pause();
      this.#ticks.wait(this);
    }
  }

  /** Called once, at the end; bytes that came before are still read. */
  end(): void {
    this.#finish({});
  }

  /** Called once, where the body broke; bytes that came before are still read. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  /** Ends the request; what came before is not read any more, and reading rejects. */
  abort(reason: unknown): void {
    this.#chunks = [];
    this.#bytes = 0;
    if (this.#end !== undefined) return;
    this.#finish({ error: reason });
    this.#controller.abort(reason as Error);
  }

  #finish(end: End): void {
    this.#end ??= end;
    const ticks = this.#ticks;
    this.#ticks = undefined;
    // What waits is read now: nothing will follow that it could be read with.
    this.#deliver();
    ticks?.forget(this);
  }

  #deliver(): void {
    const reader = this.#reader;
    if (reader === undefined || (this.#bytes === 0 && this.#end === undefined)) return;
    this.#reader = undefined;
    if (this.#bytes > 0) {
      const window = this.#chunks;
      this.#chunks = [];
      this.#bytes = 0;
      reader.resolve(window);
      if (this.#ticks === undefined) this.#resume();
    } else if (this.#end !== undefined && 'error' in this.#end) {
      reader.reject(this.#end.error);
    } else {
      reader.resolve(undefined);
    }
  }

  #pause(): void {
    this.#paused = true;
    this.#controller.pause();
  }

  #resume(): void {
    if (!this.#paused || this.#end !== undefined) return;
    this.#paused = false;
    this.#controller.resume();
  }
}
