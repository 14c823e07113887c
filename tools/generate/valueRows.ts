// Schemas of values whose default in values.yaml does not determine their type, one row per key.
import { packNames } from '../../src/custom/packs.ts';
import type { ValueFacts } from './schema.ts';
import {
  choice,
  list,
  listOf,
  mapOf,
  open,
  port,
  quantities,
  resources,
  type Schema,
  text,
  textList,
  textOrList,
  texts,
  toggle,
} from './valueTypes.ts';

const pullPolicy = choice('Always', 'IfNotPresent', 'Never');
const scheme = choice('http', 'https', 'HTTP', 'HTTPS');
const pullSecrets = listOf({ type: ['object', 'string'] });

const endpoint = (under: string): Readonly<Record<string, Schema>> => ({
  [`${under}.metricRelabelings`]: list,
  [`${under}.relabelings`]: list,
  [`${under}.scheme`]: scheme,
  [`${under}.tlsConfig`]: open,
});

const probe = (name: string): Readonly<Record<string, Schema>> => ({
  [`${name}.httpGet.httpHeaders`]: listOf({
    type: 'object',
    properties: { name: { type: 'string' }, value: { type: ['string', 'number', 'boolean'] } },
  }),
  [`${name}.httpGet.scheme`]: scheme,
});

/**
 * The rows by path, keys joined with dots. A row overrides the type of the default, and is the only
 * source for keys that values.yaml does not have.
 */
