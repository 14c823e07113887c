// Alerts on nodes that are unreachable, not ready, under pressure or cordoned for long.
import { shifted, unreachableNodes, unreadyKubelets } from './conditions.ts';
import type { RuleGroup } from './rule.ts';

/** A node whose Ready condition is false or unknown, whatever --sparse-statesets leaves out. */
const notReady = 'kube_node_status_condition{condition="Ready",status!="true"} == 1';

/** As the mixin has it: series of 1 alone never change. */
const flapping = `
max by (node) (
  changes(kube_node_status_condition{condition="Ready",status="true"}[15m])
) > 2
and on (node)
kube_node_spec_unschedulable == 0`;

/** The same with a 0 wherever there is no series of 1; where there are all series, it adds none. */
const sparselyFlapping = `
max by (node) (
  changes((
    max by (node) (kube_node_status_condition{condition="Ready",status="true"})
    or
    0 * max by (node) (kube_node_info)
  )[15m:])
) > 2
and on (node)
kube_node_spec_unschedulable == 0`;

const cordoned = 'Cordoned nodes are excluded: a person or an autoscaler is working on them.';

export const nodes = {
  name: 'nodes',
  title: 'Nodes',
  recordings: [],
  alerts: [
    {
      alert: 'KubeNodesNotReady',
      severity: 'critical',
      for: '5m',
      expr: `
        count(max by (node) (${notReady})) > 1
        and
        count(max by (node) (${notReady}))
        > 0.2 * count(max by (node) (kube_node_info))`,
      summary: '{value} nodes, more than a fifth of the cluster, are not ready.',
      description: 'So many nodes rarely fail independently: look for a shared cause.',
      steps: [
        'List them: `kubectl get nodes`. Then check what they share: a zone, the network, the ' +
          'load balancer of the API server, a rollout to all of them, an expired certificate.',
        'Pause rollouts and node upgrades until the cause is known.',
      ],
      because:
        'One node of a small cluster is no outage, so it takes two. After five minutes pods of ' +
        'lost nodes are evicted, and the remaining nodes may not have room for all of them. Ten ' +
        'minutes later each node has an alert, too: [inhibit](#one-cause-one-alert) them.',
    },
    {
      alert: 'KubeNodeUnreachable',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (node) (${shifted(unreachableNodes, 10)}
        ) == 1`,
      summary: 'Node {node} is unreachable.',
      description:
        'Its kubelet has stopped reporting. Its pods are recreated elsewhere; those of ' +
        'StatefulSets only once the node is deleted.',
      steps: [
        'Check that the machine runs and is on the network, then its kubelet: `journalctl ' +
          '--unit kubelet`.',
        'If it will not come back, delete it to release its pods and volumes: `kubectl delete ' +
          'node {node}`.',
      ],
      because:
        'A reboot takes minutes. Nodes that the cluster autoscaler removes, or whose spot ' +
        'machine ends, are excluded. The alerts on its pods are silent meanwhile.',
      mixin: ['KubeNodeUnreachable'],
    },
    {
      alert: 'KubeletNotReady',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (node) (${shifted(unreadyKubelets, 10)}
        )`,
      summary: 'The kubelet of node {node} reports that it is not ready.',
      description:
        'It can be reached, but accepts no pods: the container runtime or the network plugin ' +
        'fails.',
      steps: [
        'Read the message of the Ready condition: `kubectl describe node {node}`.',
        'Container runtime: restart it and read its log. Network not ready: check the pod of ' +
          'the network plugin on this node.',
      ],
      because:
        'New nodes are not ready for minutes. A kubelet that does not report at all is ' +
        `KubeNodeUnreachable. ${cordoned}`,
      mixin: ['KubeNodeNotReady'],
    },
    {
      alert: 'KubeNodePressure',
      severity: 'info',
      for: '10m',
      expr: `
        max by (node, condition) (
          kube_node_status_condition{
            condition=~"MemoryPressure|DiskPressure|PIDPressure",status="true"
          } == 1
          and on (node)
          kube_node_spec_unschedulable == 0
        )`,
      summary: 'Node {node} is under pressure: {condition}.',
      description: 'Its kubelet accepts no new pods and evicts running ones.',
      steps: [
        'Find the biggest consumers: `kubectl describe node {node}` shows requests; on the ' +
          'machine use `df`, `free` or `ps`.',
        'Set realistic requests for pods that use more than they request. Disk pressure: ' +
          'remove images and logs first.',
      ],
      because:
        'Kubelets keep the condition for five minutes after it ends; ten minutes mean that ' +
        `evictions did not help. ${cordoned}`,
      mixin: ['KubeNodePressure'],
    },
    {
      alert: 'KubeNodeNetworkUnavailable',
      severity: 'warning',
      for: '10m',
      expr: `
        max by (node) (
          kube_node_status_condition{condition="NetworkUnavailable",status="true"}
        ) == 1
        unless on (node)
        ${notReady}`,
      summary: 'The network of node {node} is unavailable.',
      description: 'Pods on this node cannot reach other pods.',
      steps: [
        'Check the pod of the network plugin on this node, and the cloud controller manager, ' +
          'which creates routes. `kubectl describe node {node}` shows the reason.',
      ],
      because:
        'Routes of a new node take a minute or two. A node that is not ready has an alert of its ' +
        'own.',
    },
    {
      alert: 'KubeNodeReadinessFlapping',
      severity: 'warning',
      for: '15m',
      expr: `${flapping}
or${sparselyFlapping}`,
      mixinExpr: flapping,
      summary: 'The readiness of node {node} is flapping.',
      description:
        'It changed {value} times in 15 minutes; pods on it become ready and unready with it.',
      steps: [
        'Cordon it: `kubectl cordon {node}`. Then check its load, its network and the log of ' +
          'its kubelet.',
      ],
      because: `A reboot is two changes; repeated changes are no reboot. ${cordoned}`,
      mixin: ['KubeNodeReadinessFlapping'],
    },
    {
      alert: 'KubeNodeCordonedForLong',
      severity: 'info',
      for: '24h',
      expr: 'max by (node) (kube_node_spec_unschedulable) == 1',
      summary: 'Node {node} has been cordoned for a day.',
      description: 'It accepts no new pods, but still costs money.',
      steps: [
        'Uncordon it with `kubectl uncordon {node}`, or remove it. A drain that hangs is ' +
          'usually blocked by a PodDisruptionBudget: see KubePdbNoDisruptionsAllowed.',
      ],
      because: 'Maintenance of one node takes less than a working day.',
    },
    {
      alert: 'KubeNodePodsAlmostFull',
      severity: 'info',
      for: '15m',
      expr: `
        count by (node) (
          max by (namespace, pod, uid, node) (kube_pod_info{node!=""})
          and on (namespace, pod, uid)
          kube_pod_status_phase{phase=~"Pending|Running"} == 1
        )
        / on (node)
        max by (node) (kube_node_status_allocatable{resource="pods"})
        > 0.95`,
      summary: 'Node {node} runs {value|humanizePercentage} of its maximum number of pods.',
      description: 'At the maximum it accepts no more pods, whatever CPU and memory is left.',
      steps: [
        'Add nodes, or raise maxPods of its kubelet if its pod CIDR has room: `kubectl ' +
          'describe node {node}`.',
      ],
      because: 'Of the usual 110 pods five are left, about what a node gets in one rollout.',
      mixin: ['KubeletTooManyPods'],
    },
  ],
} satisfies RuleGroup;
