// objectsOf lists the objects of a configuration's kinds from the API server, as a trial needs them.

import type { connect } from '../../app/pipeline.ts';
import type { TriedObject } from '../../custom/trial.ts';
import type { KindPattern, ServedKind } from '../../custom/types.ts';
import { isNotFound } from '../../lib/errors.ts';
import type { ProcessContext } from '../../lib/processContext.ts';
import type { KubeObject } from '../../metrics/object.ts';

/** Objects of one kind: a trial needs some of each, not all. */
export const objectsMax = 5_000;
const pageMax = 500;

/** The API server, as it is asked here. */
export interface Api {
  get(
    path: string,
    signal: AbortSignal,
    query?: Readonly<Record<string, string | number>>,
  ): Promise<unknown>;
}

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

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

async function kindsOf(
  { group, version, kind }: KindPattern,
  api: Api,
  signal: AbortSignal,
): Promise<ServedKind[]> {
  const versions = version === '*' ? await versionsOf(group, api, signal) : [version];
  const found: ServedKind[] = [];
  for (const one of versions) {
    const answer = await orNothing(api.get(pathOf(group, one), signal));
    const { resources = [] } = (answer ?? {}) as { resources?: readonly ApiResource[] };
    for (const { name, kind: served, namespaced, verbs } of resources) {
      if (name.includes('/') || !verbs.includes('list')) continue;
      if (kind !== '*' && kind !== served) continue;
      const scope = namespaced ? 'namespace' : 'cluster';
      found.push({ group, version: one, kind: served, plural: name, scope });
    }
  }
  return found;
}

async function versionsOf(group: string, api: Api, signal: AbortSignal): Promise<string[]> {
  if (group === '') return ['v1'];
  const answer = await orNothing(api.get(`/apis/${group}`, signal));
  const { versions = [] } = (answer ?? {}) as { versions?: readonly { version: string }[] };
  return versions.map(({ version }) => version);
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

async function orNothing(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

export interface Cluster {
  readonly client: Api;
  close(): Promise<void>;
}

/** The cluster of the flags; rejects with ConfigError where they name none. */
export async function openCluster(
  flags: Parameters<typeof connect>[0],
  context: ProcessContext,
): Promise<Cluster> {
  const [{ connect }, { WatchTicks }, { openLog }, { TimeSlicer }] = await Promise.all([
    import('../../app/pipeline.ts'),
    import('../../kube/watchTicks.ts'),
    import('../../lib/log.ts'),
    import('../../lib/timeSlicer.ts'),
  ]);
  const { clock } = context;
  return connect(flags, {
    ...context,
    log: openLog('warn'),
    timeSlicer: new TimeSlicer(clock),
    ticks: new WatchTicks(clock),
  });
}
