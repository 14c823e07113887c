// FileWatcher tells when files have changed, by their content: symlinks are swapped in ConfigMaps.
import type { Clock } from './clock.ts';

/** So many polls with the same content, one a second, before a truncated file counts as changed. */
const truncatedPollsMin = 60;
/** A poll on request is followed by another so much later: two must agree on the content. */
const confirmMs = 100;
/** At the start, files are read until two reads agree, or so often. */
const startReadsMax = 5;

/** A file's content, or why there is none. */
export type Content = { readonly text: string } | { readonly error: unknown };

/** What was read, by path. */
export type Contents = ReadonlyMap<string, Content>;

/** Reads a file; throws where it cannot be read. */
export type ReadFile = (path: string) => Buffer;

/** Reads the paths now; the error of an unreadable one takes the place of its text. */
export function contentsOf(paths: readonly string[], readFile: ReadFile): Contents {
  const { read, contents } = recordedReads(readFile);
  for (const path of paths) {
    try {
      read(path);
    } catch {
      // It is recorded.
    }
  }
  return contents;
}

/** `readFile` as `read`, and what it has read so far, for files that name other files. */
export function recordedReads(readFile: ReadFile): { read: ReadFile; contents: Contents } {
  const contents = new Map<string, Content>();
  const read = (path: string): Buffer => {
    try {
      const bytes = readFile(path);
      contents.set(path, { text: bytes.toString('utf8') });
      return bytes;
    } catch (error) {
      contents.set(path, { error });
      throw error;
    }
  };
  return { read, contents };
}

/** Reads until two reads in a row agree: files may be replaced in between. */
export function readUntilStable<Read extends { readonly contents: Contents }>(
  read: () => Read,
): Read {
  let last = read();
  for (let reads = 1; reads < startReadsMax; reads++) {
    const next = read();
    if (sameContents(next.contents, last.contents)) return next;
    last = next;
  }
  return last;
}

/** FileWatcher compares the content of files, poll by poll. File system events differ by mount. */
export class FileWatcher {
  readonly #readFile: ReadFile;
  #accepted: Contents;
  #seen: Contents;
  /** How many polls in a row have seen the same. */
  #polls = 0;
  #truncated: readonly string[] = [];

  /** `contents` is what the caller uses already. */
  constructor(contents: Contents, readFile: ReadFile) {
    this.#readFile = readFile;
    this.#accepted = contents;
    this.#seen = contents;
  }

  /** Tells what the caller uses, where it read more than `changed` returned. */
  accept(contents: Contents): void {
    this.#accepted = contents;
    this.#seen = contents;
    this.#truncated = [];
  }

  /** Files that were truncated, and have not been so for long enough to count as changed. */
  get truncated(): readonly string[] {
    return this.#truncated;
  }

  /**
   * The contents of the paths, where they differ from `than` (those last returned) and were the
   * same at the poll before: a file may still be being written. A truncated file, even an empty
   * one, most often has a writer that died: it has to stay so for a minute, unless a poll was
   * requested.
   */
  changed(
    paths: readonly string[],
    than: Contents = this.#accepted,
    requested = false,
  ): Contents | undefined {
    const now = contentsOf(paths, this.#readFile);
    this.#polls = sameContents(now, this.#seen) ? this.#polls + 1 : 1;
    this.#seen = now;
    this.#truncated = [];
    if (this.#polls < 2 || sameContents(now, than)) return undefined;
    const truncated = [...now].flatMap(([path, content]) =>
      isTruncated(textIn(content), textIn(this.#accepted.get(path))) ? [path] : [],
    );
    if (truncated.length > 0 && this.#polls < truncatedPollsMin && !requested) {
      this.#truncated = truncated;
      return undefined;
    }
    this.#accepted = now;
    return now;
  }
}

/** Whether a text is the beginning of the other, without its end. */
const isTruncated = (text: string | undefined, whole: string | undefined): boolean =>
  text !== undefined && whole?.startsWith(text) === true && text.length < whole.trimEnd().length;

/** Whether the same paths have the same texts; which error stands for a text does not matter. */
export function sameContents(a: Contents, b: Contents): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([path, content]) => {
    const other = b.get(path);
    return other !== undefined && textIn(content) === textIn(other);
  });
}

/** The text of a content, undefined where there is none. */
export const textIn = (content: Content | undefined): string | undefined =>
  content !== undefined && 'text' in content ? content.text : undefined;

/** PollLoop polls at an interval, and at once on request; run it once. */
export class PollLoop {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  #waiting = new AbortController();
  #requested = false;

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** Requests two polls now; `requested` is true for the second. */
  pollNow(): void {
    this.#requested = true;
    this.#waiting.abort();
  }

  /** Polls after each interval until the signal aborts. */
  async run(
    signal: AbortSignal,
    poll: (requested: boolean) => Promise<void> | void,
  ): Promise<void> {
    while (!signal.aborted) {
      this.#waiting = new AbortController();
      const wait = AbortSignal.any([signal, this.#waiting.signal]);
      if (!this.#requested) await this.#clock.sleep(this.#intervalMs, wait);
      if (signal.aborted) return;
      const requested = this.#requested;
      this.#requested = false;
      await poll(false);
      if (!requested) continue;
      await this.#clock.sleep(confirmMs, signal);
      if (!signal.aborted) await poll(true);
    }
  }
}
