// Cases of quotas and overcommit.
import type { Case, Series } from './case.ts';

const quota = (hard: number, used: number): Series => ({
  'kube_resourcequota{namespace="shop",resourcequota="q",resource="pods",type="hard"}': hard,
  'kube_resourcequota{namespace="shop",resourcequota="q",resource="pods",type="used"}': used,
});
const quotaLabels = { namespace: 'shop', resourcequota: 'q', resource: 'pods' };

const GI = 2 ** 30;

const requests = (pod: string, resource: string): string => {
  const container = `namespace="x",pod="${pod}",uid="u-${pod}",container="c",node="n1"`;
  return `kube_pod_container_resource_requests{${container},resource="${resource}"}`;
};

/** Two nodes, a tainted control plane node, and a pod with this request. */
const asked = (resource: string, unit: string, each: number, request: number): Series => ({
  ...Object.fromEntries(
    ['n1', 'n2', 'control'].map((name) => [
      `kube_node_status_allocatable{node="${name}",resource="${resource}",unit="${unit}"}`,
      each,
    ]),
  ),
  'kube_node_spec_taint{node="control",key="node-role.kubernetes.io/control-plane"}': 1,
  [requests('p', resource)]: request,
  [requests('done', resource)]: 100 * each,
  'kube_pod_status_phase{namespace="x",pod="p",uid="u-p",phase="Running"}': 1,
  'kube_pod_status_phase{namespace="x",pod="done",uid="u-done",phase="Succeeded"}': 1,
  'kube_pod_status_phase{namespace="x",pod="done",uid="u-done",phase="Running"}': 0,
});

/** Quotas of two namespaces, and nodes with 24 in total. */
const promised = (name: string, resource: string, unit: string, each: number): Series => ({
  ...asked(resource, unit, 8, 1),
  [`kube_resourcequota{namespace="a",resourcequota="q",resource="${name}",type="hard"}`]: each,
  [`kube_resourcequota{namespace="b",resourcequota="q",resource="${name}",type="hard"}`]: each,
});

export const capacityCases: readonly Case[] = [
  {
    alert: 'KubeQuotaFullyUsed',
    fires: { series: quota(20, 20), at: 15, labels: quotaLabels, value: '100%' },
    quiet: [
      { because: 'it has room for one', series: quota(20, 19), at: 30 },
      { because: 'it is 0 on purpose', series: quota(0, 0), at: 30 },
      { because: 'KubeQuotaExceeded fires', series: quota(20, 21), at: 30 },
    ],
  },
  {
    alert: 'KubeQuotaExceeded',
    fires: { series: quota(20, 21), at: 15, labels: quotaLabels, value: '105%' },
    quiet: [
      { because: 'KubeQuotaFullyUsed fires', series: quota(20, 20), at: 30 },
      { because: 'it is 0 on purpose', series: quota(0, 1), at: 30 },
    ],
  },
  {
    alert: 'KubeQuotaAlmostFull',
    fires: { series: quota(20, 19), at: 15, labels: quotaLabels, value: '95%' },
    quiet: [
      { because: 'exactly a tenth is left', series: quota(20, 18), at: 30 },
      { because: 'KubeQuotaFullyUsed fires', series: quota(20, 20), at: 30 },
    ],
  },
  {
    alert: 'KubeCPUSpareExhausted',
    fires: { series: asked('cpu', 'core', 8, 10.5), at: 15, labels: {}, value: '2.5' },
    quiet: [
      { because: 'one node would be enough', series: asked('cpu', 'core', 8, 7), at: 30 },
      {
        because: 'there is only one node',
        series: {
          'kube_node_status_allocatable{node="n1",resource="cpu",unit="core"}': 8,
          [requests('p', 'cpu')]: 7,
          'kube_pod_status_phase{namespace="x",pod="p",uid="u-p",phase="Running"}': 1,
        },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeMemorySpareExhausted',
    fires: { series: asked('memory', 'byte', 8 * GI, 10 * GI), at: 15, labels: {}, value: '2Gi' },
    quiet: [
      {
        because: 'one node would be enough',
        series: asked('memory', 'byte', 8 * GI, 7 * GI),
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeCPUQuotaOvercommit',
    fires: {
      series: promised('requests.cpu', 'cpu', 'core', 24),
      at: 5,
      labels: {},
      value: '200%',
    },
    quiet: [
      { because: 'it is below 150 %', series: promised('cpu', 'cpu', 'core', 18), at: 30 },
      {
        because: 'limits are no requests',
        series: promised('limits.cpu', 'cpu', 'core', 90),
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeMemoryQuotaOvercommit',
    fires: { series: promised('memory', 'memory', 'byte', 24), at: 5, labels: {}, value: '200%' },
    quiet: [
      {
        because: 'it is below 150 %',
        series: promised('requests.memory', 'memory', 'byte', 18),
        at: 30,
      },
    ],
  },
];
