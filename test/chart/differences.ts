// The deliberate differences between this chart and kube-state-metrics' chart 8.4.0.

/** One row of the table in docs/migration.md, in Markdown. */
export interface Row {
  readonly what: string;
  readonly theirs: string;
  readonly ours: string;
  readonly why: string;
}

/** Where a difference is seen, in terms of `Place`; in object and path `*` is any text. */
export interface Pattern {
  readonly object: string;
  readonly path: string;
  /** What either side has there: the value, an expression on its JSON, or undefined for nothing. */
  readonly theirs: unknown;
  readonly ours: unknown;
}

/** A difference that the recorded renderings show, each of its places at least once. */
export interface Recorded extends Row {
  readonly places: readonly Pattern[];
}

/** One that none of them shows: values to render, and what comes of them here. */
export interface Unrecorded extends Row {
  readonly set: readonly string[];
  readonly becomes: { readonly fails: RegExp } | Found;
}

/** A value in an object of this chart; the keys and places that lead to it stand between dots. */
export interface Found {
  readonly object: string;
  readonly path: string;
  readonly value: unknown;
}

const container = 'spec.template.spec.containers[*]';
const proxied = 'spec.template.spec.containers[kube-state-metrics]';
const proxy = 'spec.template.spec.containers[kube-rbac-proxy-*]';

const image = (repository: string, version: string): RegExp =>
  new RegExp(
    `^"[\\w.]+/${repository}kube-state-metrics/kube-state-metrics:v2\\.20\\.0${version}"$`,
  );
const theirImage = image('', '');
const ourImage = image('kubestate/', '-\\d+\\.\\d+\\.\\d+');

const admission = ['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'].flatMap(
  (plural) =>
    [plural, plural.replace('mutating', 'validating')].map((resource) => ({
      object: '*Role *',
      path: `rules[${resource}]`,
      theirs: undefined,
      ours: {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: [resource],
        verbs: ['list', 'watch'],
      },
    })),
);

