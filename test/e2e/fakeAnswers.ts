// answerTo makes up the answers of the API for a cluster of 20,000 pods: the same at every call.
import type {
  ApiError,
  Families,
  FamilyLabels,
  FamilySize,
  History,
  NamespaceFamilies,
  NamespaceSize,
  Namespaces,
  Objects,
  ObjectText,
  ResourceState,
  Status,
  Usage,
  Zeros,
} from '../../src/explorer/api.ts';
import { resources } from '../../src/resources/index.ts';
import type { Situation } from './fakeExplorer.ts';

/** Objects of a cluster with 20,000 pods; resources that are not named have a few. */
const objects: Readonly<Record<string, number>> = {
  pods: 20_000,
  replicasets: 6_400,
  configmaps: 5_200,
  secrets: 4_100,
  endpointslices: 2_300,
  services: 2_100,
  deployments: 1_900,
  jobs: 900,
  persistentvolumeclaims: 800,
  persistentvolumes: 800,
  horizontalpodautoscalers: 500,
  nodes: 420,
  namespaces: 300,
  statefulsets: 260,
  ingresses: 240,
  poddisruptionbudgets: 210,
  leases: 460,
  cronjobs: 120,
  daemonsets: 24,
  volumeattachments: 640,
};

const snapshot = 4_711;
const now = 1_790_000_000;

/** A number from 0 to 1 that belongs to a text. */
function chance(text: string): number {
  let hash = 2_166_136_261;
  for (const unit of text) hash = Math.imul(hash ^ unit.charCodeAt(0), 16_777_619) >>> 0;
  return hash / 2 ** 32;
}

/** How many series of a family an object has. */
function perObject(name: string, type: string): number {
  if (/_(?:annotations|labels)$/.test(name)) return name.endsWith('_labels') ? 1 : 0;
  if (/phase|condition|reason/.test(name)) return 5;
  if (/resource_(?:requests|limits)/.test(name)) return 4;
  if (name.includes('container')) return 2;
  return type === 'stateset' || chance(name) > 0.15 ? 1 : 0;
}

export const families: readonly FamilySize[] = Object.entries(resources).flatMap(
  ([resource, table]) =>
    Object.entries(table.families).map(([name, row]): FamilySize => {
      const { type, help, stability = 'ALPHA' } = row;
      const series = Math.round((objects[resource] ?? 0) * perObject(name, type));
      const bytes = Math.round(series * (90 + name.length + chance(`${name} bytes`) * 70));
      return { name, resource, series, bytes, type, stability, help };
    }),
);

interface Amount {
  readonly series: number;
  readonly bytes: number;
}

const sum = (rows: readonly Amount[]): { series: number; bytes: number } => ({
  series: rows.reduce((all, { series }) => all + series, 0),
  bytes: rows.reduce((all, { bytes }) => all + bytes, 0),
});

const resourceStates: readonly ResourceState[] = Object.keys(resources).map((resource) => {
  const own = families.filter((family) => family.resource === resource);
  return {
    resource,
    state: 'synced',
    detail: 'watching',
    objects: objects[resource] ?? 0,
    ...sum(own),
    families: own.length,
    lastEventSeconds: own.some(({ series }) => series > 0) ? chance(resource) * 400 : null,
  };
});

/** The status of the process in a situation. */
export function statusIn(situation: Situation): Status {
  const all = {
    version: '1.0.0',
    startedAt: now - 86_400,
    now,
    snapshot,
    serves: true,
    freshness: { sentence: 'Ready: 39 resources synced.', good: true },
    headlines: [],
    stalenessSeconds: 0.4,
    telemetryPort: 8081,
    total: { objects: Object.values(objects).reduce((a, b) => a + b), ...sum(families) },
    resources: resourceStates,
  } satisfies Status;
  const nothing = { objects: 0, series: 0, bytes: 0 };
  if (situation === 'starting') {
    const sentence = 'Not ready: 39 of 39 resources had no complete list yet.';
    const detail = 'connect ECONNREFUSED 10.96.0.1:443';
    const resourcesNow = resourceStates.map(
      (one): ResourceState => ({
        ...one,
        ...nothing,
        state: 'waiting',
        detail,
        lastEventSeconds: null,
      }),
    );
    const freshness = { sentence, good: false };
    return { ...all, serves: false, freshness, total: nothing, resources: resourcesNow };
  }
  if (situation === 'follower') {
    const sentence = 'Following kube-state-metrics-6d5f9c8b7d-x2x4q, which holds the Lease.';
    return { ...all, serves: false, headlines: [{ sentence, good: true }] };
  }
  return situation === 'behind' ? behind(all) : all;
}

