// The queries of docs/opt-in.md, over series of a small cluster.
import { expectAnswers, type Values } from './pageQueries.ts';

const requested = (pod: string, node: string, resource: string, unit: string) =>
  `kube_pod_resource_request{job="kube-state-metrics",namespace="x",pod="${pod}",uid="u-${pod}",node="${node}",resource="${resource}",unit="${unit}"}`;
const allocatable = (node: string) =>
  `kube_node_status_allocatable{node="${node}",resource="cpu",unit="core"}`;
const container = (family: string, pod: string) =>
  `kube_pod_container_${family}{namespace="x",pod="${pod}",uid="u-${pod}",container="app",node="busy",resource="cpu",unit="core"}`;
const resizes = (pod: string, reason: string) =>
  `kube_pod_status_resize_pending{namespace="x",pod="${pod}",uid="u-${pod}",reason="${reason}"}`;
const displayed = (pod: string, status: string) =>
  `kube_pod_status_display{namespace="x",pod="${pod}",uid="u-${pod}",status="${status}"}`;

/** No pod on the empty node requests anything. */
const series: Values = {
  [allocatable('busy')]: 4,
  [allocatable('empty')]: 8,
  [requested('web', 'busy', 'cpu', 'cores')]: 1,
  [requested('db', 'busy', 'cpu', 'cores')]: 0.5,
  [requested('web', 'busy', 'memory', 'bytes')]: 1024,
  [requested('waits', '', 'cpu', 'cores')]: 2,
  [requested('waits', '', 'nvidia.com/gpu', '')]: 1,
  [container('resource_requests', 'web')]: 1,
  [container('status_resource_requests', 'web')]: 1,
  [container('resource_requests', 'db')]: 0.5,
  [container('status_resource_requests', 'db')]: 0.25,
  [resizes('db', 'Deferred')]: 1,
  [displayed('web', 'Running')]: 1,
  [displayed('db', 'CrashLoopBackOff')]: 1,
  [displayed('waits', 'Pending')]: 1,
};

/** What each query of the page gives, in its order. */
const answers: readonly Values[] = [
  { '{node="busy"}': 2.5, '{node="empty"}': 8 },
  { '{resource="cpu",unit="cores"}': 2, '{resource="nvidia.com/gpu"}': 1 },
  { '{namespace="x"}': 1024 },
  { '{namespace="x",pod="db",uid="u-db",container="app"}': 0.5 },
  { '{namespace="x",reason="Deferred"}': 1 },
  {
    '{namespace="x",status="CrashLoopBackOff"}': 1,
    '{namespace="x",status="Pending"}': 1,
  },
];

describe('docs/opt-in.md', () => {
  it('has queries that give what it says', () => {
    expectAnswers('docs/opt-in.md', series, answers);
  });
});