export const recorded: readonly Recorded[] = [
  {
    what: '`image.registry`, `image.repository`',
    theirs: '`registry.k8s.io`, `kube-state-metrics/kube-state-metrics`',
    ours: '`ghcr.io`, `kubestate/kube-state-metrics/kube-state-metrics`',
    why: 'It is a different program. Your own registry must contain it.',
    places: [{ object: '*', path: `${container}.image`, theirs: theirImage, ours: ourImage }],
  },
  {
    what: 'default of `image.tag`',
    theirs: '`v2.20.0`',
    ours: '`v2.20.0-` and the version of this chart, by digest in a released chart',
    why:
      'A new release must have a new pod template, or its pods run whatever each node has pulled ' +
      'before. `v2.20.0` moves to the newest release.',
    places: [{ object: '*', path: `${container}.image`, theirs: theirImage, ours: ourImage }],
  },
  {
    what: 'label `helm.sh/chart`',
    theirs: '`kube-state-metrics-8.4.0`',
    ours: '`kube-state-metrics-` and the version of this chart',
    why: 'It is a different chart.',
    places: [
      {
        object: '*',
        path: 'metadata.labels.helm.sh/chart',
        theirs: 'kube-state-metrics-8.4.0',
        ours: /^"kube-state-metrics-\d+\.\d+\.\d+"$/,
      },
    ],
  },
  {
    what: 'label `helm.sh/chart` of pods',
    theirs: 'set',
    ours: 'not set',
    why: 'With an `image.tag` of your own, a new version of the chart must not restart the pods.',
    places: [
      {
        object: '*',
        path: 'spec.template.metadata.labels.helm.sh/chart',
        theirs: 'kube-state-metrics-8.4.0',
        ours: undefined,
      },
    ],
  },
  {
    what: 'label `kubestate.io/version` of pods',
    theirs: 'not set',
    ours: 'the version of kubestate, unless `image.tag` is set; in no selector',
    why: 'It tells which program runs; `app.kubernetes.io/version` is that of kube-state-metrics.',
    places: [
      {
        object: '*',
        path: 'spec.template.metadata.labels.kubestate.io/version',
        theirs: undefined,
        ours: /^"\d+\.\d+\.\d+"$/,
      },
    ],
  },
  {
    what: 'default of `collectors`',
    theirs: '28 resources',
    ours: '32: also the admission policies and their bindings',
    why:
      'Both programs serve these 32 by default. That chart has no RBAC rules for the four, even ' +
      'if they are listed.',
    places: [
      {
        object: '*',
        path: `${container}.args[--resources]`,
        theirs: /,limitranges,mutatingwebhook.*,storageclasses,validatingwebhook/,
        ours: new RegExp(
          [
            ',mutatingadmissionpolicies,mutatingadmissionpolicybindings,mutatingwebhook',
            ',validatingadmissionpolicies,validatingadmissionpolicybindings,validatingwebhook',
          ].join('.*'),
        ),
      },
      ...admission,
    ],
  },
  {
    what: 'default of `selfMonitor.enabled`',
    theirs: '`false`',
    ours: '`true`: port 8081 is in the Service, the ServiceMonitor and the NetworkPolicy',
    why: 'Without it, the alerts about the exporter itself have no data.',
    places: [
      {
        object: 'Service *',
        path: 'spec.ports[metrics]',
        theirs: undefined,
        ours: { name: 'metrics', protocol: 'TCP', port: 8081, targetPort: 'metrics' },
      },
      {
        object: 'ServiceMonitor *',
        path: 'spec.endpoints[metrics]',
        theirs: undefined,
        ours: { port: 'metrics', honorLabels: true },
      },
      {
        object: 'NetworkPolicy *',
        path: 'spec.ingress[0].ports[8081]',
        theirs: undefined,
        ours: { port: 8081, protocol: 'TCP' },
      },
    ],
  },
  {
    what: '`networkPolicy.enabled` without `networkPolicy.egress`',
    theirs: 'denies all egress',
    ours: 'allows all egress; `egress: []` denies all',
    why: 'Otherwise the exporter cannot reach the API server.',
    places: [
      {
        object: 'NetworkPolicy *',
        path: 'spec.egress',
        theirs: undefined,
        ours: [{}],
      },
    ],
  },
  {
    what: 'probes with `kubeRBACProxy.enabled`',
    theirs: 'use port names that the probed container does not have',
    ours: "use the proxies' port numbers",
    why: 'With that chart, the pod never becomes Ready.',
    places: [
      {
        object: '*',
        path: `${proxied}.livenessProbe.httpGet.port`,
        theirs: 'http',
        ours: 8080,
      },
      {
        object: '*',
        path: `${proxied}.readinessProbe.httpGet.port`,
        theirs: 'metrics',
        ours: 8081,
      },
    ],
  },
  {
    what: 'proxy of port 8081',
    theirs: 'only with `selfMonitor.enabled`',
    ours: 'always',
    why: 'The readiness probe uses 8081.',
    places: [
      {
        object: '*',
        path: 'spec.template.spec.containers[kube-rbac-proxy-telemetry]',
        theirs: undefined,
        ours: /"--secure-listen-address=:8081","--upstream=http:\/\/127\.0\.0\.1:9091\/"/,
      },
    ],
  },
  {
    what: 'paths that the proxies allow without authentication',
    theirs: "`/livez`, `/readyz`; the second proxy's own probe uses `healthz`",
    ours: "also `/healthz`; the second proxy's own probe uses `/healthz`",
    why: 'The startup probe uses `/healthz`.',
    places: [
      {
        object: '*',
        path: `${proxy}.args[--ignore-paths]`,
        theirs: '--ignore-paths=/livez,/readyz',
        ours: '--ignore-paths=/livez,/readyz,/healthz',
      },
      {
        object: '*',
        path: `${proxy}.readinessProbe.httpGet.path`,
        theirs: 'healthz',
        ours: '/healthz',
      },
    ],
  },
  {
    what: 'selector of the PodDisruptionBudget',
    theirs: 'only `app.kubernetes.io/name`',
    ours: 'all selector labels, or `selectorOverride`',
    why: "Two releases in one namespace would count each other's pods.",
    places: [
      {
        object: 'PodDisruptionBudget *',
        path: 'spec.selector.matchLabels.app.kubernetes.io/instance',
        theirs: undefined,
        ours: 'kube-state-metrics',
      },
    ],
  },
  {
    what: '`releaseNamespace` with `rbac.useClusterRole: false`',
    theirs: 'no Role in the namespace of the release',
    ours: 'a Role and RoleBinding there too',
    why: 'That namespace is watched.',
    places: [
      { object: 'Role kube-system/*', path: '', theirs: undefined, ours: /"resources":\["pods"\]/ },
      {
        object: 'RoleBinding kube-system/*',
        path: '',
        theirs: undefined,
        ours: /"roleRef":\{[^}]*"kind":"Role","name":"kube-state-metrics"\}/,
      },
    ],
  },
  {
    what: 'a pod for `helm test`',
    theirs: 'none',
    ours:
      'a hook, which helm creates for `helm test` only; `helm template` prints it, and ' +
      '`kubectl apply` then creates it, so use `helm template --skip-tests`',
    why: 'It tells whether kubestate would start with the arguments of its pods.',
    places: [
      {
        object: 'Pod *',
        path: '',
        theirs: undefined,
        ours: /"helm\.sh\/hook":"test".*"args":\["check",/,
      },
    ],
  },
];

