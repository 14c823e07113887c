// Alerts on nodes that are away, unwell, or taken out of service and forgotten.
import type { RuleGroup } from './rule.ts';

const cordoned =
  'Cordoned nodes do not count: a person or an autoscaler is already busy with them.';

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
        count(max by (node) (kube_node_status_condition{condition="Ready",status="true"}) == 0) > 1
        and
        count(max by (node) (kube_node_status_condition{condition="Ready",status="true"}) == 0)
        > 0.2 * count(max by (node) (kube_node_info))`,
      summary: '{value} nodes are not ready at once, more than a fifth of the cluster.',
      description: 'So many do not fail by themselves: what they have in common has failed.',
      steps: [
        'See which: `kubectl get nodes`. Then look at what they share: a zone, the network, the ' +
          'load balancer of the API server, a rollout to all of them, an expired certificate.',
        'Stop rollouts and upgrades of nodes until it is known.',
      ],
      because:
        'One node of a small cluster is no outage, so it takes two. Five minutes is when pods of ' +
        'lost nodes begin to be moved, to nodes that may have no room for all of them.',
    },
    {
      alert: 'KubeNodeUnreachable',
      severity: 'warning',
      for: '5m',
      expr: `
        max by (node) (
          kube_node_status_condition{condition="Ready",status="unknown"} == 1
          and on (node)
          kube_node_spec_unschedulable == 0
        )`,
      summary: 'Nothing is heard of node {node}.',
      description:
        'Its kubelet no longer reports. Its pods are made anew elsewhere, those of StatefulSets ' +
        'only when somebody says that the node is gone.',
      steps: [
        'See whether the machine runs and is on the network; then the kubelet: `journalctl ' +
          '--unit kubelet`.',
        'If it will not come back: `kubectl delete node {node}`, which frees its pods and volumes.',
      ],
      because: `A restart takes less than five minutes. ${cordoned}`,
    },
    {
      alert: 'KubeNodeNotReady',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (node) (
          kube_node_status_condition{condition="Ready",status="false"} == 1
          and on (node)
          kube_node_spec_unschedulable == 0
        )`,
      summary: 'Node {node} says that it is not ready.',
      description:
        'Its kubelet is alive, but takes no pods: its runtime or its network is not well.',
      steps: [
        'Read the message of its condition Ready: `kubectl describe node {node}`.',
        'Container runtime: restart it and read its log. Network not ready: look at the pod of ' +
          'the network plugin on this node.',
      ],
      because: `New nodes are not ready for minutes. ${cordoned}`,
    },
    {
      alert: 'KubeNodePressure',
      severity: 'warning',
      for: '10m',
      expr: `
        max by (node, condition) (
          kube_node_status_condition{
            condition=~"MemoryPressure|DiskPressure|PIDPressure",status="true"
          } == 1
          and on (node)
          kube_node_spec_unschedulable == 0
        )`,
      summary: 'Node {node} is short of something: {condition}.',
      description: 'Its kubelet takes no new pods, and evicts those that it has.',
      steps: [
        'Find who uses it up: `kubectl describe node {node}` for requests, and on the machine ' +
          '`df`, `free` or `ps`.',
        'Give the pods that use more than they ask for requests that are true. A full disk: ' +
          'images and logs first.',
      ],
      because:
        'Kubelets hold a condition for five minutes after it ends; ten mean that evicting did ' +
        `not help. ${cordoned}`,
    },
    {
      alert: 'KubeNodeNetworkUnavailable',
      severity: 'warning',
      for: '10m',
      expr: `
        max by (node) (
          kube_node_status_condition{condition="NetworkUnavailable",status="true"}
        ) == 1`,
      summary: 'The network of node {node} is not set up.',
      description: 'Pods on it do not reach the others.',
      steps: [
        'Look at the pod of the network plugin on this node, and at the cloud controller, which ' +
          'makes routes: `kubectl describe node {node}` has the reason.',
      ],
      because: 'Routes of a new node take a minute or two.',
    },
    {
      alert: 'KubeNodeReadinessFlapping',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (node) (
          changes(kube_node_status_condition{condition="Ready",status="true"}[15m])
        ) > 2`,
      summary: 'Node {node} is ready and not ready by turns.',
      description:
        'It changed {value} times in a quarter of an hour; its pods come and go with it.',
      steps: [
        'Cordon it, so that nothing new lands there: `kubectl cordon {node}`. Then look at its ' +
          'load, its network and the log of its kubelet.',
      ],
      because: 'A restart is two changes; more of them, again and again, are no restart.',
    },
    {
      alert: 'KubeNodeCordonedForLong',
      severity: 'info',
      for: '24h',
      expr: 'max by (node) (kube_node_spec_unschedulable) == 1',
      summary: 'Node {node} has been cordoned for a day.',
      description: 'It takes no new pods, and is paid for.',
      steps: [
        'Give it back with `kubectl uncordon {node}`, or remove it. A drain that hangs is mostly ' +
          'held up by a disruption budget: see KubePdbNoDisruptionsAllowed.',
      ],
      because: 'Maintenance of one node is done within a working day.',
    },
    {
      alert: 'KubeletTooManyPods',
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
      summary: 'Node {node} has {value|humanizePercentage} of the pods that it may have.',
      description: 'Soon it takes no more, whatever CPU and memory it has left.',
      steps: [
        'Add nodes, or raise maxPods of its kubelet if its address range has room: `kubectl ' +
          'describe node {node}`.',
      ],
      because: 'Of the usual 110 pods that leaves five, about what a node gets in one rollout.',
    },
  ],
} satisfies RuleGroup;
