// labelSourcesOf makes what objects inherit promoted labels from, as far as any is needed.
import type { Options } from '../config/options.ts';
import type { ResourceStatus } from '../http/readiness.ts';
import type { Client } from '../kube/client.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { Family } from '../metrics/family.ts';
import { inheritedLabels, type LabelSourceName } from '../metrics/promotedLabels.ts';
import type { Selected, Selection } from '../metrics/select.ts';
import { type FollowedSource, LabelTable } from '../sync/labelTable.ts';
import { noopObserver } from '../telemetry/registry.ts';
import { behindOf } from './syncedResource.ts';

export type FollowedSources = ReadonlyMap<LabelSourceName, FollowedSource>;

interface Parts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

/** The sources of all resources that are served, not followed yet; empty where none is needed. */
export function labelSourcesOf(
  { resources }: Pick<Selection, 'resources'>,
  { 'use-apiserver-cache': fromMemory }: Pick<Options, 'use-apiserver-cache'>,
  client: Client,
  { clock, random, log }: Parts,
): FollowedSources {
  const names = new Set(resources.flatMap(({ inherits }) => inherits));
  return new Map(
    [...names].map((name) => {
      const keys = [...new Set(resources.flatMap((one) => keysOf(one, name)))];
      const observer = noopObserver;
      return [
        name,
        new LabelTable({ name, keys, client, fromMemory, clock, random, log, observer }),
      ];
    }),
  );
}

/** The keys that objects of a resource inherit from a source. */
function keysOf({ resource, choices }: Selected, source: LabelSourceName): string[] {
  const { enabled, promoted = [] } = choices;
  const rows = Object.entries<Family<never>>(resource.families).flatMap(([name, row]) =>
    enabled(name) && row.inherits === source ? inheritedLabels(row, []) : [],
  );
  const labels = [...promoted, ...rows];
  return labels.flatMap(({ key, from }) => (from.includes(source) ? [key] : []));
}

/** As of a resource: where it is refused, objects are served without the labels it has. */
export const sourceStatus = ({ name, status }: FollowedSource, clock: Clock): ResourceStatus => ({
  resource: `${name} (--promote-labels)`,
  synced: status.synced,
  refused: status.refused,
  detail: status.detail,
  behind: behindOf([status], clock),
});
