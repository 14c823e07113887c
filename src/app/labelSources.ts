// labelSourcesOf makes what objects inherit promoted labels from, as far as any is needed.
import type { Options } from '../config/options.ts';
import type { ServedKind } from '../custom/types.ts';
import type { ResourceStatus } from '../http/readiness.ts';
import type { Client } from '../kube/client.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { inheritedLabels, type LabelSourceName } from '../metrics/promotedLabels.ts';
import { enabledRows, type Selected, type Selection } from '../metrics/select.ts';
import { tableOfKind } from '../resources/index.ts';
import { type FollowedSource, LabelTable } from '../sync/labelTable.ts';
import type { OwnerKindStatus } from '../sync/owners/ownerKinds.ts';
import { Workloads, type WorkloadsReport } from '../sync/owners/workloads.ts';
import type { Scope } from '../sync/scope.ts';
import { noopObserver } from '../telemetry/registry.ts';
import { behindOf, statusOf } from './syncedResource.ts';

export type FollowedSources = ReadonlyMap<LabelSourceName, FollowedSource>;

interface Parts {
  readonly client: Client;
  readonly scope: Scope;
  /** Whether all that inherits labels had its first list. */
  readonly areHeirsSynced: () => boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

/** The sources of all resources that are served, not followed yet; empty where none is needed. */
export function labelSourcesOf(
  { resources }: Pick<Selection, 'resources'>,
  options: Pick<Options, 'use-apiserver-cache' | 'kube-api-protobuf'>,
  { areHeirsSynced, ...parts }: Parts,
): FollowedSources {
  const names = new Set(resources.flatMap(({ inherits }) => inherits));
  return new Map(
    [...names].map((name): [LabelSourceName, FollowedSource] => {
      const keys = [...new Set(resources.flatMap((one) => keysOf(one, name)))];
      const fromMemory = options['use-apiserver-cache'];
      const shared = { ...parts, fromMemory, observer: noopObserver };
      if (name !== 'workloads') return [name, new LabelTable({ ...shared, name, keys })];
      const protobuf = options['kube-api-protobuf'];
      const isSynced = areHeirsSynced;
      return [name, new Workloads({ ...shared, protobuf, known, isSynced, labels: keys })];
    }),
  );
}

/** The keys that objects of a resource inherit from a source. */
function keysOf(one: Selected, source: LabelSourceName): string[] {
  const ofRows = enabledRows(one).flatMap((row) => inheritedLabels(row, []));
  const labels = [...(one.choices.promoted ?? []), ...ofRows];
  return labels.flatMap(({ key, from }) => (from.includes(source) ? [key] : []));
}

/** What self-metrics tell of the owners of pods; undefined where they are not followed. */
export function ownersReportOf(sources: FollowedSources): WorkloadsReport | undefined {
  const source = sources.get('workloads');
  return source instanceof Workloads ? source.report : undefined;
}

/** The kinds of our tables; others are looked up. */
function known(group: string, kind: string): ServedKind | undefined {
  const [plural, table] = tableOfKind(group, kind) ?? [];
  if (plural === undefined || table === undefined) return undefined;
  const { version, scope } = table;
  return { group, version, kind, plural, scope };
}

/** As of a resource: where it is refused, objects are served without the labels it has. */
export function sourceStatuses(source: FollowedSource, clock: Clock): readonly ResourceStatus[] {
  if (source instanceof Workloads) return source.statuses.map((one) => ownersStatus(one, clock));
  const { name, status } = source;
  const { synced, refused, detail } = status;
  const behind = behindOf([status], clock);
  return [{ resource: `${name} (--promote-labels)`, synced, refused, detail, behind }];
}

function ownersStatus({ name, statuses, late }: OwnerKindStatus, clock: Clock): ResourceStatus {
  const resource = `${name} (owners of pods)`;
  const detail = 'not installed, or cannot be listed and watched';
  if (statuses.length === 0) {
    return { resource, synced: false, refused: false, optional: 'absent', detail };
  }
  const status = statusOf({ name: resource, sync: { statuses } }, clock);
  return late ? { ...status, optional: 'joining' } : status;
}
