// Alerts on the custom resources of the packs; without a pack its series do not exist.
import type { RuleGroup } from './rule.ts';

export const customResources = {
  name: 'custom-resources',
  title: 'Custom resources',
  about: 'Each needs a [pack](packs.md): without it its series do not exist, and it is silent.',
  recordings: [],
  alerts: [
    {
      alert: 'GatewayNotProgrammed',
      severity: 'critical',
      for: '15m',
      expr: `
        max by (namespace, name) (gatewayapi_gateway_status{type="Programmed"}) == 0`,
      summary: 'Gateway {namespace}/{name} is not programmed.',
      description: 'Its listeners receive no traffic, or run with an old configuration.',
      steps: [
        'Read its conditions: `kubectl describe gateway --namespace {namespace} {name}`.',
        'Check that the controller of its GatewayClass runs, and read its log.',
      ],
      because: 'Controllers program a Gateway within seconds, load balancers within minutes.',
    },
    {
      alert: 'GatewayRouteNotAccepted',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (customresource_kind, namespace, name, parent_name, type) (
          gatewayapi_httproute_status_parent_condition
          or gatewayapi_grpcroute_status_parent_condition
          or gatewayapi_tlsroute_status_parent_condition
          or gatewayapi_tcproute_status_parent_condition
          or gatewayapi_udproute_status_parent_condition
        ) == 0`,
      summary:
        '{customresource_kind} {namespace}/{name} lacks the condition {type} at {parent_name}.',
      description: 'Requests for it are not routed, or fail because a backend is missing.',
      steps: [
        'Read the reason: `kubectl describe {customresource_kind} --namespace {namespace} {name}`.',
        'Accepted: compare its host names, port and namespace with what the listener allows.',
        'ResolvedRefs: check that its backends exist, and a ReferenceGrant where they are in ' +
          'another namespace.',
      ],
      because: 'A route may be created before its Gateway and its Services.',
    },
    {
      alert: 'FluxResourceNotReady',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (customresource_kind, exported_namespace, name) (
          gotk_resource_info{ready=~"False|Unknown", suspended!="true"}
        ) == 1`,
      summary: '{customresource_kind} {exported_namespace}/{name} is not ready.',
      description: 'Flux cannot reconcile it: the cluster does not follow its source.',
      steps: [
        'Read its condition Ready: `kubectl describe {customresource_kind} --namespace ' +
          '{exported_namespace} {name}`.',
        'Mend what it names; then `flux reconcile` does not wait for the next interval.',
      ],
      because:
        'A failed reconciliation is retried, and is Unknown meanwhile. Suspended resources are ' +
        'excluded.',
    },
    {
      alert: 'ClusterAPIClusterNotAvailable',
      severity: 'critical',
      for: '15m',
      expr: `
        max by (namespace, name) (
          capi_cluster_status_condition{type="Available", status!="True"}
        ) == 1
        unless on (namespace, name) capi_cluster_spec_paused == 1`,
      summary: 'Cluster {namespace}/{name} is not available.',
      description: 'Its control plane, workers or infrastructure do not work as they should.',
      steps: [
        'Read what is missing: `kubectl describe cluster --namespace {namespace} {name}`, or ' +
          '`clusterctl describe cluster --namespace {namespace} {name}`.',
      ],
      because: 'Creating a cluster takes ten minutes or so. Paused clusters are excluded.',
    },
    {
      alert: 'ClusterAPIMachineNotReady',
      severity: 'warning',
      for: '30m',
      expr: `
        max by (namespace, cluster_name, name) (
          capi_machine_status_condition{type="Ready", status!="True"}
        ) == 1`,
      summary: 'Machine {namespace}/{name} of cluster {cluster_name} is not ready.',
      description: 'The cluster runs without it.',
      steps: [
        'Read its conditions: `kubectl describe machine --namespace {namespace} {name}`.',
        'It has no node: read the console log of the machine. It has one: see the node there.',
        'Check why no MachineHealthCheck has replaced it.',
      ],
      because: 'Machines boot for minutes, and a MachineHealthCheck replaces those that fail.',
    },
    {
      alert: 'VerticalPodAutoscalerNoRecommendation',
      severity: 'warning',
      for: '1h',
      expr: `
        max by (namespace, verticalpodautoscaler) (kube_verticalpodautoscaler_created)
        unless on (namespace, verticalpodautoscaler)
        kube_verticalpodautoscaler_status_condition{
          type="RecommendationProvided", status="True"
        } == 1`,
      summary: 'VerticalPodAutoscaler {namespace}/{verticalpodautoscaler} has no recommendation.',
      description: 'Its pods keep the requests that they have.',
      steps: [
        'Read its conditions: `kubectl describe verticalpodautoscaler --namespace {namespace} ' +
          '{verticalpodautoscaler}`. NoPodsMatched: correct its targetRef.',
        'Without any condition: check that the recommender runs, and read its log.',
      ],
      because: 'The recommender needs some minutes of usage before it recommends.',
    },
    {
      alert: 'VolumeSnapshotNotReady',
      severity: 'warning',
      for: '1h',
      expr: `
        max by (namespace, volumesnapshot) (kube_volumesnapshot_status_ready_to_use) == 0`,
      summary: 'VolumeSnapshot {namespace}/{volumesnapshot} is not ready to use.',
      description: 'No volume can be restored from it: a backup may be missing.',
      steps: [
        'Read its error: `kubectl describe volumesnapshot --namespace {namespace} ' +
          '{volumesnapshot}`.',
        'Without an error: check that the snapshot controller and the csi-snapshotter sidecar of ' +
          'its driver run.',
      ],
      because: 'Uploading a large snapshot takes a while; within an hour most are done.',
    },
  ],
} satisfies RuleGroup;
