// What the defaults in values.yaml cannot tell of the chart's values: a row for each such key.
import type { ValueFacts } from './schema.ts';
import {
  choice,
  list,
  listOf,
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

/** One endpoint of the ServiceMonitor; under prometheus.monitor itself they hold for both. */
const endpoint = (under: string): Readonly<Record<string, Schema>> =>
  Object.fromEntries(
    Object.entries({
      interval: text,
      scrapeTimeout: text,
      proxyUrl: text,
      enableHttp2: toggle,
      honorLabels: toggle,
      metricRelabelings: list,
      relabelings: list,
      scheme,
      bearerTokenFile: text,
      bearerTokenSecret: open,
      tlsConfig: open,
    }).map(([key, schema]) => [`${under}.${key}`, schema]),
  );

const probe = (name: string): Readonly<Record<string, Schema>> => ({
  [`${name}.httpGet.httpHeaders`]: listOf({
    type: 'object',
    properties: { name: { type: 'string' }, value: { type: ['string', 'number', 'boolean'] } },
  }),
  [`${name}.httpGet.scheme`]: scheme,
});

/**
 * The rows, by the keys joined with dots. A row takes the place of what the default says, and is
 * the only word on a key that values.yaml lacks because a template asks for it only if it is set.
 */
const rows: Readonly<Record<string, Schema>> = {
  prometheusScrape: { type: ['boolean', 'string', 'null'] },
  'image.pullPolicy': pullPolicy,
  imagePullSecrets: pullSecrets,
  'global.imagePullSecrets': pullSecrets,

  updateStrategy: choice('RollingUpdate', 'Recreate'),
  priorityClassName: text,
  hostUsers: toggle,
  dnsPolicy: choice('ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'),
  dnsConfig: open,
  extraArgs: textList,
  env: list,
  containers: list,
  initContainers: list,
  volumes: list,
  volumeMounts: list,
  // Templates go over the values of a map as over the items of a list.
  extraManifests: { type: ['array', 'object', 'null'], items: { type: 'object' } },
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
  'kubeconfig.secret': text,
  'customResourceState.config': open,

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
  'selfMonitor.telemetryHost': text,
  'selfMonitor.telemetryPort': port,
  'selfMonitor.telemetryNodePort': port,

  // `false` says in other charts that there is none.
  'rbac.useExistingRole': { type: ['string', 'boolean', 'null'] },
  'rbac.extraRules': list,
  'rbac.clusterRoleSelectors': list,
  'serviceAccount.name': text,
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

  ...endpoint('prometheus.monitor'),
  ...endpoint('prometheus.monitor.http'),
  ...endpoint('prometheus.monitor.metrics'),
  'prometheus.monitor.annotations': texts,
  'prometheus.monitor.additionalLabels': texts,
  'prometheus.monitor.namespaceSelector': textList,
  'prometheus.monitor.targetLabels': textList,
  'prometheus.monitor.podTargetLabels': textList,
  'prometheus.monitor.selectorOverride': texts,
  'prometheus.scrapeconfig.annotations': texts,
  'prometheus.scrapeconfig.additionalLabels': texts,
  'prometheus.scrapeconfig.staticConfigLabels': texts,
  'prometheus.scrapeconfig.metricRelabelings': list,
  'prometheus.scrapeconfig.relabelings': list,
  'prometheus.scrapeconfig.scheme': scheme,
  'prometheus.scrapeconfig.tlsConfig': open,

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
  'dashboards.labels': texts,
  'dashboards.annotations': texts,
};

/**
 * Without them templates would end at a nil pointer, so Helm says which one is missing instead. Our
 * own maps are none of them: an upgrade from upstream's chart with --reuse-values has its defaults.
 */
const asked = [
  ...['image', 'global', 'service', 'selfMonitor', 'rbac', 'serviceAccount', 'securityContext'],
  ...['autosharding', 'customResourceState', 'kubeconfig', 'authFilter', 'kubeRBACProxy'],
  ...['prometheus', 'prometheus.monitor', 'prometheus.scrapeconfig', 'verticalPodAutoscaler'],
  ...['networkPolicy', 'startupProbe', 'livenessProbe', 'readinessProbe'],
  ...['livenessProbe.httpGet', 'readinessProbe.httpGet'],
];

export const valueFacts: ValueFacts = { rows, asked };
