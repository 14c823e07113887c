// Workloads are custom objects with the content of pods, and rules that make ten families of them.
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import type { Kind } from '../../src/demo/apiserver/kinds.ts';
import type { ApiObject } from '../../src/demo/objects.ts';

export const workloadKind: Kind = {
  resource: 'workloads',
  group: 'bench.example.com',
  version: 'v1',
  kind: 'Workload',
  namespaced: true,
  counted: true,
  statusApart: true,
  custom: true,
};

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${workloadKind.resource}.${workloadKind.group}` },
  spec: {
    group: workloadKind.group,
    scope: 'Namespaced',
    names: { kind: workloadKind.kind, plural: workloadKind.resource, singular: 'workload' },
    versions: [
      { name: workloadKind.version, served: true, storage: true, subresources: { status: {} } },
    ],
  },
  status: {
    acceptedNames: { kind: workloadKind.kind, plural: workloadKind.resource },
    conditions: ['NamesAccepted', 'Established'].map((type) => ({ type, status: 'True' })),
  },
};

/** Adds the definition, and a workload for each pod, of the same size. */
export function addWorkloads(server: ApiServer): void {
  server.create(definition as ApiObject);
  const { group, version, kind } = workloadKind;
  const workloads = [...server.objects('pods')].map((pod) => ({
    ...pod,
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { ...pod.metadata, uid: `${pod.metadata.uid}-workload` },
  }));
  server.load(workloadKind, workloads as ApiObject[]);
}

/** Ten families of pods that the rules below have a counterpart of, with as many series each. */
export const podFamilies = [
  'kube_pod_info',
  'kube_pod_created',
  'kube_pod_start_time',
  'kube_pod_status_phase',
  'kube_pod_restart_policy',
  'kube_pod_service_account',
  'kube_pod_container_info',
  'kube_pod_container_status_ready',
  'kube_pod_container_status_running',
  'kube_pod_container_status_restarts_total',
];

const containerLabels = { container: ['name'] };
const statuses = ['status', 'containerStatuses'];
const phases = ['Pending', 'Succeeded', 'Failed', 'Unknown', 'Running'];

const ofContainers = (name: string, valueFrom: readonly string[]) => ({
  name,
  each: {
    type: 'Gauge',
    gauge: { path: statuses, labelsFromPath: containerLabels, valueFrom, nilIsZero: true },
  },
});

const infoOf = (name: string, labelsFromPath: Readonly<Record<string, readonly string[]>>) => ({
  name,
  each: { type: 'Info', info: { labelsFromPath } },
});

/** The value of --custom-resource-state-config, in JSON, which is valid YAML. */
export const workloadRules = JSON.stringify({
  kind: 'CustomResourceStateMetrics',
  spec: {
    resources: [
      {
        groupVersionKind: {
          group: workloadKind.group,
          version: workloadKind.version,
          kind: workloadKind.kind,
        },
        metricNamePrefix: 'workload',
        labelsFromPath: {
          namespace: ['metadata', 'namespace'],
          workload: ['metadata', 'name'],
          uid: ['metadata', 'uid'],
        },
        metrics: [
          infoOf('info', {
            host_ip: ['status', 'hostIP'],
            pod_ip: ['status', 'podIP'],
            node: ['spec', 'nodeName'],
            created_by_kind: ['metadata', 'ownerReferences', '0', 'kind'],
            created_by_name: ['metadata', 'ownerReferences', '0', 'name'],
            priority_class: ['spec', 'priorityClassName'],
          }),
          {
            name: 'created',
            each: { type: 'Gauge', gauge: { path: ['metadata', 'creationTimestamp'] } },
          },
          {
            name: 'start_time',
            each: { type: 'Gauge', gauge: { path: ['status', 'startTime'] } },
          },
          {
            name: 'status_phase',
            each: {
              type: 'StateSet',
              stateSet: { path: ['status', 'phase'], labelName: 'phase', list: phases },
            },
          },
          infoOf('restart_policy', { type: ['spec', 'restartPolicy'] }),
          infoOf('service_account', { service_account: ['spec', 'serviceAccountName'] }),
          {
            name: 'container_info',
            each: {
              type: 'Info',
              info: {
                path: ['spec', 'containers'],
                labelsFromPath: { container: ['name'], image: ['image'] },
              },
            },
          },
          ofContainers('container_status_ready', ['ready']),
          ofContainers('container_status_running', ['started']),
          ofContainers('container_status_restarts_total', ['restartCount']),
        ],
      },
    ],
  },
});
