// Part of the dashboard Workloads: pods that restart, wait or are not ready, and the reasons.
import type { Row } from './model.ts';
import { alive, ofWorkload } from './parts.ts';

export const troubles: Row = {
  title: 'Restarts and reasons',
  panels: [
    {
      kind: 'lines',
      title: 'Restarts',
      about:
        'Container restarts by workload. Peaks at a rollout point at the new version, ' +
        'regular ones at a leak or a probe.',
      unit: 'short',
      queries: [
        {
          query: `
            sum by (namespace, container) (
              increase(
                kube_pod_container_status_restarts_total{namespace=~"$namespace"}[$__rate_interval]
              )
              ${ofWorkload}
            ) > 0`,
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
      title: 'Containers that restarted in this time range',
      about:
        'Exit code and reason of the last termination. 137 with OOMKilled is memory, 137 ' +
        'without it a probe or a slow shutdown; other codes are the program’s own.',
      keys: { namespace: 'Namespace', pod: 'Pod', container: 'Container' },
      sort: '-Restarts',
      columns: [
        {
          title: 'Restarts',
          unit: 'none',
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
      about:
        'Pending: no node or volume is available. Running: the readiness probe fails or a ' +
        'container crashes. Pods on an unreachable node are not ready either.',
      keys: { namespace: 'Namespace', pod: 'Pod' },
      sort: 'Pod',
      columns: [
        {
          labels: { phase: 'Phase' },
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
