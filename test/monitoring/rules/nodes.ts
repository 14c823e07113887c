// Cases of nodes.
import type { Case, Series } from './case.ts';

const node = (name: string, status: string, unschedulable = 0): Series => ({
  [`kube_node_info{node="${name}"}`]: 1,
  [`kube_node_spec_unschedulable{node="${name}"}`]: unschedulable,
  ...Object.fromEntries(
    ['true', 'false', 'unknown'].map((each) => [
      `kube_node_status_condition{node="${name}",condition="Ready",status="${each}"}`,
      Number(each === status),
    ]),
  ),
});

const pressed = (unschedulable: number): Series => ({
  'kube_node_spec_unschedulable{node="n1"}': unschedulable,
  'kube_node_status_condition{node="n1",condition="DiskPressure",status="true"}': 1,
  'kube_node_status_condition{node="n1",condition="DiskPressure",status="false"}': 0,
});

const network =
  'kube_node_status_condition{node="n1",condition="NetworkUnavailable",status="true"}';
const ready = 'kube_node_status_condition{node="n1",condition="Ready",status="true"}';
const labels = { node: 'n1' };

const unreachable = 'node.kubernetes.io/unreachable';

const tainted = (key: string): Series => ({
  [`kube_node_spec_taint{node="n1",key="${key}",value="",effect="NoSchedule"}`]: 1,
});

/** Pods of this phase on a node with room for 20. */
const podsOn = (count: number, phase: string): Series => ({
  'kube_node_status_allocatable{node="n1",resource="pods",unit="integer"}': 20,
  ...Object.fromEntries(
    Array.from({ length: count }, (_, i) => `namespace="x",pod="p${i}",uid="u${i}"`).flatMap(
      (pod) => [
        [`kube_pod_info{${pod},node="n1"}`, 1],
        [`kube_pod_status_phase{${pod},phase="${phase}"}`, 1],
      ],
    ),
  ),
});

export const nodeCases: readonly Case[] = [
  {
    alert: 'KubeNodesNotReady',
    fires: {
      series: {
        ...node('n1', 'unknown'),
        ...node('n2', 'false'),
        ...node('n3', 'true'),
        ...node('n4', 'true'),
      },
      at: 5,
      labels: {},
      value: '2',
    },
    quiet: [
      {
        because: 'one node of three is no outage',
        series: { ...node('n1', 'unknown'), ...node('n2', 'true'), ...node('n3', 'true') },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeNodeUnreachable',
    fires: { series: tainted(unreachable), at: 15, labels },
    quiet: [
      { because: 'it is out of service otherwise', series: tainted('maintenance'), at: 30 },
      {
        because: 'the cluster autoscaler removes it',
        series: { ...tainted(unreachable), ...tainted('ToBeDeletedByClusterAutoscaler') },
        at: 30,
      },
      {
        because: 'its spot machine ends',
        series: { ...tainted(unreachable), ...tainted('aws-node-termination-handler/spot-itn') },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeletNotReady',
    fires: { series: node('n1', 'false'), at: 15, labels },
    quiet: [
      { because: 'it is cordoned', series: node('n1', 'false', 1), at: 30 },
      { because: 'it is ready', series: node('n1', 'true'), at: 30 },
      { because: 'KubeNodeUnreachable fires', series: node('n1', 'unknown'), at: 30 },
    ],
  },
  {
    alert: 'KubeNodePressure',
    fires: { series: pressed(0), at: 10, labels: { node: 'n1', condition: 'DiskPressure' } },
    quiet: [{ because: 'it is cordoned', series: pressed(1), at: 30 }],
  },
  {
    alert: 'KubeNodeNetworkUnavailable',
    fires: { series: { [network]: 1 }, at: 10, labels },
    quiet: [
      { because: 'its network became available', series: { [network]: '1 1 1 0+0x30' }, at: 30 },
      {
        because: 'KubeletNotReady fires',
        series: { [network]: 1, ...node('n1', 'false') },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeNodeReadinessFlapping',
    fires: {
      series: {
        [ready]: '1 1 0 0 1 1 0 0 1 1 0 0 1 1 0 0 1 1 0 0 1 1 0 0 1 1 0 0 1 1',
        'kube_node_info{node="n1"}': 1,
        'kube_node_spec_unschedulable{node="n1"}': 0,
      },
      // The third change comes at minute 6, and the alert fifteen later; a window then holds seven.
      at: 21,
      labels,
      value: '7',
    },
    quiet: [
      {
        because: 'it restarted once',
        series: {
          [ready]: '1 1 0 0 1+0x30',
          'kube_node_info{node="n1"}': 1,
          'kube_node_spec_unschedulable{node="n1"}': 0,
        },
        at: 18,
      },
    ],
  },
  {
    alert: 'KubeNodeCordonedForLong',
    fires: { series: node('n1', 'true', 1), at: 24 * 60, labels },
    quiet: [{ because: 'it is not cordoned', series: node('n1', 'true', 0), at: 25 * 60 }],
  },
  {
    alert: 'KubeNodePodsAlmostFull',
    fires: { series: podsOn(20, 'Running'), at: 15, labels, value: '100%' },
    quiet: [
      { because: 'there is room for one more', series: podsOn(19, 'Running'), at: 30 },
      { because: 'terminated pods do not count', series: podsOn(20, 'Succeeded'), at: 30 },
    ],
  },
];