const rows: Readonly<Record<string, Schema>> = {
  prometheusScrape: { type: ['boolean', 'string', 'null'] },
  'image.pullPolicy': pullPolicy,
  imagePullSecrets: pullSecrets,
  'global.imagePullSecrets': pullSecrets,

  updateStrategy: choice('RollingUpdate', 'Recreate'),
  'autosharding.serverSide': { enum: ['auto', true, false, 'true', 'false', '', null] },
  hostUsers: toggle,
  dnsPolicy: choice('ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'),
  dnsConfig: open,
  extraArgs: textList,
  env: list,
  containers: list,
  initContainers: list,
  volumes: list,
  volumeMounts: list,
  // Templates range over maps as over lists.
  extraManifests: { type: ['array', 'object', 'null'], items: { type: ['object', 'string'] } },
  resources,
  nodeSelector: texts,
  affinity: { type: ['object', 'string', 'null'] },
  tolerations: list,
  topologySpreadConstraints: list,
  podDisruptionBudget: {
    ...open,
    properties: {
      minAvailable: { type: ['integer', 'string', 'null'] },
      maxUnavailable: { type: ['integer', 'string', 'null'] },
      unhealthyPodEvictionPolicy: choice('AlwaysAllow', 'IfHealthyBudget'),
    },
  },

  annotations: texts,
  labels: texts,
  podAnnotations: texts,
  podLabels: texts,
  customLabels: texts,
  selectorOverride: texts,

  collectors: textOrList,
  collectorsExclude: textOrList,
  collectorsExtra: textOrList,
  metricAllowlist: textOrList,
  metricDenylist: textOrList,
  metricLabelsAllowlist: textOrList,
  metricAnnotationsAllowList: textOrList,
  namespaces: textOrList,
  namespacesDenylist: textOrList,
  objectSelectors: texts,
  'customResourceState.config': open,
  'customResourceState.packs': listOf({ enum: [...packNames] }),

  'service.port': port,
  'service.type': choice('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'),
  'service.nodePort': port,
  'service.annotations': texts,
  'service.loadBalancerSourceRanges': textList,
  'service.ipDualStack.ipFamilies': listOf({ enum: ['IPv4', 'IPv6'] }),
  'service.ipDualStack.ipFamilyPolicy': choice(
    'SingleStack',
    'PreferDualStack',
    'RequireDualStack',
  ),
  'selfMonitor.telemetryPort': port,
  'selfMonitor.telemetryNodePort': port,

  // `false` means none, as in other charts.
  'rbac.useExistingRole': { type: ['string', 'boolean', 'null'] },
  'rbac.extraRules': list,
  'rbac.clusterRoleSelectors': list,
  'serviceAccount.annotations': texts,
  'serviceAccount.imagePullSecrets': pullSecrets,

  'kubeRBACProxy.image.pullPolicy': pullPolicy,
  'kubeRBACProxy.extraArgs': textList,
  'kubeRBACProxy.port': port,
  'kubeRBACProxy.proxyEndpointsPort': port,
  'kubeRBACProxy.resources': resources,
  'kubeRBACProxy.volumeMounts': list,

  ...probe('startupProbe'),
  ...probe('livenessProbe'),
  ...probe('readinessProbe'),

  ...endpoint('prometheus.monitor.http'),
  'prometheus.monitor.http.bearerTokenSecret': open,
  ...endpoint('prometheus.monitor.metrics'),
  'prometheus.monitor.metrics.bearerTokenSecret': open,
  // The keys of an endpoint may also be set one level higher, for both.
  ...endpoint('prometheus.monitor'),
  'prometheus.monitor.bearerTokenSecret': open,
  'prometheus.monitor.bearerTokenFile': text,
  'prometheus.monitor.enableHttp2': toggle,
  'prometheus.monitor.honorLabels': toggle,
  'prometheus.monitor.interval': text,
  'prometheus.monitor.proxyUrl': text,
  'prometheus.monitor.scrapeTimeout': text,
  'prometheus.monitor.annotations': texts,
  'prometheus.monitor.additionalLabels': texts,
  'prometheus.monitor.namespaceSelector': textList,
  'prometheus.monitor.targetLabels': textList,
  'prometheus.monitor.podTargetLabels': textList,
  'prometheus.monitor.selectorOverride': texts,
  'prometheus.scrapeconfig.annotations': texts,
  'prometheus.scrapeconfig.additionalLabels': texts,
  'prometheus.scrapeconfig.staticConfigLabels': texts,
  ...endpoint('prometheus.scrapeconfig'),

  'networkPolicy.egress': list,
  'networkPolicy.ingress': list,
  'networkPolicy.podSelector': open,

  'verticalPodAutoscaler.recommenders': list,
  'verticalPodAutoscaler.controlledResources': textList,
  'verticalPodAutoscaler.controlledValues': choice('RequestsAndLimits', 'RequestsOnly'),
  'verticalPodAutoscaler.maxAllowed': quantities,
  'verticalPodAutoscaler.minAllowed': quantities,
  'verticalPodAutoscaler.updatePolicy': open,

  'prometheusRule.additionalLabels': texts,
  'prometheusRule.annotations': texts,
  'prometheusRule.preset': choice('all', 'beyond-mixin'),
  'prometheusRule.disabled': mapOf(toggle),
  'prometheusRule.customRules': mapOf({
    ...open,
    properties: { for: text, severity: text },
    additionalProperties: false,
  }),
  'prometheusRule.additionalRuleLabels': texts,
  'dashboards.labels': texts,
  'dashboards.annotations': texts,
};

/**
 * Required maps: without them templates would fail with a nil pointer; the schema names the missing
 * one instead. The closed maps are not required, because an upgrade from the kube-state-metrics
 * chart with --reuse-values lacks them.
 */
const asked = [
  'image',
  'global',
  'service',
  'selfMonitor',
  'rbac',
  'serviceAccount',
  'securityContext',
  'autosharding',
  'customResourceState',
  'kubeconfig',
  'authFilter',
  'kubeRBACProxy',
  'prometheus',
  'prometheus.monitor',
  'prometheus.scrapeconfig',
  'verticalPodAutoscaler',
  'networkPolicy',
  'startupProbe',
  'livenessProbe',
  'readinessProbe',
];

/**
 * Maps that the kube-state-metrics chart does not have. Only these reject unknown keys: existing
 * values may have keys that no template reads any more, which that chart accepts.
 */
const closed = ['highAvailability', 'prometheusRule', 'dashboards', 'dashboards.multicluster'];

/** Maps of the Kubernetes API, and of parent charts. */
const others = [
  'global',
  'securityContext',
  'containerSecurityContext',
  'kubeRBACProxy.containerSecurityContext',
];

export const valueFacts: ValueFacts = { rows, asked, closed, others };
