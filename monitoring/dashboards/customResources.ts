// The dashboard Custom resources: a row for each pack, with what is not ready and a table of all.
import type { Dashboard, Row, Words } from './model.ts';
import { namespace } from './variables.ts';
import { volumeSnapshots } from './volumeSnapshots.ts';

const joins = 'packs';
const width = 8;
const yes: Words = { 0: ['no', 'red'], 1: ['yes', 'green'] };

const gatewayApi: Row = {
  title: 'Gateway API',
  panels: [
    {
      kind: 'stat',
      title: 'Gateways not programmed',
      about:
        'Gateways whose listeners receive no traffic. `kubectl describe gateway` says why; check ' +
        'that the controller of their class runs.',
      unit: 'none',
      width,
      trouble: { from: 1 },
      joins,
      query: `
        sum(
          max by (namespace, name) (
            gatewayapi_gateway_status{type="Programmed", namespace=~"$namespace"}
          ) == bool 0
        )`,
    },
    {
      kind: 'stat',
      title: 'Routes with a condition that is not true',
      about:
        'Routes that a Gateway does not accept, or whose backends do not exist. ' +
        '`kubectl describe` of the route names the reason.',
      unit: 'none',
      width,
      trouble: { from: 1 },
      joins,
      query: `
        sum(
          min by (customresource_kind, namespace, name) (
            gatewayapi_httproute_status_parent_condition{namespace=~"$namespace"}
            or gatewayapi_grpcroute_status_parent_condition{namespace=~"$namespace"}
            or gatewayapi_tlsroute_status_parent_condition{namespace=~"$namespace"}
            or gatewayapi_tcproute_status_parent_condition{namespace=~"$namespace"}
            or gatewayapi_udproute_status_parent_condition{namespace=~"$namespace"}
          ) == bool 0
        )`,
    },
    {
      kind: 'stat',
      title: 'Attached routes',
      about: 'Routes that are attached to a listener; one that is attached to two counts twice.',
      unit: 'none',
      width,
      joins,
      query: `
        sum(
          max by (namespace, name, listener_name) (
            gatewayapi_gateway_status_listener_attached_routes{namespace=~"$namespace"}
          )
        )`,
    },
    {
      kind: 'table',
      title: 'Listeners now',
      about:
        'A listener that is not programmed receives no traffic, and one whose references do not ' +
        'resolve mostly lacks its certificate.',
      keys: { namespace: 'Namespace', name: 'Gateway', listener_name: 'Listener' },
      sort: 'Programmed',
      columns: [
        {
          labels: { port: 'Port', protocol: 'Protocol', hostname: 'Host name' },
          joins,
          query: `
            group by (namespace, name, listener_name, port, protocol, hostname) (
              gatewayapi_gateway_listener_info{namespace=~"$namespace"}
            )`,
        },
        listenerCondition('Programmed', 'Programmed'),
        listenerCondition('References', 'ResolvedRefs'),
        {
          title: 'Routes',
          unit: 'none',
          joins,
          query: `
            max by (namespace, name, listener_name) (
              gatewayapi_gateway_status_listener_attached_routes{namespace=~"$namespace"}
            )`,
        },
      ],
    },
  ],
};

function listenerCondition(title: string, type: string) {
  return {
    title,
    unit: 'none',
    words: yes,
    joins,
    query: `
      max by (namespace, name, listener_name) (
        gatewayapi_gateway_status_listener_condition{type="${type}", namespace=~"$namespace"}
      )`,
  } as const;
}

const fluxKeys = 'customresource_kind, exported_namespace, name';

const flux: Row = {
  title: 'Flux',
  panels: [
    {
      kind: 'stat',
      title: 'Flux resources not ready',
      about:
        'Sources, Kustomizations and HelmReleases that could not be reconciled. The table below ' +
        'names them, and `kubectl describe` the reason.',
      unit: 'none',
      width,
      trouble: { from: 1 },
      joins,
      query: `
        count(
          group by (${fluxKeys}) (
            gotk_resource_info{ready="False", exported_namespace=~"$namespace"}
          )
        )`,
    },
    {
      kind: 'stat',
      title: 'Suspended Flux resources',
      about: 'They do not follow their source. Resume those that were forgotten.',
      unit: 'none',
      width,
      trouble: { near: 1 },
      joins,
      query: `
        count(
          group by (${fluxKeys}) (
            gotk_resource_info{suspended="true", exported_namespace=~"$namespace"}
          )
        )`,
    },
    {
      kind: 'stat',
      title: 'Flux resources',
      about: 'All resources of Flux in the selected namespaces, suspended or not.',
      unit: 'none',
      width,
      joins,
      query: `
        count(
          group by (${fluxKeys}) (gotk_resource_info{exported_namespace=~"$namespace"})
        )`,
    },
    {
      kind: 'table',
      title: 'Flux resources now',
      about:
        'Readiness and revision of each resource. One that is Unknown for long is stuck in its ' +
        'reconciliation.',
      keys: { customresource_kind: 'Kind', exported_namespace: 'Namespace', name: 'Name' },
      sort: 'Ready',
      columns: [
        {
          labels: { ready: 'Ready', suspended: 'Suspended', revision: 'Revision' },
          joins,
          query: `
            group by (${fluxKeys}, ready, suspended, revision) (
              gotk_resource_info{exported_namespace=~"$namespace"}
            )`,
        },
      ],
    },
  ],
};

