// The answers of the explorer's API that are made at once, of counters that the store keeps.
import {
  detailOf,
  headlinesOf,
  isReady,
  type ResourceStatus,
  stateOf,
  summaryOf,
} from '../http/readiness.ts';
import type { FamilySizes, FoundObject, ResourceSizes, Sizes } from '../store/types.ts';
import type * as api from './api.ts';
import { ApiRefusal } from './refusal.ts';
import type { ExplorerSource } from './source.ts';

const noSize: api.Size = { objects: 0, series: 0, bytes: 0 };

const sum = (one: api.Size, other: api.Size): api.Size => ({
  objects: one.objects + other.objects,
  series: one.series + other.series,
  bytes: one.bytes + other.bytes,
});

const sizeOf = ({ objects, series, bytes }: api.Size): api.Size => ({ objects, series, bytes });

const byBytes = (one: { readonly bytes: number }, other: { readonly bytes: number }): number =>
  other.bytes - one.bytes;

export function statusAnswer(source: ExplorerSource): api.Status {
  const { stores, clock, serveBeforeSync } = source;
  const { state: snapshot, resources } = stores.sizes();
  const statuses = source.readiness();
  const leader = source.leadership();
  const [first, ...others] = headlinesOf(statuses, leader);
  const election = leader && { sentence: leader.sentence, good: leader.serves && leader.ready };
  return {
    version: source.version,
    startedAt: Math.round(source.startedMs / 1_000),
    now: Math.round(clock.wall() / 1_000),
    snapshot,
    serves: leader?.serves !== false && (serveBeforeSync || isReady(statuses)),
    freshness: first?.good === true ? freshnessOf(source, statuses) : (first ?? nothing),
    headlines: [...others, ...(election ? [election] : [])],
    stalenessSeconds: stores.stalenessMs() / 1_000,
    telemetryPort: source.telemetryPort,
    total: resources.map(sizeOf).reduce(sum, noSize),
    resources: resourceStates(source, statuses, resources),
  };
}

const nothing: api.Headline = { sentence: 'Nothing is followed.', good: false };

/** How fresh a state is that is neither incomplete nor stale. */
function freshnessOf(source: ExplorerSource, statuses: readonly ResourceStatus[]): api.Headline {
  const [behind] = statuses.filter((one) => one.behind !== undefined);
  if (behind?.behind !== undefined) {
    const seconds = Math.round(behind.behind.ageMs / 1_000);
    const sentence = `${summaryOf(statuses)} ${behind.resource}: no watch open for ${seconds} s.`;
    return { sentence, good: true };
  }
  const last = Math.max(...statuses.map(({ resource }) => source.lastEventMs(resource) ?? 0));
  if (last <= 0) return { sentence: `${summaryOf(statuses)} No event came so far.`, good: true };
  const seconds = Math.max(0, Math.round((source.clock.wall() - last) / 1_000));
  return { sentence: `${summaryOf(statuses)} The last event came ${seconds} s ago.`, good: true };
}

function resourceStates(
  source: ExplorerSource,
  statuses: readonly ResourceStatus[],
  sizes: readonly ResourceSizes[],
): api.ResourceState[] {
  const byName = new Map(sizes.map((one) => [one.resource, one]));
  const states = statuses.map((status): api.ResourceState => {
    const size = byName.get(status.resource);
    byName.delete(status.resource);
    return {
      ...resourceSize(source, status.resource, size),
      state: stateOf(status),
      detail: detailOf(status),
    };
  });
  // A custom resource whose definition is gone, until its store is.
  const gone = [...byName].map(
    ([name, size]): api.ResourceState => ({
      ...resourceSize(source, name, size),
      state: 'absent',
      detail: 'is being removed',
    }),
  );
  return [...states, ...gone];
}

function resourceSize(source: ExplorerSource, resource: string, size: ResourceSizes | undefined) {
  const eventMs = source.lastEventMs(resource);
  return {
    resource,
    ...sizeOf(size ?? noSize),
    families: size?.families.length ?? 0,
    lastEventSeconds:
      eventMs === undefined ? null : Math.max(0, source.clock.wall() - eventMs) / 1_000,
  };
}

export function familiesAnswer(sizes: Sizes): api.Families {
  return { snapshot: sizes.state, families: familiesIn(sizes) };
}

/**
 * Every family once, largest first: several custom resources may have series of one. Its type and
 * HELP are those of /metrics: of the first one that has objects.
 */
