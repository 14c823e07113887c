// Cases of workloads whose pods do not become available.
import type { Case, Series } from './case.ts';

const deployment = 'namespace="shop",deployment="cart"';
const set = 'namespace="shop",statefulset="cart"';
const daemons = 'namespace="shop",daemonset="cart"';
const pod = 'namespace="shop",pod="cart-0",uid="u"';
const container = `${pod},container="main"`;
const crash = 'reason="CrashLoopBackOff"';

/** How many pods of a workload there are, by families in this order; available ones are ready. */
const podsOf =
  (labels: string, families: readonly [string, string, string, string, string]) =>
  (
    wanted: number,
    existing: number,
    updated: number | string,
    available: number | string,
  ): Series => {
    const counts = [wanted, existing, updated, available, available];
    return Object.fromEntries(
      families.map((family, i) => [`${family}{${labels}}`, counts[i] as number | string]),
    );
  };

const ofDeployment = podsOf(deployment, [
  'kube_deployment_spec_replicas',
  'kube_deployment_status_replicas',
  'kube_deployment_status_replicas_updated',
  'kube_deployment_status_replicas_ready',
  'kube_deployment_status_replicas_available',
]);
const ofSet = podsOf(set, [
  'kube_statefulset_replicas',
  'kube_statefulset_status_replicas',
  'kube_statefulset_status_replicas_updated',
  'kube_statefulset_status_replicas_ready',
  'kube_statefulset_status_replicas_available',
]);
const ofDaemonSet = podsOf(daemons, [
  'kube_daemonset_status_desired_number_scheduled',
  'kube_daemonset_status_current_number_scheduled',
  'kube_daemonset_status_updated_number_scheduled',
  'kube_daemonset_status_number_ready',
  'kube_daemonset_status_number_available',
]);

const ofCart = 'owner_kind="Deployment",owner_name="cart"';

/** A pod that has not been ready since it was created. */
const unready = (owner: string): Series => ({
  [`kube_pod_owner{${pod},owner_kind="${owner}",owner_name="cart"}`]: 1,
  ...(owner === 'ReplicaSet' && {
    [`kube_replicaset_owner{namespace="shop",replicaset="cart",${ofCart}}`]: 1,
  }),
  [`kube_pod_created{${pod}}`]: 0,
  [`kube_pod_status_phase{${pod},phase="Running"}`]: 1,
  [`kube_pod_status_ready{${pod},condition="false"}`]: 1,
});

/** Each of its pods becomes ready after eight minutes. */
const ONE_BY_ONE = Array.from({ length: 60 }, (_, minute) => Math.floor(minute / 8)).join(' ');
/** Pods that are replaced are missing for a moment. */
const REPLACED = Array.from({ length: 60 }, (_, minute) => (minute % 10 === 9 ? 0 : 1)).join(' ');
/** A container runs for seven minutes and waits for five, again and again. */
const SLOW = Array.from({ length: 8 }, () => '1 1 1 1 1 stale _ _ _ _ _ _').join(' ');
/** It is not ready for seven minutes, then ready for one, again and again. */
const FLAPPING = Array.from({ length: 60 }, (_, minute) => (minute % 8 === 7 ? 0 : 1)).join(' ');
const READY_AT_TIMES = FLAPPING.replaceAll(/[01]/g, (unready) => String(1 - Number(unready)));

const noProgress = `${deployment},condition="Progressing",status="false"`;
const blocked = `kube_deployment_status_condition{${noProgress}}`;

const kinds = [
  ['Deployment', 'deployment', 'ReplicaSet', ofDeployment],
  ['StatefulSet', 'statefulset', 'StatefulSet', ofSet],
  ['DaemonSet', 'daemonset', 'DaemonSet', ofDaemonSet],
] as const;

type Kind = (typeof kinds)[number];

const labelsOf = ([, label]: Kind) => ({ namespace: 'shop', [label]: 'cart' });

/** None of its pods lasts, and when another alert is on them. */
const replacedPods = (kind: Kind): Case[] => {
  const [name, , owner, of] = kind;
  const alert = `Kube${name}PodsUnavailable`;
  const labels = labelsOf(kind);
  return [
    {
      alert,
      fires: { series: of(1, 1, REPLACED, 0), at: 30, labels },
      quiet: [
        { because: 'all are available', series: of(3, 3, 3, 3), at: 60 },
        { because: 'they become so now and then', series: of(1, 1, 1, REPLACED), at: 59 },
        {
          because: 'its pod has an alert of its own',
          series: { ...of(1, 1, 1, 0), ...unready(owner) },
          at: 60,
        },
        {
          because: 'its pod is pending, and has an alert of its own',
          series: {
            ...of(1, 1, 1, 0),
            ...unready(owner),
            [`kube_pod_status_phase{${pod},phase="Running"}`]: 0,
            [`kube_pod_status_phase{${pod},phase="Pending"}`]: 1,
            [`kube_pod_status_ready{${pod},condition="false"}`]: '_x60',
          },
          at: 60,
        },
        {
          because: 'its pod is crash looping',
          series: {
            ...of(1, 1, 1, 0),
            ...unready(owner),
            [`kube_pod_container_status_waiting_reason{${container},${crash}}`]: 1,
          },
          at: 60,
        },
        { because: 'an update goes on', series: of(9, 9, ONE_BY_ONE, 8), at: 59 },
      ],
    },
  ];
};

