// Alerts on exhausted quotas and on overcommit of the cluster, and their recording rules.
import type { RuleGroup } from './rule.ts';

const spare =
  'It counts all nodes but the largest, as if that one were lost; a cluster of one node is ' +
  'excluded.';

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
      says: 'Requests of the pending and running pods of a namespace, in cores or bytes.',
    },
    {
      record: 'cluster:kube_node_status_allocatable:sum',
      expr: `
        sum by (resource) (
          max by (node, resource) (kube_node_status_allocatable{resource=~"cpu|memory"})
          unless on (node)
          kube_node_spec_taint{key="node-role.kubernetes.io/control-plane"}
        )`,
      says: 'Allocatable cores or bytes of all nodes but a tainted control plane.',
    },
    {
      record: 'cluster:kube_node_status_allocatable:max',
      expr: `
        max by (resource) (
          kube_node_status_allocatable{resource=~"cpu|memory"}
          unless on (node)
          kube_node_spec_taint{key="node-role.kubernetes.io/control-plane"}
        )`,
      says: 'Allocatable cores or bytes of the largest of these nodes.',
    },
    {
      record: 'namespace_resourcequota:kube_resourcequota:ratio',
      expr: `
        max by (namespace, resourcequota, resource) (kube_resourcequota{type="used"})
        / on (namespace, resourcequota, resource)
        max by (namespace, resourcequota, resource) (kube_resourcequota{type="hard"} > 0)`,
      says: 'Used share of a quota, from 0 to 1; quotas of 0 are excluded.',
    },
  ],
  alerts: [
    {
      alert: 'KubeQuotaExceeded',
      severity: 'warning',
      for: '15m',
      expr: 'namespace_resourcequota:kube_resourcequota:ratio > 1',
      summary: 'Quota {resourcequota} of namespace {namespace} is exceeded: {resource}.',
      description:
        '{value|humanizePercentage} is used: it was lowered below what is in use. New objects ' +
        'that count towards it are rejected.',
      steps: [
        'See what uses it: `kubectl describe resourcequota --namespace {namespace} ' +
          '{resourcequota}`. Remove what is no longer needed, or raise the quota.',
      ],
      because: 'It does not go away by itself. Quotas of zero are intended and excluded.',
      mixin: ['KubeQuotaExceeded'],
    },
    {
      alert: 'KubeQuotaFullyUsed',
      severity: 'info',
      for: '15m',
      expr: 'namespace_resourcequota:kube_resourcequota:ratio == 1',
      summary: 'Quota {resourcequota} of namespace {namespace} is exhausted: {resource}.',
      description:
        '{value|humanizePercentage} is used. New objects that count towards it are rejected, ' +
        'including the pods of the next rollout.',
      steps: [
        'See what uses it: `kubectl describe resourcequota --namespace {namespace} ' +
          '{resourcequota}`. Remove what is no longer needed, or raise the quota.',
      ],
      because:
        'A rollout fills a quota for minutes, and a full quota may be intended. Quotas of zero ' +
        'are, and are excluded.',
      mixin: ['KubeQuotaFullyUsed'],
    },
    {
      alert: 'KubeQuotaAlmostFull',
      severity: 'info',
      for: '15m',
      expr: `
        namespace_resourcequota:kube_resourcequota:ratio
        > 0.9
        < 1`,
      summary: 'Quota {resourcequota} of namespace {namespace} is almost full: {resource}.',
      description: '{value|humanizePercentage} is used.',
      steps: [
        'Ask the owners of the namespace whether they need more before their next rollout: ' +
          '`kubectl describe resourcequota --namespace {namespace} {resourcequota}`.',
      ],
      because:
        'A rollout adds a quarter of a workload by default; a tenth of the quota is little for ' +
        'that.',
      mixin: ['KubeQuotaAlmostFull'],
    },
    {
      alert: 'KubeCPUSpareExhausted',
      severity: 'warning',
      for: '15m',
      expr: `
        sum(namespace:kube_pod_container_resource_requests:sum{resource="cpu"})
        - (
          sum(cluster:kube_node_status_allocatable:sum{resource="cpu"})
          - sum(cluster:kube_node_status_allocatable:max{resource="cpu"}) > 0
        )
        > 0`,
      summary: 'The cluster does not have enough CPU to tolerate the loss of a node.',
      description:
        'CPU requests exceed what remains without the largest node by {value|humanize} cores; ' +
        'some pods would become unschedulable.',
      steps: [
        'Add a node, or lower requests that are far above usage: compare `kubectl top pods ' +
          '--all-namespaces` with `kubectl describe nodes`.',
      ],
      because: `${spare} Autoscalers need some minutes.`,
      mixin: ['KubeCPUOvercommit'],
    },
    {
      alert: 'KubeMemorySpareExhausted',
      severity: 'warning',
      for: '15m',
      expr: `
        sum(namespace:kube_pod_container_resource_requests:sum{resource="memory"})
        - (
          sum(cluster:kube_node_status_allocatable:sum{resource="memory"})
          - sum(cluster:kube_node_status_allocatable:max{resource="memory"}) > 0
        )
        > 0`,
      summary: 'The cluster does not have enough memory to tolerate the loss of a node.',
      description:
        'Memory requests exceed what remains without the largest node by {value|humanize1024}B; ' +
        'some pods would become unschedulable.',
      steps: [
        'Add a node, or lower requests that are far above usage: compare `kubectl top pods ' +
          '--all-namespaces` with `kubectl describe nodes`.',
      ],
      because: `${spare} Autoscalers need some minutes.`,
      mixin: ['KubeMemoryOvercommit'],
    },
    {
      alert: 'KubeCPUQuotaOvercommit',
      severity: 'warning',
      for: '5m',
      expr: `
        sum(
          min without (resource) (
            max by (namespace, resourcequota, resource) (
              kube_resourcequota{type="hard",resource=~"cpu|requests.cpu"}
            )
          )
        )
        / sum(max by (node) (kube_node_status_allocatable{resource="cpu"}))
        > 1.5`,
      summary: 'CPU quotas exceed the CPU of the cluster.',
      description:
        'The quotas of all namespaces add up to {value|humanizePercentage} of it, so they cannot ' +
        'all be used.',
      steps: [
        'Lower unused quotas, or plan for more nodes: `kubectl get resourcequotas ' +
          '--all-namespaces`.',
      ],
      because: 'Quotas are seldom all exhausted at once; 150 % is a common limit.',
      mixin: ['KubeCPUQuotaOvercommit'],
    },
    {
      alert: 'KubeMemoryQuotaOvercommit',
      severity: 'warning',
      for: '5m',
      expr: `
        sum(
          min without (resource) (
            max by (namespace, resourcequota, resource) (
              kube_resourcequota{type="hard",resource=~"memory|requests.memory"}
            )
          )
        )
        / sum(max by (node) (kube_node_status_allocatable{resource="memory"}))
        > 1.5`,
      summary: 'Memory quotas exceed the memory of the cluster.',
      description:
        'The quotas of all namespaces add up to {value|humanizePercentage} of it, so they cannot ' +
        'all be used.',
      steps: [
        'Lower unused quotas, or plan for more nodes: `kubectl get resourcequotas ' +
          '--all-namespaces`.',
      ],
      because: 'Quotas are seldom all exhausted at once; 150 % is a common limit.',
      mixin: ['KubeMemoryQuotaOvercommit'],
    },
  ],
} satisfies RuleGroup;