export function familiesIn({ resources }: Pick<Sizes, 'resources'>): api.FamilySize[] {
  const byName = new Map<string, api.FamilySize>();
  const served = resources.filter(({ objects }) => objects > 0);
  const others = resources.filter(({ objects }) => objects === 0);
  for (const { resource, families } of [...served, ...others]) {
    for (const family of families) {
      const known = byName.get(family.header.name);
      byName.set(family.header.name, known ? joined(known, family) : familySize(resource, family));
    }
  }
  return [...byName.values()].sort(byBytes);
}

function familySize(resource: string, { header, series, bytes }: FamilySizes): api.FamilySize {
  const { name, type, stability, help } = header;
  return { name, resource, series, bytes, type, stability, help };
}

const joined = (known: api.FamilySize, { series, bytes }: FamilySizes): api.FamilySize => ({
  ...known,
  series: known.series + series,
  bytes: known.bytes + bytes,
});

/** The family of this name; refuses where it is not served. */
export function familyIn(sizes: Sizes, name: string): api.FamilySize {
  const family = familiesIn(sizes).find((one) => one.name === name);
  if (family !== undefined) return family;
  throw new ApiRefusal(
    404,
    `Expected a family that is served, got ${quoted(name)}: api/v1/families lists them.`,
  );
}

export function namespacesAnswer(sizes: Sizes, limit: number): api.Namespaces {
  const { resources } = sizes;
  const all = [...namespaceTotals(resources)].sort(([, one], [, other]) => byBytes(one, other));
  const others = all.slice(limit).map(([, size]) => size);
  return {
    snapshot: sizes.state,
    namespaces: all.slice(0, limit).map(([namespace, size]) => ({
      namespace,
      ...size,
      resources: resourcesIn(resources, namespace),
    })),
    more: { namespaces: others.length, ...others.reduce(sum, noSize) },
  };
}

/** Sums in place: with 10,000 namespaces there are 100,000 sizes and more. */
function namespaceTotals(resources: readonly ResourceSizes[]): ReadonlyMap<string, api.Size> {
  const totals = new Map<string, { objects: number; series: number; bytes: number }>();
  for (const { namespaces } of resources) {
    for (const [namespace, { objects, series, bytes }] of namespaces) {
      const total = totals.get(namespace);
      if (total === undefined) {
        totals.set(namespace, { objects, series, bytes });
        continue;
      }
      total.objects += objects;
      total.series += series;
      total.bytes += bytes;
    }
  }
  return totals;
}

/** What a namespace has of each resource, largest first. */
function resourcesIn(
  resources: readonly ResourceSizes[],
  namespace: string,
): api.NamespaceSize['resources'] {
  const found: api.NamespaceSize['resources'][0][] = [];
  for (const { resource, namespaces } of resources) {
    const size = namespaces.get(namespace);
    if (size !== undefined) found.push({ resource, ...sizeOf(size) });
  }
  return found.sort(byBytes);
}

export async function objectsAnswer(
  { stores }: ExplorerSource,
  search: string,
  limit: number,
  signal: AbortSignal,
): Promise<api.Objects> {
  const { objects, more } = await stores.find(search, { limit, signal });
  return { objects: objects.map(foundObject), more };
}

function foundObject({ resource, key, series, bytes }: FoundObject): api.FoundObject {
  const slash = key.indexOf('/');
  const namespace = slash < 0 ? '' : key.slice(0, slash);
  return { resource, namespace, name: key.slice(slash + 1), series, bytes };
}

/** All that is exported of an object; `-` stands for no namespace. */
export function objectAnswer(
  { stores }: ExplorerSource,
  { resource, namespace, name }: Readonly<Record<'resource' | 'namespace' | 'name', string>>,
): api.ObjectText {
  const store = stores.byResource.get(resource);
  if (store === undefined) {
    throw new ApiRefusal(
      404,
      `Expected a resource that is served, got ${quoted(resource)}: api/v1/status lists them.`,
    );
  }
  const key = namespace === '-' ? name : `${namespace}/${name}`;
  const texts = store.textsOf(key);
  if (texts === undefined) {
    throw new ApiRefusal(
      404,
      `Expected one of the ${resource} that are held, got ${quoted(key)}: it is deleted or was ` +
        'never there; api/v1/objects?search=TEXT finds objects by name.',
    );
  }
  return {
    snapshot: stores.sizes().state,
    ...foundObject(texts),
    families: texts.families.map(({ header: { name, type, help }, text }) => ({
      name,
      type,
      help,
      text,
    })),
  };
}

const quotedCharsMax = 200;

/** What a client sent, in a sentence. */
export const quoted = (text: string): string => JSON.stringify(text.slice(0, quotedCharsMax));
