// Causes with all that follows from each of them, and the one alert that is to fire.
import { type Inhibition, inhibitions } from '../../monitoring/rules/inhibition.ts';
import {
  claim,
  cordoned,
  daemonSet,
  killed,
  type Labels,
  nodes,
  ofContainer,
  ofPod,
  pod,
  quota,
  replaced,
  shop,
  slowCrashes,
  stuckDeployment,
  stuckSet,
} from './causeSeries.ts';
import type { Series } from './rules/case.ts';

export interface Cause {
  readonly cause: string;
  readonly series: Series;
  /** When to look, in minutes. */
  readonly at: number;
  /** The alerts with their labels, by name; one that an inhibit rule silences may be among them. */
  readonly fires: readonly (readonly [alert: string, labels: Labels])[];
}

/** Those that Alertmanager sends: without the targets of a source that fires, too. */
export const sent = (fires: Cause['fires']): Cause['fires'] =>
  fires.filter(([alert, labels]) => !fires.some(([by, of]) => silences(by, of, alert, labels)));

const silences = (source: string, of: Labels, target: string, labels: Labels): boolean =>
  inhibitions.some(
    ({ source: by, targets, equal = [] }: Inhibition) =>
      by === source && targets.includes(target) && equal.every((name) => of[name] === labels[name]),
  );

const attachment = 'volumeattachment="va"';
const web = 'namespace="shop",deployment="web"';

const ofWorkloads: readonly Cause[] = [
  {
    cause: 'a pod finds no node',
    series: {
      ...nodes('true', 'true'),
      ...pod('web-1', { phase: 'Pending', unschedulable: true }),
      ...stuckDeployment('web', 2, 2, 1),
    },
    at: 40,
    fires: [['KubePodUnschedulable', ofPod('web-1')]],
  },
  {
    cause: 'a container runs out of memory soon after every start',
    series: {
      ...nodes('true', 'true'),
      ...pod('web-1', { waiting: 'CrashLoopBackOff' }),
      ...killed('0+1x60'),
      ...stuckDeployment('web', 2, 2, 1),
    },
    at: 40,
    fires: [['KubePodCrashLooping', ofContainer('web-1')]],
  },
  {
    cause: 'a container runs out of memory now and then',
    series: {
      ...nodes('true', 'true'),
      ...pod('web-1', { ready: true }),
      ...killed('0+0x9 1+0x19 2+0x19 3+0x30'),
    },
    at: 55,
    fires: [['KubeContainerOOMKilled', ofContainer('web-1')]],
  },
  {
    cause: 'an init container crashes',
    series: {
      ...nodes('true', 'true'),
      ...pod('web-1', { phase: 'Pending', initWaiting: 'CrashLoopBackOff' }),
      ...stuckDeployment('web', 2, 2, 1),
    },
    at: 40,
    fires: [['KubePodInitCrashLooping', ofContainer('web-1')]],
  },
  {
    cause: 'the image of the next pod of an update cannot be pulled',
    series: {
      ...nodes('true', 'true'),
      ...pod('db-2', { phase: 'Pending', waiting: 'ImagePullBackOff', owner: 'StatefulSet' }),
      ...stuckSet(3, 3, 2),
    },
    at: 90,
    fires: [['KubeContainerImagePullFailing', ofContainer('db-2')]],
  },
  {
    cause: 'the first of the pods, which are created in order, is not ready',
    series: {
      ...nodes('true', 'true'),
      ...pod('db-0', { owner: 'StatefulSet' }),
      ...stuckSet(3, 1, 0),
    },
    at: 40,
    fires: [['KubePodReadinessFailing', ofPod('db-0')]],
  },
  {
    cause: 'a Secret is missing',
    series: {
      ...nodes('true', 'true'),
      ...pod('web-1', { phase: 'Pending', waiting: 'CreateContainerConfigError' }),
      ...stuckDeployment('web', 2, 2, 1),
    },
    at: 90,
    fires: [
      [
        'KubeContainerNotStarting',
        { ...ofContainer('web-1'), reason: 'CreateContainerConfigError' },
      ],
    ],
  },
  {
    cause: 'a webhook rejects the pods',
    series: { ...nodes('true', 'true'), ...stuckDeployment('web', 3, 1, 1) },
    at: 40,
    fires: [['KubeDeploymentPodsMissing', { ...shop, deployment: 'web' }]],
  },
  {
    cause: 'a quota rejects the pods',
    series: { ...nodes('true', 'true'), ...stuckDeployment('web', 3, 1, 1), ...quota(20) },
    at: 40,
    fires: [
      ['KubeDeploymentPodsMissing', { ...shop, deployment: 'web' }],
      ['KubeQuotaFullyUsed', { ...shop, resourcequota: 'q', resource: 'pods' }],
    ],
  },
  {
    cause: 'a webhook rejects the pods of a new revision',
    series: { ...nodes('true', 'true'), ...stuckDeployment('web', 3, 3, 3) },
    at: 40,
    fires: [['KubeDeploymentRolloutBlocked', { ...shop, deployment: 'web' }]],
  },
  {
    cause: 'a partition holds the update of a StatefulSet back',
    series: { ...nodes('true', 'true'), ...stuckSet(3, 3, 3) },
    at: 40,
    fires: [['KubeStatefulSetRolloutStuck', { ...shop, statefulset: 'db' }]],
  },
  {
    cause: 'the updated pod of a DaemonSet crashes',
    series: {
      ...nodes('true', 'true', 'true'),
      ...pod('agent-1', { waiting: 'CrashLoopBackOff', owner: 'DaemonSet' }),
      ...daemonSet(3, 1, 2),
    },
    at: 40,
    fires: [['KubePodCrashLooping', ofContainer('agent-1')]],
  },
  {
    cause: 'a pod of a job cannot pull its image for half a day',
    series: {
      ...nodes('true', 'true'),
      ...pod('report-1', { phase: 'Pending', waiting: 'ErrImagePull', owner: 'Job' }),
      'kube_job_status_start_time{namespace="shop",job_name="report"}': 0,
      'kube_job_status_active{namespace="shop",job_name="report"}': 1,
    },
    at: 12 * 60 + 20,
    fires: [['KubeContainerImagePullFailing', ofContainer('report-1')]],
  },
  {
    cause: 'a job fails',
    series: {
      ...nodes('true', 'true'),
      ...pod('report-1', { phase: 'Failed', owner: 'Job' }),
      'kube_job_status_start_time{namespace="shop",job_name="report"}': 0,
      'kube_job_status_active{namespace="shop",job_name="report"}': 0,
      'kube_job_failed{namespace="shop",job_name="report",condition="true"}': 1,
    },
    at: 40,
    fires: [['KubeJobRunFailed', { ...shop, job_name: 'report' }]],
  },
  {
    cause: 'a finalizer keeps a pod of a deleted namespace',
    series: {
      ...nodes('true', 'true'),
      ...pod('web-1', {}),
      'kube_pod_deletion_timestamp{namespace="shop",pod="web-1",uid="u-web-1"}': 60,
      'kube_namespace_status_phase{namespace="shop",phase="Terminating"}': 1,
    },
    at: 90,
    fires: [['KubePodStuckTerminating', ofPod('web-1')]],
  },
];

