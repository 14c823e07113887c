// Cases of the packs' custom resources.
import type { Case, Series } from './case.ts';

const shop = 'namespace="shop",name="web"';
const web = { namespace: 'shop', name: 'web' };

const gateway = (programmed: number): Series => ({
  [`gatewayapi_gateway_status{${shop},type="Accepted"}`]: 1,
  [`gatewayapi_gateway_status{${shop},type="Programmed"}`]: programmed,
});

const route = (kind: string, type: string, value: number): Series => {
  const labels = `customresource_kind="${kind}",${shop},parent_name="public",type="${type}"`;
  return { [`gatewayapi_${kind.toLowerCase()}_status_parent_condition{${labels}}`]: value };
};

const flux = (ready: string, suspended: string): string =>
  'gotk_resource_info{customresource_kind="Kustomization",exported_namespace="shop",name="web",' +
  `ready="${ready}",suspended="${suspended}"}`;

const cluster = (available: number, paused: number): Series => ({
  [`capi_cluster_status_condition{${shop},type="Available",status="True"}`]: available,
  [`capi_cluster_status_condition{${shop},type="Available",status="False"}`]: 1 - available,
  [`capi_cluster_spec_paused{${shop}}`]: paused,
});

const machine = (ready: number): Series => ({
  [`capi_machine_status_condition{${shop},cluster_name="prod",type="Ready",status="True"}`]: ready,
  [`capi_machine_status_condition{${shop},cluster_name="prod",type="Ready",status="Unknown"}`]:
    1 - ready,
});

const autoscaler = 'namespace="shop",verticalpodautoscaler="web"';
const condition = 'kube_verticalpodautoscaler_status_condition';
const autoscalerWith = (statuses: Readonly<Record<string, number>>): Series => ({
  [`kube_verticalpodautoscaler_created{${autoscaler}}`]: 1,
  ...Object.fromEntries(
    Object.entries(statuses).map(([status, value]) => [
      `${condition}{${autoscaler},type="RecommendationProvided",status="${status}"}`,
      value,
    ]),
  ),
});

const snapshot = (ready: number): Series => ({
  'kube_volumesnapshot_status_ready_to_use{namespace="shop",volumesnapshot="web"}': ready,
});

/** A route of each kind, so that none is forgotten in the expression. */
const routeCases = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'].map(
  (kind): Case => ({
    alert: 'GatewayRouteNotAccepted',
    fires: {
      series: route(kind, 'ResolvedRefs', 0),
      at: 15,
      labels: { customresource_kind: kind, ...web, parent_name: 'public', type: 'ResolvedRefs' },
    },
    quiet: [{ because: `the ${kind} is accepted`, series: route(kind, 'Accepted', 1), at: 30 }],
  }),
);

export const customResourceCases: readonly Case[] = [
  {
    alert: 'GatewayNotProgrammed',
    fires: { series: gateway(0), at: 15, labels: web },
    quiet: [{ because: 'it is programmed', series: gateway(1), at: 30 }],
  },
  ...routeCases,
  {
    alert: 'FluxResourceNotReady',
    fires: {
      // It is retried, and Unknown meanwhile.
      series: { [flux('False', '')]: '1x9 _x5 1x9', [flux('Unknown', '')]: '_x9 1x5 _x9' },
      at: 15,
      labels: { customresource_kind: 'Kustomization', exported_namespace: 'shop', name: 'web' },
    },
    quiet: [
      { because: 'it is ready', series: { [flux('True', 'false')]: 1 }, at: 30 },
      { because: 'it is suspended', series: { [flux('False', 'true')]: 1 }, at: 30 },
    ],
  },
  {
    alert: 'ClusterAPIClusterNotAvailable',
    fires: { series: cluster(0, 0), at: 15, labels: web },
    quiet: [
      { because: 'it is available', series: cluster(1, 0), at: 30 },
      { because: 'it is paused', series: cluster(0, 1), at: 30 },
    ],
  },
  {
    alert: 'ClusterAPIMachineNotReady',
    fires: { series: machine(0), at: 30, labels: { ...web, cluster_name: 'prod' } },
    quiet: [{ because: 'it is ready', series: machine(1), at: 60 }],
  },
  {
    alert: 'VerticalPodAutoscalerNoRecommendation',
    fires: {
      series: autoscalerWith({}),
      at: 60,
      labels: { namespace: 'shop', verticalpodautoscaler: 'web' },
    },
    quiet: [{ because: 'it has one', series: autoscalerWith({ True: 1 }), at: 90 }],
  },
  {
    alert: 'VerticalPodAutoscalerNoRecommendation',
    fires: {
      series: autoscalerWith({ True: 0, False: 1 }),
      at: 60,
      labels: { namespace: 'shop', verticalpodautoscaler: 'web' },
    },
    quiet: [],
  },
  {
    alert: 'VolumeSnapshotNotReady',
    fires: {
      series: snapshot(0),
      at: 60,
      labels: { namespace: 'shop', volumesnapshot: 'web' },
    },
    quiet: [{ because: 'it is ready', series: snapshot(1), at: 90 }],
  },
];