const clusterApi: Row = {
  title: 'Cluster API',
  panels: [
    {
      kind: 'stat',
      title: 'Clusters not available',
      about:
        'Clusters whose control plane, workers or infrastructure do not work. ' +
        '`clusterctl describe cluster` shows what is missing.',
      unit: 'none',
      width,
      trouble: { from: 1 },
      joins,
      query: `
        sum(
          max by (namespace, name) (
            capi_cluster_status_condition{
              type="Available", status="True", namespace=~"$namespace"
            }
          ) == bool 0
        )`,
    },
    {
      kind: 'stat',
      title: 'Machines not ready',
      about:
        'Machines that have not booted, or whose node is not ready. `kubectl describe machine` ' +
        'says which.',
      unit: 'none',
      width,
      trouble: { from: 1 },
      joins,
      query: `
        sum(
          max by (namespace, name) (
            capi_machine_status_condition{type="Ready", status="True", namespace=~"$namespace"}
          ) == bool 0
        )`,
    },
    {
      kind: 'stat',
      title: 'Next certificate of a control plane to expire',
      about:
        'Time until the first certificate of a control plane machine expires. Roll the control ' +
        'plane out before it does.',
      unit: 's',
      width,
      trouble: { below: 7 * 24 * 3_600 },
      joins,
      query: `
        min(capi_machine_status_certificatesexpirydate{namespace=~"$namespace"} > 0) - time()`,
    },
    {
      kind: 'table',
      title: 'MachineDeployments now',
      about:
        'Fewer available than desired: machines boot or fail. Fewer up to date than desired: a ' +
        'rollout is going on or stuck.',
      keys: { namespace: 'Namespace', cluster_name: 'Cluster', name: 'MachineDeployment' },
      sort: 'Available',
      columns: [
        machines('Desired', 'capi_machinedeployment_spec_replicas'),
        machines('Available', 'capi_machinedeployment_status_replicas_available'),
        machines('Up to date', 'capi_machinedeployment_status_replicas_uptodate'),
        {
          labels: { version: 'Version' },
          joins,
          query: `
            group by (namespace, cluster_name, name, version) (
              capi_machinedeployment_info{namespace=~"$namespace"}
            )`,
        },
      ],
    },
  ],
};

function machines(title: string, family: string) {
  return {
    title,
    unit: 'none',
    joins,
    query: `
      max by (namespace, cluster_name, name) (${family}{namespace=~"$namespace"})`,
  } as const;
}

const verticalPodAutoscaler: Row = {
  title: 'VerticalPodAutoscaler',
  panels: [
    {
      kind: 'stat',
      title: 'Autoscalers without a recommendation',
      about:
        'VerticalPodAutoscalers whose pods keep their requests: their target does not exist, or ' +
        'the recommender does not run.',
      unit: 'none',
      width: 24,
      trouble: { from: 1 },
      joins,
      query: `
        sum(
          max by (namespace, verticalpodautoscaler) (
            kube_verticalpodautoscaler_status_condition{
              type="RecommendationProvided", status="True", namespace=~"$namespace"
            }
          ) == bool 0
        )`,
    },
    {
      kind: 'table',
      title: 'Recommendations now',
      about:
        'Recommended requests by container. A target above the maximum of its policy is cut: ' +
        'compare it with the uncapped one.',
      keys: {
        namespace: 'Namespace',
        verticalpodautoscaler: 'Autoscaler',
        container: 'Container',
      },
      sort: '-Memory',
      columns: [
        recommended('CPU', 'target', 'cpu'),
        recommended('CPU uncapped', 'uncappedtarget', 'cpu'),
        recommended('Memory', 'target', 'memory'),
        recommended('Memory uncapped', 'uncappedtarget', 'memory'),
      ],
    },
  ],
};

function recommended(title: string, which: string, resource: 'cpu' | 'memory') {
  const recommendation = 'kube_verticalpodautoscaler_status_recommendation';
  const family = `${recommendation}_containerrecommendations_${which}`;
  return {
    title,
    unit: resource === 'cpu' ? 'suffix: cores' : 'bytes',
    joins,
    query: `
      max by (namespace, verticalpodautoscaler, container) (
        ${family}{resource="${resource}", namespace=~"$namespace"}
      )`,
  } as const;
}

export const customResources: Dashboard = {
  name: 'custom-resources',
  title: 'Custom resources',
  about:
    'Of the packs that are on: which Gateways, Flux resources, clusters, autoscalers and ' +
    'snapshots are not ready?',
  variables: [namespace],
  rows: [gatewayApi, flux, clusterApi, verticalPodAutoscaler, volumeSnapshots],
};