function behind(all: Status): Status {
  const sentence = 'Serving the state of 23:32:10, 4 min old: connect ECONNREFUSED; affected: pods';
  const detail =
    'https://kubernetes.default.svc.cluster.local/api/v1/secrets?limit=500&resourceVersion=0 ' +
    'answered 403: User "system:serviceaccount:kube-system:kube-state-metrics" cannot list them';
  const states = all.resources.map((one): ResourceState => {
    if (one.resource === 'pods') return { ...one, state: 'stale', detail: 'reconnecting' };
    if (one.resource !== 'secrets') return one;
    return { ...one, state: 'refused', detail, objects: 0, series: 0, bytes: 0 };
  });
  return { ...all, freshness: { sentence, good: false }, resources: states };
}

const namespaceNames = Array.from({ length: 300 }, (_, i) =>
  i === 0 ? 'kube-system' : `team-${['payments', 'search', 'ads', 'web', 'data'][i % 5]}-${i}`,
);

/** A few namespaces have most of a cluster. */
const shares = namespaceNames.map((_, i) => 1 / (i + 4));
const allShares = shares.reduce((a, b) => a + b);

const namespaced = resourceStates.filter(
  ({ resource, series }) =>
    series > 0 && resources[resource as keyof typeof resources].scope === 'namespace',
);

const part = ({ series, bytes }: Amount, index: number): Amount => ({
  series: Math.round((series * (shares[index] ?? 0)) / allShares),
  bytes: Math.round((bytes * (shares[index] ?? 0)) / allShares),
});

const noMore = { objects: 0, series: 0, bytes: 0, namespaces: 0 };

export const namespaces: readonly NamespaceSize[] = [
  sizeOf(
    '',
    resourceStates.filter((one) => one.series > 0 && !namespaced.includes(one)),
  ),
  ...namespaceNames.map((namespace, i) =>
    sizeOf(
      namespace,
      namespaced.map((one) => ({
        resource: one.resource,
        objects: Math.round((one.objects * (shares[i] ?? 0)) / allShares),
        ...part(one, i),
      })),
    ),
  ),
];

function sizeOf(namespace: string, rows: NamespaceSize['resources']): NamespaceSize {
  const own = rows.map(({ resource, objects: count, series, bytes }) => ({
    resource,
    objects: count,
    series,
    bytes,
  }));
  const count = own.reduce((all, one) => all + one.objects, 0);
  return { namespace, objects: count, ...sum(own), resources: own };
}

const podName = (i: number): string => `checkout-${(i * 7_919).toString(36)}-x${i % 97}k`;

function objectText(name: string): ObjectText {
  const identity = `namespace="team-payments-1",pod="${name}",uid="0b1c-22"`;
  const own = families.filter(({ resource, series }) => resource === 'pods' && series > 0);
  const texts = own.slice(0, 60).map(({ name: family, type, help }) => ({
    name: family,
    type,
    help,
    text: /phase$/.test(family)
      ? ['Pending', 'Running', 'Failed']
          .map(
            (phase) => `${family}{${identity},phase="${phase}"} ${phase === 'Running' ? 1 : 0}\n`,
          )
          .join('')
      : `${family}{${identity}} 1\n`,
  }));
  const bytes = texts.reduce((all, { text }) => all + text.length, 0);
  const found = { resource: 'pods', namespace: 'team-payments-1', name };
  return { ...found, series: texts.length + 2, bytes, snapshot, families: texts };
}

function labelsOf(family: FamilySize): FamilyLabels {
  const top = (of: string, values: number) =>
    Array.from({ length: Math.min(10, values) }, (_, i) => ({
      value: i === 3 ? '' : `${of}-${i}${i === 5 ? '-with-a-very-long-name'.repeat(6) : ''}`,
      series: Math.round(family.series / (i + 2)),
    }));
  const label = (name: string, values: number, exact = true) => ({
    name,
    values,
    exact,
    top: top(name, values),
  });
  const line = `${family.name}{namespace="shop",pod="cart-7d9",uid="0b1c"} 1`;
  return {
    snapshot,
    family,
    labels:
      family.series === 0
        ? []
        : [label('namespace', 300), label('pod', 20_000), label('uid', 1_204_311, false)],
    namespaces: namespaceNames
      .slice(0, 20)
      .map((namespace, i) => ({ namespace, ...part(family, i) })),
    moreLabels: 0,
    zeros: Math.round(family.series * 0.8),
    samples: family.series === 0 ? [] : Array.from({ length: 10 }, () => line),
  };
}