export const unrecorded: readonly Unrecorded[] = [
  {
    what: 'a flag or a value in `extraArgs` that kubestate refuses',
    theirs: 'passed on; the pod crash loops',
    ours: 'helm fails with an error and the most similar flag; `helm test` checks all values',
    why: 'The error appears before the rollout.',
    set: ['extraArgs={--metric-deny-list=kube_secret_info}'],
    becomes: { fails: /expected flags of kubestate, got .*; did you mean --metric-denylist\?/ },
  },
  {
    what: 'values with which nothing would be served, such as namespaces that are all excluded',
    theirs: 'passed on; the pod crash loops',
    ours: 'helm fails with an error',
    why: 'The error appears before the rollout.',
    set: ['namespaces=a', 'namespacesDenylist=a'],
    becomes: { fails: /namespaces and namespacesDenylist: expected a namespace that is in / },
  },
  {
    what: '`prometheus.monitor.namespace`',
    theirs: 'ignored',
    ours: 'the namespace of the ServiceMonitor, which selects the Service in that of the release',
    why: 'This is what the key means.',
    set: ['prometheus.monitor.enabled=true', 'prometheus.monitor.namespace=monitoring'],
    becomes: {
      object: 'ServiceMonitor monitoring/kube-state-metrics',
      path: 'spec.namespaceSelector.matchNames',
      value: ['kube-system'],
    },
  },
  {
    what: '`selfMonitor.telemetryNodePort`',
    theirs: 'ignored unless `service.nodePort` is set too',
    ours: 'the node port of 8081',
    why: 'This is what the key means.',
    set: ['service.type=NodePort', 'selfMonitor.telemetryNodePort=30081'],
    becomes: {
      object: 'Service kube-system/kube-state-metrics',
      path: 'spec.ports.1.nodePort',
      value: 30081,
    },
  },
  {
    what: '`prometheus.scrapeconfig.enableHttp2`',
    theirs: 'sets `enableHttp2`, which a ScrapeConfig does not have',
    ours: 'sets `enableHTTP2`',
    why: 'This is the spelling in a ScrapeConfig; only a ServiceMonitor has `enableHttp2`.',
    set: ['prometheus.scrapeconfig.enabled=true', 'prometheus.scrapeconfig.enableHttp2=true'],
    becomes: {
      object: 'ScrapeConfig kube-system/kube-state-metrics',
      path: 'spec.enableHTTP2',
      value: true,
    },
  },
  {
    what: '`networkPolicy.enabled` with `kubeRBACProxy.enabled`',
    theirs: 'allows 9091, which listens on loopback only',
    ours: 'allows 8081',
    why: 'The proxy listens on 8081.',
    set: ['networkPolicy.enabled=true', 'kubeRBACProxy.enabled=true'],
    becomes: {
      object: 'NetworkPolicy kube-system/kube-state-metrics',
      path: 'spec.ingress.0.ports.1.port',
      value: 8081,
    },
  },
  {
    what: 'labels, annotations and node selectors that YAML reads as numbers or booleans',
    theirs: 'rendered as numbers or booleans, which the API server rejects',
    ours: 'rendered as strings',
    why: 'These fields take only strings.',
    set: ['podAnnotations.port=8080'],
    becomes: {
      object: 'Deployment kube-system/kube-state-metrics',
      path: 'spec.template.metadata.annotations.port',
      value: '8080',
    },
  },
  {
    what: 'an unknown resource in `collectors`',
    theirs: 'passed on; the pod crash loops',
    ours: 'helm fails with an error, unless custom resources are configured',
    why: 'The error appears before the rollout.',
    set: ['collectors={pods,widgets}'],
    becomes: { fails: /collectors.*: expected some of .*, pods, .*, got "widgets"; correct it/ },
  },
  {
    what: '`authFilter.enabled` with `kubeRBACProxy.enabled`',
    theirs: 'renders both',
    ours: 'helm fails with an error',
    why: 'The proxy removes the token that the auth filter needs, so every request is denied.',
    set: ['authFilter.enabled=true', 'kubeRBACProxy.enabled=true'],
    becomes: { fails: /expected one of them, got both; .* turn one off/ },
  },
];
