// The queries of docs/opt-in.md, over series of a small cluster.
import { expectAnswers, type Values } from './pageQueries.ts';

/** The job that the page names. */
const job = 'kube-state-metrics';

/** A series of a pod; the labels are those beside its identity. */
const ofPod = (family: string, pod: string, labels: string): string =>
  `kube_pod_${family}{job="${job}",namespace="x",pod="${pod}",uid="u-${pod}",${labels}}`;

const requested = (pod: string, node: string, resource: string, unit: string): string =>
  ofPod('resource_request', pod, `node="${node}",resource="${resource}",unit="${unit}"`);
const ofContainer = (family: string, pod: string): string =>
  ofPod(`container_${family}`, pod, 'container="app",node="busy",resource="cpu",unit="core"');
const ended = (pod: string, reason: string): string =>
  ofPod('container_terminations_total', pod, `container="app",reason="${reason}"`);
const endedOf = (workload: string, reason: string): string =>
  `kube_pod_container_terminations_by_workload_total{job="${job}",namespace="x",` +
  `workload="${workload}",workload_type="deployment",container="app",reason="${reason}"}`;
const displayed = (pod: string, status: string): string =>
  ofPod('status_display', pod, `status="${status}"`);
const workloadOf = (pod: string, workload: string, type: string): string =>
  ofPod('workload', pod, `workload="${workload}",workload_type="${type}"`);
const ownedBy = (pod: string, kind: string, group: string): string =>
  ofPod(
    'owner',
    pod,
    `owner_kind="${kind}",owner_name="o",owner_is_controller="true",` +
      `owner_group="${group}",owner_api_version="v1"`,
  );
const allocatable = (node: string): string =>
  `kube_node_status_allocatable{node="${node}",resource="cpu",unit="core"}`;

/** No pod on the empty node requests anything. */
const series: Readonly<Record<string, number | string>> = {
  [allocatable('busy')]: 4,
  [allocatable('empty')]: 8,
  [requested('web', 'busy', 'cpu', 'cores')]: 1,
  [requested('db', 'busy', 'cpu', 'cores')]: 0.5,
  [requested('web', 'busy', 'memory', 'bytes')]: 1024,
  [requested('waits', '', 'cpu', 'cores')]: 2,
  [requested('waits', '', 'nvidia.com/gpu', '')]: 1,
  [ofContainer('resource_requests', 'web')]: 1,
  [ofContainer('status_resource_requests', 'web')]: 1,
  [ofContainer('resource_requests', 'db')]: 0.5,
  [ofContainer('status_resource_requests', 'db')]: 0.25,
  [ofPod('status_resize_pending', 'db', 'reason="Deferred"')]: 1,
  [workloadOf('web', 'shop', 'deployment')]: 1,
  [workloadOf('db', 'db', 'statefulset')]: 1,
  [ownedBy('web', 'ReplicaSet', 'apps')]: 1,
  [ownedBy('db', 'Job', 'batch.volcano.sh')]: 1,
  [displayed('web', 'Running')]: 1,
  [displayed('db', 'CrashLoopBackOff')]: 1,
  [displayed('waits', 'Pending')]: 1,
  [ended('web', 'OOMKilled')]: '0 2',
  [ended('db', 'OOMKilled')]: '0 0',
  [ended('db', 'Error')]: '0 1',
  [endedOf('web', 'OOMKilled')]: '0 3',
  [ofPod('info', 'web', 'node="busy"')]: 1,
  [ofPod('info', 'gone', 'node="busy"')]: 1,
  [ofPod('deletion_timestamp', 'gone', '')]: 1.7e9,
  [ofPod('container_status_terminated_reason', 'gone', 'container="app",reason="OOMKilled"')]: 1,
  [ofPod('container_status_terminated_reason', 'web', 'container="init",reason="Completed"')]: 1,
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
  {
    '{namespace="x",workload="shop",workload_type="deployment"}': 1,
    '{namespace="x",workload="db",workload_type="statefulset"}': 0.5,
  },
  { '{owner_group="batch.volcano.sh",owner_kind="Job"}': 1 },
  { [ended('web', 'OOMKilled').replace('kube_pod_container_terminations_total', '')]: 2 },
  { '{namespace="x",workload="web",workload_type="deployment"}': 3 },
  {
    [ofPod('container_status_terminated_reason', 'gone', 'container="app",reason="OOMKilled"')]: 1,
  },
  { '{namespace="x"}': 1 },
];

describe('docs/opt-in.md', () => {
  it('has queries that give what it says', () => {
    expectAnswers('docs/opt-in.md', series, answers);
  });
});