/** Its pod is old enough, but has no alert of its own. */
const changingPods = (kind: Kind): Case[] => {
  const [name, , owner, of] = kind;
  const alert = `Kube${name}PodsUnavailable`;
  const labels = labelsOf(kind);
  return [
    {
      // A container that crashes so seldom is no crash loop to the other alerts.
      alert,
      fires: {
        series: {
          ...of(1, 1, 1, 0),
          ...unready(owner),
          [`kube_pod_container_status_waiting_reason{${container},${crash}}`]: SLOW,
        },
        // Until the first gap is seen, at minute 10, it may be a crash loop; at 15 it would be.
        at: 30,
        labels,
      },
      quiet: [],
    },
    {
      // It is ready for a minute at a time, which is too short to be available.
      alert,
      fires: {
        series: {
          ...of(1, 1, 1, 0),
          ...unready(owner),
          [`kube_pod_status_ready{${pod},condition="false"}`]: FLAPPING,
          [`kube_pod_status_ready{${pod},condition="true"}`]: READY_AT_TIMES,
        },
        at: 30,
        labels,
      },
      quiet: [],
    },
    {
      alert,
      fires: {
        series: {
          ...of(1, 1, 1, 0),
          ...unready(owner),
          [`kube_pod_status_phase{${pod},phase="Running"}`]: 0,
          [`kube_pod_status_phase{${pod},phase="Failed"}`]: 1,
        },
        at: 30,
        labels,
      },
      quiet: [
        {
          because: 'its pod is stuck terminating, and has an alert of its own',
          series: {
            ...of(1, 1, 1, 0),
            ...unready(owner),
            [`kube_pod_deletion_timestamp{${pod}}`]: 60,
          },
          at: 60,
        },
      ],
    },
  ];
};

export const unavailableCases: readonly Case[] = [
  ...kinds.flatMap(replacedPods),
  ...kinds.flatMap(changingPods),
  {
    alert: 'KubeDeploymentPodsUnavailable',
    fires: {
      // The old pods are available, the new one never is.
      series: { ...ofDeployment(3, 4, 1, 3), [blocked]: 1 },
      at: 30,
      labels: { namespace: 'shop', deployment: 'cart' },
    },
    quiet: [
      { because: 'pods are missing', series: ofDeployment(3, 2, 2, 1), at: 60 },
      {
        because: 'its rollout is blocked',
        series: { ...ofDeployment(3, 3, 3, 3), [blocked]: 1 },
        at: 60,
      },
      {
        because: 'its last change was not observed',
        series: {
          ...ofDeployment(3, 3, 3, 1),
          [`kube_deployment_status_observed_generation{${deployment}}`]: 1,
          [`kube_deployment_metadata_generation{${deployment}}`]: 2,
        },
        at: 60,
      },
    ],
  },
  {
    alert: 'KubeStatefulSetPodsUnavailable',
    fires: {
      // The next ones are created only when it is ready.
      series: ofSet(3, 1, 1, 0),
      at: 30,
      labels: { namespace: 'shop', statefulset: 'cart' },
    },
    quiet: [{ because: 'the next pod is missing', series: ofSet(3, 1, 1, 1), at: 60 }],
  },
  {
    alert: 'KubeDaemonSetPodsUnavailable',
    fires: {
      series: ofDaemonSet(6, 6, 6, 5),
      at: 30,
      labels: { namespace: 'shop', daemonset: 'cart' },
    },
    quiet: [
      { because: 'pods are missing', series: ofDaemonSet(6, 5, 5, 5), at: 60 },
      {
        because: 'nodes join, and have its pod a minute later',
        series: {
          ...ofDaemonSet(6, 6, 6, 5),
          [`kube_daemonset_status_desired_number_scheduled{${daemons}}`]: '6+1x60',
          [`kube_daemonset_status_current_number_scheduled{${daemons}}`]: '6+1x60',
          [`kube_daemonset_status_updated_number_scheduled{${daemons}}`]: '6+1x60',
          [`kube_daemonset_status_number_available{${daemons}}`]: '5+1x60',
        },
        at: 60,
      },
    ],
  },
];
