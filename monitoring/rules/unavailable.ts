// Alerts on workloads whose pods do not become available, and do not last until an alert of theirs.
import { podsWithAlerts, shifted, unobserved } from './conditions.ts';
import type { Alert } from './rule.ts';

/** Pods that are replaced are missing for a moment, which a scrape may see. */
const recently = 'max_over_time($[5m])';

/** A comparison of two families of a kind; `over` has $ in the place of the first. */
const fewer = (kind: string, [few, over]: readonly [string, string], wanted: string): string => `
max by (namespace, ${kind}) (${over.replace('$', `kube_${kind}_${few}`)})
< on (namespace, ${kind})
max by (namespace, ${kind}) (kube_${kind}_${wanted})`;

/** Fewer than the workload asked for all the while; one that is scaled is given ten minutes. */
const unavailable = (kind: string, available: string, wanted: string): string => `
max by (namespace, ${kind}) (max_over_time(kube_${kind}_${available}[10m]))
< on (namespace, ${kind})
min by (namespace, ${kind}) (min_over_time(kube_${kind}_${wanted}[10m]))`;

/** An update that goes on, during which some pods are always unavailable. */
const updating = (kind: string, updated: string, wanted: string): string => `
unless on (namespace, ${kind})
(${shifted(fewer(kind, [updated, recently], wanted), 2)}
  and on (namespace, ${kind})
  max by (namespace, ${kind}) (changes(kube_${kind}_${updated}[10m])) > 0
)`;

/** What leads from pods with alerts to their workload. */
const unlessOwned = (kind: string, ownerKind: string): string => `
unless on (namespace, ${kind})
label_replace(
  kube_pod_owner{owner_kind="${ownerKind}"}
  and on (namespace, pod, uid)
  (${shifted(podsWithAlerts, 4)}
  ),
  "${kind}", "$1", "owner_name", "(.+)"
)`;

const unlessOwnedByDeployment = `
unless on (namespace, deployment)
label_replace(
  kube_replicaset_owner{owner_kind="Deployment"}
  and on (namespace, replicaset)
  label_replace(
    kube_pod_owner{owner_kind="ReplicaSet"}
    and on (namespace, pod, uid)
    (${shifted(podsWithAlerts, 6)}
    ),
    "replicaset", "$1", "owner_name", "(.+)"
  ),
  "deployment", "$1", "owner_name", "(.+)"
)`;

/** The parts of an expression, one below the other. */
const joined = (...parts: readonly string[]): string => parts.join('');

const ofDeployments = joined(
  '\n(',
  shifted(unavailable('deployment', 'status_replicas_available', 'spec_replicas'), 2),
  shifted(updating('deployment', 'status_replicas_updated', 'spec_replicas'), 2),
  `
  or
  max by (namespace, deployment) (
    kube_deployment_status_condition{condition="Progressing",status="false"}
  ) == 1
  and on (namespace, deployment)
  (${shifted(fewer('deployment', ['status_replicas_ready', '$'], 'status_replicas'), 4)}
  )
)
unless on (namespace, deployment)
(${shifted(fewer('deployment', ['status_replicas', recently], 'spec_replicas'), 2)}
)`,
  unobserved('deployment'),
  unlessOwnedByDeployment,
);

const ofStatefulSets = joined(
  unavailable('statefulset', 'status_replicas_available', 'replicas'),
  updating('statefulset', 'status_replicas_updated', 'replicas'),
  `
unless on (namespace, statefulset)
(${shifted(fewer('statefulset', ['status_replicas', recently], 'replicas'), 2)}
  and on (namespace, statefulset)
  (
    max by (namespace, statefulset) (max_over_time(kube_statefulset_status_replicas_ready[5m]))
    == on (namespace, statefulset)
    max by (namespace, statefulset) (max_over_time(kube_statefulset_status_replicas[5m]))
  )
)`,
  unobserved('statefulset'),
  unlessOwned('statefulset', 'StatefulSet'),
);

const desired = 'status_desired_number_scheduled';
const current = 'status_current_number_scheduled';

const ofDaemonSets = joined(
  unavailable('daemonset', 'status_number_available', desired),
  updating('daemonset', 'status_updated_number_scheduled', desired),
  `
unless on (namespace, daemonset)
(${shifted(fewer('daemonset', [current, recently], desired), 2)}
)`,
  unlessOwned('daemonset', 'DaemonSet'),
);

const shownBy = (kind: string): string =>
  'See what ends them: `kubectl get events --namespace {namespace}`, and `kubectl describe ' +
  `${kind} --namespace {namespace} {${kind}}\`.`;

const steps: readonly [string, ...string[]] = [
  'Evicted or Preempted: the node runs out of memory or disk, or pods of a higher priority take ' +
    'its place. Raise its requests or its priority, or add nodes.',
  'Restarts minutes after each start: read the logs of the last run, `kubectl logs --previous`.',
];

const description =
  'Pods exist, but for half an hour too few have been available. None stays in one state long ' +
  'enough for an alert of its own: they are replaced, or run for minutes between crashes.';

const because =
  'Alerts on pods fire after 15 minutes, or 20 while they terminate. Half an hour without one ' +
  'means that no pod lasts so long, or that its state keeps changing. Where a pod has an alert, ' +
  'where pods do not exist, and while an update goes on, this one is silent.';

export const unavailableWorkloads = {
  deployment: {
    alert: 'KubeDeploymentPodsUnavailable',
    severity: 'warning',
    for: '30m',
    expr: shifted(ofDeployments, 8),
    summary: 'Pods of deployment {namespace}/{deployment} do not become available.',
    description,
    steps: [shownBy('deployment'), ...steps],
    because,
    mixin: ['KubeDeploymentReplicasMismatch', 'KubeDeploymentRolloutStuck'],
  },
  statefulSet: {
    alert: 'KubeStatefulSetPodsUnavailable',
    severity: 'warning',
    for: '30m',
    expr: shifted(ofStatefulSets, 8),
    summary: 'Pods of StatefulSet {namespace}/{statefulset} do not become available.',
    description,
    steps: [shownBy('statefulset'), ...steps],
    because,
    mixin: ['KubeStatefulSetReplicasMismatch', 'KubeStatefulSetUpdateNotRolledOut'],
  },
  daemonSet: {
    alert: 'KubeDaemonSetPodsUnavailable',
    severity: 'warning',
    for: '30m',
    expr: shifted(ofDaemonSets, 8),
    summary: 'Pods of DaemonSet {namespace}/{daemonset} do not become available.',
    description,
    steps: [shownBy('daemonset'), ...steps],
    because,
    mixin: ['KubeDaemonSetRolloutStuck'],
  },
} satisfies Readonly<Record<string, Alert>>;
