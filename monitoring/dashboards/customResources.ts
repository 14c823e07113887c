// The dashboard Custom resources: a row for each pack, with what is not ready and a table of all.
import { clusterApi } from './clusterApi.ts';
import { gatewayApi } from './gatewayApi.ts';
import type { Dashboard, Row } from './model.ts';
import { yes } from './parts.ts';
import { cluster, namespace } from './variables.ts';
import { volumeSnapshots } from './volumeSnapshots.ts';

const width = 8;

const fluxKeys = 'customresource_kind, exported_namespace, name';

/** Under --sparse-statesets there is either a series of the one kind, or one of the other. */
const provided = (sign: '=' | '!='): string =>
  `type="RecommendationProvided", status${sign}"True", namespace=~"$namespace"`;

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
      next: { table: 'Flux resources now', column: 'Ready' },
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
      next: { table: 'Flux resources now', column: 'Suspended' },
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
      next: { table: 'Flux resources now', column: 'Ready' },
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
      links: { exported_namespace: 'namespaces' },
      sort: 'Ready',
      columns: [
        {
          labels: { ready: 'Ready', suspended: 'Suspended', revision: 'Revision' },
          colours: { True: 'green', False: 'red', Unknown: 'orange', true: 'orange' },
          query: `
            group by (${fluxKeys}, ready, suspended, revision) (
              gotk_resource_info{exported_namespace=~"$namespace"}
            )`,
        },
      ],
    },
  ],
};

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
      width: 12,
      trouble: { from: 1 },
      next: { table: 'Autoscalers now', column: 'Recommendation' },
      query: `
        sum(
          max by (namespace, verticalpodautoscaler) (
            kube_verticalpodautoscaler_status_condition{${provided('!=')}}
          )
          or 0 * max by (namespace, verticalpodautoscaler) (
            kube_verticalpodautoscaler_status_condition{${provided('=')}}
          )
        )`,
    },
    {
      kind: 'stat',
      title: 'Autoscalers',
      about: 'All VerticalPodAutoscalers in the selected namespaces, whatever they may change.',
      unit: 'none',
      width: 12,
      next: { table: 'Autoscalers now', column: 'Recommendation' },
      query: `
        count(
          group by (namespace, verticalpodautoscaler) (
            kube_verticalpodautoscaler_created{namespace=~"$namespace"}
          )
        )`,
    },
    {
      kind: 'table',
      title: 'Autoscalers now',
      size: 'few',
      about:
        'What each autoscaler scales. Without a recommendation its pods keep their requests; ' +
        '`kubectl describe verticalpodautoscaler` has the reason.',
      width: 10,
      keys: { namespace: 'Namespace', verticalpodautoscaler: 'Autoscaler' },
      links: { namespace: 'namespaces' },
      sort: 'Recommendation',
      columns: [
        {
          title: 'Recommendation',
          unit: 'none',
          words: yes,
          query: `
            max by (namespace, verticalpodautoscaler) (
              kube_verticalpodautoscaler_status_condition{${provided('=')}}
            )
            or 0 * max by (namespace, verticalpodautoscaler) (
              kube_verticalpodautoscaler_status_condition{${provided('!=')}}
            )`,
        },
        {
          labels: { target_kind: 'Scales', target_name: 'Owner' },
          query: `
            group by (namespace, verticalpodautoscaler, target_kind, target_name) (
              kube_verticalpodautoscaler_created{namespace=~"$namespace"}
            )`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Recommendations now',
      size: 'few',
      about:
        'Recommended requests by container. A target above the maximum of its policy is cut: ' +
        'compare it with the uncapped one.',
      width: 14,
      links: { namespace: 'namespaces' },
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
  joins: 'packs',
  variables: [cluster, namespace],
  rows: [gatewayApi, flux, clusterApi, verticalPodAutoscaler, volumeSnapshots],
};