const ofPodsThatDoNotLast: readonly Cause[] = [
  {
    cause: 'the pod of a Deployment is evicted every ten minutes',
    series: {
      ...nodes('true', 'true'),
      ...replaced('web', {}),
      ...stuckDeployment('web', 1, 1, 0),
    },
    at: 90,
    fires: [['KubeDeploymentPodsUnavailable', { ...shop, deployment: 'web' }]],
  },
  {
    cause: 'the new pod of a rollout is preempted every ten minutes',
    series: {
      ...nodes('true', 'true'),
      ...replaced('web', { phase: 'Pending', waiting: 'ContainerCreating' }),
      ...stuckDeployment('web', 3, 4, 3),
    },
    at: 90,
    fires: [['KubeDeploymentPodsUnavailable', { ...shop, deployment: 'web' }]],
  },
  {
    cause: 'one pod of a Deployment is evicted every ten minutes, another one does not get ready',
    series: {
      ...nodes('true', 'true'),
      ...replaced('web', {}),
      ...pod('web-x', {}),
      ...stuckDeployment('web', 3, 3, 1),
    },
    at: 90,
    fires: [['KubePodReadinessFailing', ofPod('web-x')]],
  },
  {
    cause: 'the first pod of a StatefulSet is evicted every ten minutes',
    series: {
      ...nodes('true', 'true'),
      ...replaced('db', { owner: 'StatefulSet' }),
      ...stuckSet(3, 1, 0),
    },
    at: 90,
    fires: [['KubeStatefulSetPodsUnavailable', { ...shop, statefulset: 'db' }]],
  },
  {
    cause: 'the pod of a DaemonSet on one node is evicted every ten minutes',
    series: {
      ...nodes('true', 'true', 'true'),
      ...replaced('agent', { owner: 'DaemonSet' }),
      ...daemonSet(3, 3, 2),
    },
    at: 90,
    fires: [['KubeDaemonSetPodsUnavailable', { ...shop, daemonset: 'agent' }]],
  },
  {
    cause: 'a container crashes nine minutes after each start',
    series: {
      ...nodes('true', 'true'),
      ...pod('web-1', {}),
      ...slowCrashes('web-1'),
      ...stuckDeployment('web', 1, 1, 0),
    },
    at: 90,
    fires: [['KubeDeploymentPodsUnavailable', { ...shop, deployment: 'web' }]],
  },
];

const unschedulable = pod('db-0', {
  phase: 'Pending',
  unschedulable: true,
  claim: 'data',
  owner: 'StatefulSet',
});

