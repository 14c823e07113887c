// Of the dashboard of workloads: what restarts, waits or is not ready, and why.
import type { Row } from './model.ts';
import { alive, ofWorkload } from './parts.ts';

export const troubles: Row = {
  title: 'Restarts, and reasons',
  panels: [
    {
      kind: 'lines',
      title: 'Restarts',
      about:
        'How often containers were started again, by what they are part of; peaks that come with ' +
        'a rollout point at the new version, regular ones at a leak or a probe.',
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
      title: 'Containers that wait, by reason',
      about:
        'CrashLoopBackOff wants the log of the run before (`kubectl logs --previous`), ' +
        'ImagePullBackOff the image’s name and its pull secret, others `kubectl describe pod`.',
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
      title: 'How containers last ended',
      about:
        'Of the containers that run again, why the run before ended: OOMKilled wants a higher ' +
        'memory limit or a leak mended, Error the log of that run.',
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
      title: 'Pods with a reason of their own',
      about:
        'Evicted pods were thrown out by a node short of something, so look at its pressures; ' +
        'NodeLost and Shutdown are about the node too.',
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
      title: 'Containers that restarted in the time shown',
      about:
        'The code and the reason of the last end tell what to look for: 137 with OOMKilled is ' +
        'memory, 137 without it a probe or a slow end, other codes are the program’s own.',
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
          labels: { reason: 'Ended by' },
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
          title: 'Code',
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
          title: 'Ago',
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
        'A pod without a node waits for room or a volume, a running one fails its readiness ' +
        'probe or crashes, and one on a node that is away is not ready with it.',
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
