// Part of the dashboard Workloads: pods that restart, wait or are not ready, and the reasons.
import type { Row } from './model.ts';
import { alive, ofWorkload, starting, waitingColours } from './parts.ts';

/** Containers that wait for anything but a normal start. */
const waiting =
  'and on (namespace, pod, container) ' +
  `kube_pod_container_status_waiting_reason{reason!~"${starting}"} == 1`;

export const troubles: Row = {
  title: 'Restarts and reasons',
  panels: [
    {
      kind: 'lines',
      title: 'Restarts',
      about:
        'The ten containers that restart most, all pods together. Peaks at a rollout point at ' +
        'the new version, regular ones at a leak or a probe.',
      unit: 'short',
      link: 'workloads',
      queries: [
        {
          query: `
            topk(10,
              sum by (namespace, container) (
                increase(
                  kube_pod_container_status_restarts_total{
                    namespace=~"$namespace"
                  }[$__rate_interval]
                )
                ${ofWorkload}
              ) > 0
            )`,
          legend: '{{namespace}}/{{container}}',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Waiting containers by reason',
      about:
        'CrashLoopBackOff: read the log of the previous run (`kubectl logs --previous`). ' +
        'ImagePullBackOff: check the image name and the pull secret. Others: `kubectl ' +
        'describe pod`.',
      unit: 'short',
      stacked: true,
      queries: [
        {
          query: `
            sum by (reason) (
              kube_pod_container_status_waiting_reason{namespace=~"$namespace"} ${ofWorkload}
            )`,
          legend: '{{reason}}',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Last terminated reason',
      about:
        'Why the previous run of a running container terminated. OOMKilled: raise the ' +
        'memory limit or fix the leak. Error: read the log of that run.',
      unit: 'short',
      stacked: true,
      queries: [
        {
          query: `
            sum by (reason) (
              kube_pod_container_status_last_terminated_reason{namespace=~"$namespace"}
              ${ofWorkload}
            )`,
          legend: '{{reason}}',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Pods by status reason',
      about: 'Evicted: the node was under pressure. NodeLost and Shutdown: check the node.',
      unit: 'short',
      stacked: true,
      queries: [
        {
          query: `
            sum by (reason) (kube_pod_status_reason{namespace=~"$namespace"} ${ofWorkload})`,
          legend: '{{reason}}',
        },
      ],
    },
    {
      kind: 'table',
      title: 'Containers that are waiting',
      size: 'few',
      about:
        'CrashLoopBackOff: read the log of the previous run (`kubectl logs --previous`). Others: ' +
        '`kubectl describe pod` names the image, Secret or ConfigMap that is missing.',
      keys: { namespace: 'Namespace', pod: 'Pod', container: 'Container' },
      links: { namespace: 'namespaces', pod: 'pods' },
      sort: 'Reason',
      columns: [
        {
          labels: { reason: 'Reason' },
          colours: waitingColours,
          query: `
            max by (namespace, pod, container, reason) (
              kube_pod_container_status_waiting_reason{
                namespace=~"$namespace", reason!~"${starting}"
              }
              ${ofWorkload}
            )`,
        },
        {
          title: 'Restarts',
          unit: 'none',
          query: `
            max by (namespace, pod, container) (
              kube_pod_container_status_restarts_total{namespace=~"$namespace"}
              ${waiting}
              ${ofWorkload}
            )`,
        },
        {
          labels: { image_spec: 'Image' },
          query: `
            group by (namespace, pod, container, image_spec) (
              kube_pod_container_info{namespace=~"$namespace"}
              ${waiting}
              ${ofWorkload}
            )`,
        },
        {
          title: 'Pod age',
          unit: 's',
          query: `
            time() - max by (namespace, pod, container) (
              kube_pod_container_status_waiting_reason{
                namespace=~"$namespace", reason!~"${starting}"
              }
              * on (namespace, pod, uid) group_left () kube_pod_created
              ${ofWorkload}
            )`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Containers that restarted in this time range',
      size: 'few',
      about:
        'Exit code and reason of the last termination. 137 with OOMKilled is memory, 137 ' +
        'without it a probe or a slow shutdown; other codes are the program’s own.',
      keys: { namespace: 'Namespace', pod: 'Pod', container: 'Container' },
      links: { namespace: 'namespaces', pod: 'pods' },
      sort: '-Restarts',
      columns: [
        {
          title: 'Restarts',
          unit: 'none',
          trouble: { from: 20, near: 1 },
          query: `
            round(
              sum by (namespace, pod, container) (
                increase(
                  kube_pod_container_status_restarts_total{namespace=~"$namespace"}[$__range]
                )
                ${ofWorkload}
              )
            ) > 0`,
        },
        {
          labels: { reason: 'Reason' },
          colours: { OOMKilled: 'red', Error: 'orange' },
          query: `
            max by (namespace, pod, container, reason) (
              kube_pod_container_status_last_terminated_reason{namespace=~"$namespace"}
              and on (namespace, pod, container)
              increase(
                kube_pod_container_status_restarts_total{namespace=~"$namespace"}[$__range]
              ) >= 0.5
              ${ofWorkload}
            )`,
        },
        {
          title: 'Exit code',
          unit: 'none',
          query: `
            max by (namespace, pod, container) (
              kube_pod_container_status_last_terminated_exitcode{namespace=~"$namespace"}
              and on (namespace, pod, container)
              increase(
                kube_pod_container_status_restarts_total{namespace=~"$namespace"}[$__range]
              ) >= 0.5
              ${ofWorkload}
            )`,
        },
        {
          title: 'Terminated',
          unit: 's',
          query: `
            time() - max by (namespace, pod, container) (
              kube_pod_container_status_last_terminated_timestamp{namespace=~"$namespace"}
              and on (namespace, pod, container)
              increase(
                kube_pod_container_status_restarts_total{namespace=~"$namespace"}[$__range]
              ) >= 0.5
              ${ofWorkload}
            )`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Pods that are not ready',
      size: 'few',
      about:
        'Pending: no node or volume is available. Running: the readiness probe fails or a ' +
        'container crashes. Pods on an unreachable node are not ready either.',
      keys: { namespace: 'Namespace', pod: 'Pod' },
      links: { namespace: 'namespaces', pod: 'pods', node: 'cluster' },
      sort: 'Pod',
      columns: [
        {
          labels: { phase: 'Phase' },
          colours: { Pending: 'orange' },
          query: `
            max by (namespace, pod, phase) (
              kube_pod_status_phase{namespace=~"$namespace", phase=~"Pending|Running"} == 1
              unless on (namespace, pod) kube_pod_status_ready{condition="true"} == 1
              ${ofWorkload}
            )`,
        },
        {
          labels: { node: 'Node' },
          query: `
            group by (namespace, pod, node) (
              kube_pod_info{namespace=~"$namespace"}
              ${alive}
              unless on (namespace, pod) kube_pod_status_ready{condition="true"} == 1
              ${ofWorkload}
            )`,
        },
        {
          title: 'Age',
          unit: 's',
          query: `
            time() - max by (namespace, pod) (
              kube_pod_created{namespace=~"$namespace"}
              ${alive}
              unless on (namespace, pod) kube_pod_status_ready{condition="true"} == 1
              ${ofWorkload}
            )`,
        },
      ],
    },
  ],
};
