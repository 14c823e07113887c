// Renders docs/alerts.md: what each alert means, what to do, and how the rules fit beside others.
import { stringify } from 'yaml';
import { type Inhibition, inhibitions } from '../../monitoring/rules/inhibition.ts';
import type { Alert, Recording, RuleGroup } from '../../monitoring/rules/rule.ts';
import { byMixinAlert, SOURCE, withPlaces } from './alerts.ts';
import { dedented } from './dedented.ts';
import { code, row, tableOf, words } from './markdown.ts';
import { notice } from './notice.ts';

/** docs/alerts.md. */
export function alertsPage(groups: readonly RuleGroup[]): string {
  const recordings = groups.flatMap((group) => group.recordings);
  const chapters = [
    besideMixin(groups),
    values,
    oneCause,
    ...groups.map(chapter),
    { title: 'Recorded', text: recorded(recordings) },
  ];
  return [
    `<!-- ${notice(`${SOURCE}/`)} -->`,
    '# Alerts\n',
    INTRODUCTION,
    '<!-- Contents: begin. -->',
    '<!-- Contents: end. -->\n',
    ...chapters.map(({ title, text }) => `## ${title}\n\n${text}`),
  ]
    .join('\n')
    .replace(/\n*$/, '\n');
}

interface Chapter {
  readonly title: string;
  readonly text: string;
}

const INTRODUCTION = `The chart brings these rules along: \`prometheusRule.enabled=true\` makes
a PrometheusRule of the files in \`helm/kube-state-metrics/files/rules/\`. A Prometheus without an
operator reads the files as they are (\`rule_files\`).

- **critical** is for waking a person, **warning** for the next working hours, **info** for whoever
  looks anyway. Route by the label \`severity\`.
- No rule asks for a \`job\`, and the labels of the exporter's own target are left out: a restart of
  kubestate neither ends an alert nor repeats it. Rules are meant for the Prometheus of one cluster.
- Rules go by the default resources; one on a resource that is not served is silent.
- In the texts below, words in CAPITALS are labels of the alert, or its value.
`;

const besideMixin = (groups: readonly RuleGroup[]): Chapter => ({
  title: 'Beside kubernetes-mixin',
  text: `kube-prometheus and kube-prometheus-stack bring the alerts of kubernetes-mixin along,
which work with kubestate as they do with kube-state-metrics. There, set
\`prometheusRule.preset=beyond-mixin\`: it has only the alerts on causes that the mixin has none
for. The preset \`all\` stands on its own: for each alert that the mixin has on the same metrics,
the table below names those here that are about its causes. They may fire later than it does.

An alert with a name of the mixin has the mixin's expression, severity and \`for\`; a test
compares them with the mixin's rules. What \`or\` adds to KubeNodeReadinessFlapping is for
[\`--sparse-statesets\`](cardinality.md#sparse-state-sets). Where an alert is quiet for what
another one tells, or differs otherwise, its name is another:

${tableOf(
  ['kubernetes-mixin', 'here'],
  byMixinAlert(groups).map(([mixin, ours]) => row(mixin, ours.map(linkTo).join(', '))),
)}

KubePersistentVolumeFillingUp and KubePersistentVolumeInodesFillingUp need metrics of the kubelet,
and have no counterpart.
`,
});

const values: Chapter = {
  title: 'Values of the chart',
  text: `The keys from \`rules\` on are those of \`defaultRules\` in kube-prometheus-stack;
\`customRules\` is at the top there. An unknown name stops the render of the
rules, with the nearest one.

\`\`\`yaml
prometheusRule:
  enabled: true
  additionalLabels:
    release: kube-prometheus-stack  # the label by which its Prometheus selects rules
  preset: beyond-mixin              # or all
  rules:
    jobs: false                     # a group
  disabled:
    KubeNodeCordonedForLong: true   # a single alert
  customRules:
    KubeContainerOOMKilled:
      severity: critical
      for: 30m
  additionalRuleLabels:
    team: platform
  runbookUrl: https://wiki.example.com/runbooks  # …/kubecontaineroomkilled
\`\`\`

Groups are \`pods\`, \`rollouts\`, \`nodes\`, \`capacity\`, \`jobs\`, \`storage\`, \`scaling\`,
\`cluster\`, \`customResources\` and \`kubestate\`. A group without an alert is left out with its
recording rules.
`,
};

const oneCause: Chapter = {
  title: 'One cause, one alert',
  text: `A pod that cannot start leaves its Deployment without a replica, its rollout stuck and
its budget violated. Only the alert that names the cause fires: the expressions leave out what
another alert tells. Pods that exist have alerts of their own, so alerts on workloads are about
pods that do not exist, rollouts that are blocked, and pods that do not last until an alert of
theirs. Pods on a node that has an alert because it is not ready are silent; on one that is
cordoned or about to go, which has none, they are not.

Some alerts still follow from others: those of kubernetes-mixin, which know nothing of ours, and
those that wait for a person while a worse one wakes somebody. The inhibit rules of
kube-prometheus only compare severities of the same \`alertname\`. These do more:

\`\`\`yaml
${stringify({ inhibit_rules: inhibitions.map(inhibitRule) }, { lineWidth: 0 })}\`\`\`
`,
};

/** An inhibition as Alertmanager has it in its configuration. */
export function inhibitRule({ source, targets, equal }: Inhibition) {
  return {
    source_matchers: [`alertname = ${source}`],
    target_matchers: [`alertname =~ "${targets.join('|')}"`],
    ...(equal !== undefined && { equal: [...equal] }),
  };
}

const chapter = ({ title, about, alerts }: RuleGroup): Chapter => ({
  title,
  text: [
    ...(about === undefined ? [] : [`${about}\n`]),
    overview(alerts),
    ...alerts.map(section),
  ].join('\n'),
});

/** In docs/alerts.md a placeholder is a word in capitals. */
const capitals = (placeholder: string): string => (placeholder.split('|')[0] ?? '').toUpperCase();

const prose = (text: string): string => withPlaces(text, capitals);

const linkTo = (alert: string): string => `[${alert}](#${alert.toLowerCase()})`;

const overview = (alerts: readonly Alert[]): string =>
  `${tableOf(
    ['alert', 'severity', 'after', 'beyond the mixin', 'says'],
    alerts.map(({ alert, severity, for: held, mixin, summary }) =>
      row(linkTo(alert), severity, held ?? 'at once', mixin ? '' : 'yes', prose(summary)),
    ),
  )}\n`;

const recorded = (recordings: readonly Recording[]): string =>
  `Expressions that several rules use, under names of their own:

${tableOf(
  ['record', 'what it says'],
  recordings.map(({ record, says }) => row(code(record), words(says))),
)}
`;

function section({ alert, severity, for: held, expr, ...texts }: Alert): string {
  const { summary, description, steps, because } = texts;
  return `### ${alert}

**${prose(summary)}** ${prose(description)}

What to do:

${steps.map((step, i) => `${i + 1}. ${prose(step)}`).join('\n')}

Severity ${severity}, ${held === undefined ? 'at once' : `after ${held}`}. ${because}

\`\`\`promql
${dedented(expr)}
\`\`\`
`;
}
