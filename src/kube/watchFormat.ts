// WatchFormat is how an encoding cuts a watch into events, and how it reads them.
import type { EventHead } from './eventHead.ts';

/** An event of a watch: a change of an object, a bookmark, or an error. */
export interface WatchEvent {
  readonly type: string;
  /** Of a deleted object, and of a dropped event, perhaps no more than its first metadata. */
  readonly object: unknown;
  /** The event changes nothing: a later one supersedes it, or its object is not accepted. */
  readonly dropped?: true;
}

/** The bytes of one event. */
export interface Frame {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly tooLarge: boolean;
}

export interface WatchFormat {
  /** Adds the frames that end in the chunk, whose bytes must not change until they were read. */
  cut(chunk: Buffer, frames: Frame[]): void;
  /** Called at the end of the body; throws a DecodeError where that is within an event. */
  end(): void;
  /** Which object an event is about; undefined where that cannot be said without parsing it. */
  headOf(frame: Frame): EventHead | undefined;
  /** Whether the event ends as events do. */
  isWhole(frame: Frame): boolean;
  /** The event; undefined where it was reported as one that cannot be read. */
  parse(frame: Frame): WatchEvent | undefined;
}