const ofVolumes: readonly Cause[] = [
  {
    cause: 'a volume cannot be provisioned',
    series: {
      ...nodes('true', 'true'),
      ...claim('Pending', 'Immediate'),
      ...unschedulable,
      ...stuckSet(3, 1, 0),
    },
    at: 40,
    fires: [['KubePersistentVolumeClaimPending', { ...shop, persistentvolumeclaim: 'data' }]],
  },
  {
    cause: 'a pod finds no node, for which its volume waits',
    series: {
      ...nodes('true', 'true'),
      ...claim('Pending', 'WaitForFirstConsumer'),
      ...unschedulable,
      ...stuckSet(3, 1, 0),
    },
    at: 40,
    fires: [['KubePodUnschedulable', ofPod('db-0')]],
  },
  {
    cause: 'a volume cannot be attached',
    series: {
      ...nodes('true', 'true'),
      ...claim('Bound', 'Immediate'),
      ...pod('db-0', {
        phase: 'Pending',
        waiting: 'ContainerCreating',
        claim: 'data',
        owner: 'StatefulSet',
      }),
      ...stuckSet(3, 1, 0),
      [`kube_volumeattachment_info{${attachment},attacher="csi",node="n1"}`]: 1,
      [`kube_volumeattachment_spec_source_persistentvolume{${attachment},volumename="pv"}`]: 1,
      [`kube_volumeattachment_status_attached{${attachment}}`]: 0,
    },
    at: 90,
    fires: [['KubeVolumeAttachmentPending', { volumeattachment: 'va', node: 'n1' }]],
  },
];

const ofNodes: readonly Cause[] = [
  {
    cause: 'a node is lost, with pods of all kinds',
    series: {
      ...nodes('unknown', 'true', 'true', 'true', 'true', 'true'),
      // One is not ready, one is to be evicted, one is only starting.
      ...pod('agent-1', { owner: 'DaemonSet' }),
      ...pod('web-1', {}),
      'kube_pod_deletion_timestamp{namespace="shop",pod="web-1",uid="u-web-1"}': 60,
      ...pod('web-2', { phase: 'Pending', waiting: 'ContainerCreating' }),
      ...stuckDeployment('web', 2, 2, 1),
      ...daemonSet(6, 6, 5),
    },
    at: 60,
    fires: [['KubeNodeUnreachable', { node: 'n1' }]],
  },
  {
    cause: 'the container runtime of a node fails',
    series: {
      ...nodes('false', 'true', 'true', 'true', 'true', 'true'),
      ...pod('agent-1', { owner: 'DaemonSet' }),
      ...daemonSet(6, 6, 5),
      'kube_node_status_condition{node="n1",condition="NetworkUnavailable",status="true"}': 1,
    },
    at: 60,
    fires: [['KubeletNotReady', { node: 'n1' }]],
  },
  {
    cause: 'the container runtime of a cordoned node fails, with a pod that is not evicted',
    series: {
      ...nodes('true', 'true', 'true'),
      ...cordoned('n1'),
      ...pod('db-0', { owner: 'StatefulSet' }),
      ...stuckSet(1, 1, 0),
    },
    at: 60,
    fires: [['KubePodReadinessFailing', ofPod('db-0')]],
  },
  {
    cause: 'a pod of a cordoned node without a container runtime cannot be removed',
    series: {
      ...nodes('true', 'true', 'true'),
      ...cordoned('n1'),
      ...pod('db-0', { owner: 'StatefulSet' }),
      'kube_pod_deletion_timestamp{namespace="shop",pod="db-0",uid="u-db-0"}': 60,
      ...stuckSet(1, 1, 0),
    },
    at: 90,
    fires: [['KubePodStuckTerminating', ofPod('db-0')]],
  },
  {
    cause: 'a zone is lost',
    series: {
      ...nodes('unknown', 'unknown', 'true', 'true'),
      ...pod('agent-1', { owner: 'DaemonSet' }),
    },
    at: 60,
    fires: [
      ['KubeNodesNotReady', {}],
      ['KubeNodeUnreachable', { node: 'n1' }],
      ['KubeNodeUnreachable', { node: 'n2' }],
    ],
  },
  {
    cause: 'no controller manager is active',
    series: {
      ...nodes('true', 'true'),
      'kube_lease_renew_time{namespace="kube-system",lease="kube-controller-manager"}': 0,
      ...stuckDeployment('web', 3, 1, 1),
      [`kube_deployment_metadata_generation{${web}}`]: 3,
      [`kube_deployment_status_condition{${web},condition="Progressing",status="false"}`]: 0,
    },
    at: 40,
    fires: [
      ['KubeControlPlaneLeaseExpired', { lease: 'kube-controller-manager' }],
      ['KubeDeploymentGenerationMismatch', { ...shop, deployment: 'web' }],
    ],
  },
];

export const clusterCauses: readonly Cause[] = [
  ...ofWorkloads,
  ...ofPodsThatDoNotLast,
  ...ofVolumes,
  ...ofNodes,
];
