// Events: how often each reason was reported of each kind of object, counted over all Events.
import type { EventsV1Event } from '@kubernetes/client-node';
import { counts } from '../metrics/family.ts';
import type { Received } from '../metrics/object.ts';
import type { Resource } from '../metrics/resource.ts';

/** Reasons and kinds are free text to the API server. */
const labelCharsMax = 64;

// biome-ignore format: a table, a row each
export const events = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  scope: 'namespace',
  default: false,
  everyEvent: true,
  identity: {},
  families: {
    kube_events_total: counts('ALPHA',
      'Occurrences that Events have reported since kubestate began to follow them, by the namespace of the Event and by the kind of the object that it is about.',
      ['namespace', 'involved_kind', 'reason', 'type'], (e, emit) =>
        emit(occurrences(e), e.metadata.namespace, label(e.regarding?.kind), label(e.reason), label(e.type))),
  },
} satisfies Resource<EventsV1Event>;

/**
 * Older clients count in `count`, which this version of the API calls deprecatedCount, newer ones
 * in a series, which begins with the second occurrence.
 */
const occurrences = ({ series, deprecatedCount }: Received<EventsV1Event>): number =>
  Math.max(1, series?.count ?? 0, deprecatedCount ?? 0);

/** Printable ASCII without spaces, as all known reasons are. */
const label = (text: string | null | undefined): string =>
  (text ?? '').slice(0, labelCharsMax).replace(/[^!-~]+/g, '_');