const usage: Usage = {
  sources: [
    {
      source: 'kubernetes-mixin',
      kind: 'alert',
      name: 'KubePodCrashLooping',
      families: ['kube_pod_container_status_waiting_reason'],
    },
    {
      source: 'kubestate',
      kind: 'dashboard',
      name: 'Pods',
      families: [
        'kube_pod_info',
        'kube_pod_status_phase',
        'kube_pod_container_status_restarts_total',
      ],
    },
    {
      source: 'kubernetes-mixin',
      kind: 'recording rule',
      name: 'namespace_workload_pod:kube_pod_owner:relabel',
      families: ['kube_pod_owner', 'kube_replicaset_owner'],
    },
  ],
};

const history: History = {
  interval: 10,
  points: Array.from({ length: 360 }, (_, i) => ({
    time: now - (359 - i) * 10,
    series: 1_290_000 + Math.round(Math.sin(i / 40) * 9_000) + i * 20,
    bytes: 190e6 + Math.round(Math.sin(i / 40) * 1.4e6) + i * 3_000,
    changes: 30 + Math.sin(i / 9) * 12 + (i > 200 && i < 215 ? 240 : 0),
  })),
};

/** Whether an answer comes in lines, with progress. */
export const isSlow = (path: string): boolean =>
  path === 'zeros' || /^families\/.+\/labels$|^namespaces\/.+\/families$/.test(path);

interface Made {
  readonly status: number;
  readonly body: unknown;
}

const ok = <T>(body: T): Made => ({ status: 200, body });
const missing = (error: string): Made => ({ status: 404, body: { error } satisfies ApiError });

/** The answer at a path below /api/v1/. */
export function answerTo(
  path: string,
  query: Readonly<Record<string, unknown>>,
  served: readonly FamilySize[],
): Made {
  const [first, second = '', third = '', fourth = ''] = path.split('/').map(decodeURIComponent);
  if (path === 'families') return ok<Families>({ snapshot, families: served });
  if (path === 'namespaces') return ok<Namespaces>({ snapshot, namespaces, more: noMore });
  if (path === 'history') return ok(history);
  if (path === 'usage') return ok(usage);
  if (path === 'zeros') return ok<Zeros>({ snapshot, families: served.map(zerosOf) });
  if (path === 'objects') return ok(objectsFound(String(query.search), Number(query.limit)));
  if (first === 'families' && third === 'labels') {
    const family = served.find(({ name }) => name === second);
    return family ? ok(labelsOf(family)) : missing(`The family ${second} is not served.`);
  }
  if (first === 'namespaces' && third === 'families') return ok(inNamespace(second, served));
  if (first === 'objects' && fourth.startsWith('checkout-')) return ok(objectText(fourth));
  return missing(`There is no ${path}: it may have been deleted.`);
}

const zerosOf = ({ name, series }: FamilySize) => ({
  name,
  series,
  zeros: /deletion|unschedulable|paused/.test(name) ? series : Math.round(series / 3),
});

function objectsFound(search: string, limit: number): Objects {
  const names = Array.from({ length: 20_000 }, (_, i) => podName(i));
  const found = names.filter((name) => `team-payments-1/${name}`.includes(search));
  return {
    objects: found.slice(0, limit).map((name) => {
      const { families: _, snapshot: __, ...object } = objectText(name);
      return object;
    }),
    more: found.length > limit,
  };
}

function inNamespace(namespace: string, served: readonly FamilySize[]): NamespaceFamilies {
  const index = namespaceNames.indexOf(namespace);
  const own = served.filter(({ resource }) => namespaced.some((one) => one.resource === resource));
  const rows = own
    .map(({ name, resource, ...size }) => ({ name, resource, ...part(size, index) }))
    .filter(({ series }) => series > 0)
    .sort((a, b) => b.series - a.series);
  return { snapshot, namespace, families: rows };
}
