// objectsOf lists objects of a configuration's kinds from the API server, to try its rules on.
import type { TriedObject } from '../custom/trial.ts';
import type { KindPattern, ServedKind } from '../custom/types.ts';
import type { Client } from '../kube/client.ts';
import { WatchTicks } from '../kube/watchTicks.ts';
import { openLog } from '../lib/log.ts';
import type { ProcessContext } from '../lib/processContext.ts';
import { TimeSlicer } from '../lib/timeSlicer.ts';
import type { KubeObject } from '../metrics/object.ts';
import { discover } from '../sync/discovery.ts';
import { connect } from './connect.ts';

/** Objects of one kind: a trial needs some of each, not all. */
export const objectsMax = 5_000;
const pageMax = 500;

type Api = Pick<Client, 'get'>;

export interface Listed {
  readonly objects: readonly TriedObject[];
  /** Kinds of which there are more objects. */
  readonly cut: readonly ServedKind[];
}

/** Rejects where the server refuses; kinds that it does not have are left out. */
export async function objectsOf(
  patterns: readonly KindPattern[],
  api: Api,
  signal: AbortSignal,
): Promise<Listed> {
  const kinds = new Map<string, ServedKind>();
  for (const pattern of patterns) {
    for (const kind of await kindsOf(pattern, api, signal)) {
      kinds.set(`${kind.plural}.${kind.version}.${kind.group}`, kind);
    }
  }
  const objects: TriedObject[] = [];
  const cut: ServedKind[] = [];
  for (const kind of kinds.values()) {
    const { items, more } = await listOf(kind, api, signal);
    for (const object of items) objects.push({ kind, object });
    if (more) cut.push(kind);
  }
  return { objects, cut };
}

async function kindsOf(
  { group, version, kind }: KindPattern,
  api: Api,
  signal: AbortSignal,
): Promise<ServedKind[]> {
  const versions = version === '*' ? 'all' : [version];
  const kinds = await discover(api, group, versions, signal);
  return kinds.filter((one) => kind === '*' || kind === one.kind);
}

async function listOf(
  { group, version, plural }: ServedKind,
  api: Api,
  signal: AbortSignal,
): Promise<{ items: readonly KubeObject[]; more: boolean }> {
  const items: KubeObject[] = [];
  let next: string | undefined;
  do {
    const query = { limit: pageMax, ...(next !== undefined && { continue: next }) };
    const page = (await api.get(`${pathOf(group, version)}/${plural}`, signal, query)) as {
      items?: readonly KubeObject[] | null;
      metadata?: { continue?: string };
    };
    items.push(...(page.items ?? []));
    next = page.metadata?.continue || undefined;
  } while (next !== undefined && items.length < objectsMax);
  return { items: items.slice(0, objectsMax), more: next !== undefined };
}

const pathOf = (group: string, version: string): string =>
  group === '' ? `/api/${version}` : `/apis/${group}/${version}`;

export interface Cluster {
  readonly client: Api;
  close(): Promise<void>;
}

/** The cluster of the flags; throws ConfigError where they name none. */
export function openCluster(
  flags: Parameters<typeof connect>[0],
  context: ProcessContext,
): Cluster {
  const { clock } = context;
  return connect(flags, {
    ...context,
    log: openLog('warn'),
    timeSlicer: new TimeSlicer(clock),
    ticks: new WatchTicks(clock),
  });
}
