// What kubestate has beyond kube-state-metrics: a row for each thing to turn on, and its objects.
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import type { ApiObject, Pod } from '../../src/demo/objects.ts';
import { type ResourceName, resources } from '../../src/resources/index.ts';

interface Feature {
  /** As a reader of docs/opt-in.md would call it; in Markdown. */
  readonly what: string;
  readonly flags: readonly string[];
}

/** One Event for so many pods, as of the last hour. */
const podsPerEvent = 4;
/** One ResourceClaim for so many pods, with a device each. */
const podsPerClaim = 10;

const optIn = (...families: readonly string[]): readonly string[] => [
  `--metric-opt-in-list=^(${families.join('|')})$`,
];

/** `--resources` replaces the default, so all of that is named too. */
const withResources = (...more: readonly ResourceName[]): readonly string[] => {
  const all = Object.entries(resources).filter(([, table]) => table.default);
  return [`--resources=${[...all.map(([plural]) => plural), ...more].join(',')}`];
};

export const features: readonly Feature[] = [
  {
    what: '`kube_pod_resource_request`, `kube_pod_resource_limit`',
    flags: optIn('kube_pod_resource_request', 'kube_pod_resource_limit'),
  },
  { what: '`kube_pod_status_display`', flags: optIn('kube_pod_status_display') },
  { what: '`kube_pod_workload`', flags: optIn('kube_pod_workload') },
  {
    what: '`kube_pod_container_terminations_total`',
    flags: optIn('kube_pod_container_terminations_total'),
  },
  {
    what: '`kube_pod_container_terminations_by_workload_total`',
    flags: optIn('kube_pod_container_terminations_by_workload_total'),
  },
  { what: '`--deleted-grace`', flags: ['--deleted-grace=60s'] },
  {
    what: '`--promote-labels`, two of pods',
    flags: ['--promote-labels=pods=[app.kubernetes.io/name,app.kubernetes.io/version]'],
  },
  {
    what: '`--promote-labels`, one of namespaces on pods',
    flags: ['--promote-labels=namespaces=[kubernetes.io/metadata.name]->pods'],
  },
  {
    what: '`deviceclasses`, `resourceclaims`, `resourceslices`',
    flags: withResources('deviceclasses', 'resourceclaims', 'resourceslices'),
  },
  { what: '`events`', flags: withResources('events') },
];

/** Adds what some of them serve, and the others leave alone: Events, and devices. */
export function addBeyond(server: ApiServer): void {
  const pods = [...server.objects<Pod>('pods')];
  for (const [i, pod] of pods.entries()) {
    if (i % podsPerEvent === 0) server.create(eventOf(pod));
    if (i % podsPerClaim === 0) server.create(claimOf(pod));
  }
  for (const { metadata } of server.objects('nodes')) server.create(sliceOf(metadata.name));
  server.create({
    apiVersion: 'resource.k8s.io/v1',
    kind: 'DeviceClass',
    metadata: { name: driver },
    spec: {},
  } as ApiObject);
}

const driver = 'gpu.example.com';

/** As a kubelet writes it; its count is raised by `deprecatedCount`. */
function eventOf({ metadata: { name, namespace, uid } }: Pod): ApiObject {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `${name}.17f3a1b2c3d4e5f6`, namespace },
    regarding: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
    reason: 'Unhealthy',
    type: 'Warning',
    note: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
    deprecatedSource: { component: 'kubelet', host: 'node-1' },
    deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
    deprecatedLastTimestamp: '2026-01-01T00:00:00Z',
    deprecatedCount: 1,
    eventTime: null,
    reportingController: 'kubelet',
    reportingInstance: 'node-1',
  } as ApiObject;
}

function claimOf({ metadata: { name, namespace, uid } }: Pod): ApiObject {
  const result = { request: 'gpu', driver, pool: 'node-1', device: 'gpu-0' };
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: { name: `${name}-gpu`, namespace },
    spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: driver } }] } },
    status: {
      allocation: { devices: { results: [result] } },
      reservedFor: [{ resource: 'pods', name, uid }],
    },
  } as ApiObject;
}

const sliceOf = (node: string): ApiObject =>
  ({
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceSlice',
    metadata: { name: `${node}-gpus` },
    spec: {
      driver,
      nodeName: node,
      pool: { name: node, generation: 1, resourceSliceCount: 1 },
      devices: Array.from({ length: 8 }, (_, i) => ({ name: `gpu-${i}` })),
    },
  }) as ApiObject;
