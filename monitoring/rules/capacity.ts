// Alerts on quotas and on nodes that have no room left, and the sums they share.
import type { RuleGroup } from './rule.ts';

const spare =
  'What counts is all nodes but the largest, as if that one were lost; a cluster of one node ' +
  'has nothing to compare with.';

export const capacity = {
  name: 'capacity',
  title: 'Quotas and capacity',
  recordings: [
    {
      record: 'namespace:kube_pod_container_resource_requests:sum',
      expr: `
        sum by (namespace, resource) (
          max by (namespace, pod, uid, container, resource) (
            kube_pod_container_resource_requests{resource=~"cpu|memory"}
          )
          and on (namespace, pod, uid)
          kube_pod_status_phase{phase=~"Pending|Running"} == 1
        )`,
      says: 'Cores or bytes that the pods of a namespace ask for which run or are about to.',
    },
    {
      record: 'cluster:kube_node_status_allocatable:sum',
      expr: `
        sum by (resource) (
          max by (node, resource) (kube_node_status_allocatable{resource=~"cpu|memory"})
          unless on (node)
          kube_node_spec_taint{key="node-role.kubernetes.io/control-plane"}
        )`,
      says: 'Cores or bytes that the nodes have for pods; a tainted control plane is left out.',
    },
    {
      record: 'cluster:kube_node_status_allocatable:max',
      expr: `
        max by (resource) (
          kube_node_status_allocatable{resource=~"cpu|memory"}
          unless on (node)
          kube_node_spec_taint{key="node-role.kubernetes.io/control-plane"}
        )`,
      says: 'Cores or bytes of the largest of these nodes.',
    },
    {
      record: 'namespace_resourcequota:kube_resourcequota:ratio',
      expr: `
        max by (namespace, resourcequota, resource) (kube_resourcequota{type="used"})
        / on (namespace, resourcequota, resource)
        max by (namespace, resourcequota, resource) (kube_resourcequota{type="hard"} > 0)`,
      says: 'Which part of a quota is used; a quota of nothing has none.',
    },
  ],
  alerts: [
    {
      alert: 'KubeQuotaFullyUsed',
      severity: 'warning',
      for: '15m',
      expr: 'namespace_resourcequota:kube_resourcequota:ratio >= 1',
      summary: 'Quota {resourcequota} of namespace {namespace} is full: {resource}.',
      description:
        '{value|humanizePercentage} of it is used. Nothing that needs more of it can be made, ' +
        'and that includes the pods of the next rollout.',
      steps: [
        'See what uses it: `kubectl describe resourcequota --namespace {namespace} ' +
          '{resourcequota}`; remove what is no longer needed, or raise the quota.',
      ],
      because: 'A rollout fills a quota for minutes. Whoever set it to nothing meant it.',
    },
    {
      alert: 'KubeQuotaAlmostFull',
      severity: 'info',
      for: '15m',
      expr: `
        namespace_resourcequota:kube_resourcequota:ratio > 0.9
        and
        namespace_resourcequota:kube_resourcequota:ratio < 1`,
      summary: 'Quota {resourcequota} of namespace {namespace} is almost full: {resource}.',
      description: '{value|humanizePercentage} of it is used.',
      steps: [
        'Ask whose namespace it is whether they need more, before a rollout does: `kubectl ' +
          'describe resourcequota --namespace {namespace} {resourcequota}`.',
      ],
      because: 'A rollout adds a quarter of a workload by default; a tenth is little for that.',
    },
    {
      alert: 'KubeCPUOvercommit',
      severity: 'warning',
      for: '15m',
      expr: `
        sum(namespace:kube_pod_container_resource_requests:sum{resource="cpu"})
        - (
          sum(cluster:kube_node_status_allocatable:sum{resource="cpu"})
          - sum(cluster:kube_node_status_allocatable:max{resource="cpu"}) > 0
        )
        > 0`,
      summary: 'The cluster has not enough CPU to lose a node.',
      description:
        'Pods ask for {value|humanize} cores more than would be left without the largest node; ' +
        'some would find no place.',
      steps: [
        'Add a node, or lower requests that are far above what is used: `kubectl top pods ' +
          '--all-namespaces` beside `kubectl describe nodes`.',
      ],
      because: `${spare} Autoscalers need some minutes.`,
    },
    {
      alert: 'KubeMemoryOvercommit',
      severity: 'warning',
      for: '15m',
      expr: `
        sum(namespace:kube_pod_container_resource_requests:sum{resource="memory"})
        - (
          sum(cluster:kube_node_status_allocatable:sum{resource="memory"})
          - sum(cluster:kube_node_status_allocatable:max{resource="memory"}) > 0
        )
        > 0`,
      summary: 'The cluster has not enough memory to lose a node.',
      description:
        'Pods ask for {value|humanize1024}B more than would be left without the largest node; ' +
        'some would find no place.',
      steps: [
        'Add a node, or lower requests that are far above what is used: `kubectl top pods ' +
          '--all-namespaces` beside `kubectl describe nodes`.',
      ],
      because: `${spare} Autoscalers need some minutes.`,
    },
    {
      alert: 'KubeCPUQuotaOvercommit',
      severity: 'info',
      for: '15m',
      expr: `
        sum(
          max by (namespace) (kube_resourcequota{type="hard",resource=~"(requests\\\\.)?cpu"})
        )
        / sum(cluster:kube_node_status_allocatable:sum{resource="cpu"})
        > 1.5`,
      summary: 'Quotas promise more CPU than the cluster has.',
      description:
        'Namespaces together may ask for {value|humanizePercentage} of it; not all of them can.',
      steps: [
        'Lower quotas that are not used, or plan for more nodes: `kubectl get resourcequotas ' +
          '--all-namespaces`.',
      ],
      because: 'Quotas are seldom used up all at once; half as much again is the usual bet.',
    },
    {
      alert: 'KubeMemoryQuotaOvercommit',
      severity: 'info',
      for: '15m',
      expr: `
        sum(
          max by (namespace) (kube_resourcequota{type="hard",resource=~"(requests\\\\.)?memory"})
        )
        / sum(cluster:kube_node_status_allocatable:sum{resource="memory"})
        > 1.5`,
      summary: 'Quotas promise more memory than the cluster has.',
      description:
        'Namespaces together may ask for {value|humanizePercentage} of it; not all of them can.',
      steps: [
        'Lower quotas that are not used, or plan for more nodes: `kubectl get resourcequotas ' +
          '--all-namespaces`.',
      ],
      because: 'Quotas are seldom used up all at once; half as much again is the usual bet.',
    },
  ],
} satisfies RuleGroup;
