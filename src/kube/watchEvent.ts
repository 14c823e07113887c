// applyEvent puts what one event of a watch says into a sink.
import { keyOf } from '../lib/objectKey.ts';
import type { Sink } from '../store/types.ts';
import { errorOfEvent } from './apiError.ts';
import { apply, metadataOf, resourceVersionOf } from './objects.ts';
import type { ReflectorObserver } from './types.ts';
import type { WatchEvent } from './watchFormat.ts';

/** A bookmark could not be read; no object is affected. */
export class BookmarkError extends Error {
  override readonly name = 'BookmarkError';
}

/**
 * The version that the event brings the sink to; empty where it has none. Throws the ApiError of an
 * ERROR event; anything else that cannot be read is reported and left out.
 */
export function applyEvent(
  sink: Sink,
  { type, object, dropped }: WatchEvent,
  observer: ReflectorObserver,
): string {
  const version = resourceVersionOf(object);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      observer.event();
      if (!dropped) apply(sink, type === 'DELETED' ? 'delete' : 'put', object, observer);
      return version;
    case 'BOOKMARK':
      if (version !== '') observer.bookmark();
      else
        observer.malformed('', new BookmarkError('expected a bookmark with a version, got none'));
      return version;
    case 'ERROR':
      throw errorOfEvent(object);
    default:
      observer.malformed(
        keyOf(metadataOf(object)),
        new Error(`expected an event of a known type, got "${type}"`),
      );
      return '';
  }
}
