// Renders Prometheus rule files, and docs/alerts.md with the steps for each alert.
import { stringify } from 'yaml';
import type { Alert, Recording, RuleGroup } from '../../monitoring/rules/rule.ts';
import { dedented } from './dedented.ts';
import { code, row, tableOf, words } from './markdown.ts';
import { notice } from './notice.ts';

/** The URL of docs/alerts.md for runbook links; each alert is an anchor of it. */
const PAGE = 'https://github.com/kubestate/kubestate/blob/main/docs/alerts.md';

const SOURCE = 'monitoring/rules';

/** The rule files by name, one per group. */
export const ruleFiles = (groups: readonly RuleGroup[]): Record<string, string> =>
  Object.fromEntries(groups.map((group) => [`${group.name}.yaml`, ruleFile(group)]));

function ruleFile({ name, recordings, alerts }: RuleGroup): string {
  const rules = [...recordings.map(recordingRule), ...alerts.map(alertRule)];
  const file = { groups: [{ name: `kubestate.${name}`, rules }] };
  return `# ${notice(`${SOURCE}/`)}\n${stringify(file, { lineWidth: 0, blockQuote: 'literal' })}`;
}

const recordingRule = ({ record, expr }: Recording) => ({ record, expr: dedented(expr) });

function alertRule(alert: Alert) {
  return {
    alert: alert.alert,
    expr: dedented(alert.expr),
    ...(alert.for !== undefined && { for: alert.for }),
    labels: { severity: alert.severity },
    annotations: annotationsOf(alert, goTemplate),
  };
}

/** The annotations of an alert; `fill` returns the text of a placeholder. */
export function annotationsOf(
  { alert, summary, description, steps }: Alert,
  fill: (placeholder: string) => string,
): { summary: string; description: string; runbook_url: string } {
  const filled = (text: string) => withPlaces(text, fill);
  return {
    summary: filled(summary),
    description: filled(`${description} ${steps[0]}`),
    runbook_url: `${PAGE}#${alert.toLowerCase()}`,
  };
}

/** The text with each `{placeholder}` filled in. */
const withPlaces = (text: string, fill: (placeholder: string) => string): string =>
  text.replace(/\{([^}]+)\}/g, (_, placeholder: string) => fill(placeholder));

/** increase() extrapolates, so its value is not a whole number. */
const WHOLE = 'printf "%.0f"';

/** The Go template of a placeholder: `pod` is a label, `value|humanize` a function of the value. */
function goTemplate(placeholder: string): string {
  const [name, format] = placeholder.split('|');
  const operand = name === 'value' ? '$value' : `$labels.${name}`;
  if (format === undefined) return `{{ ${operand} }}`;
  return `{{ ${operand} | ${format === 'whole' ? WHOLE : format} }}`;
}

/** In docs/alerts.md a placeholder is a word in capitals. */
const capitals = (placeholder: string): string => (placeholder.split('|')[0] ?? '').toUpperCase();

/** docs/alerts.md. */
export function alertsPage(groups: readonly RuleGroup[]): string {
  const recordings = groups.flatMap((group) => group.recordings);
  return [
    `<!-- ${notice(`${SOURCE}/`)} -->`,
    '# Alerts\n',
    INTRODUCTION,
    ...groups.flatMap(({ title, about, alerts }) => [
      `## ${title}\n`,
      ...(about === undefined ? [] : [`${about}\n`]),
      overview(alerts),
    ]),
    '## Recorded\n',
    'Expressions that several rules and panels use, under names of their own:\n',
    `${recordedTable(recordings)}\n`,
    ...groups.flatMap(({ alerts }) => alerts.map(section)),
  ]
    .join('\n')
    .replace(/\n*$/, '\n');
}

/** Our alerts by the alert of a mixin that fires for the same cause, in alphabetical order. */
export function byMixinAlert(groups: readonly RuleGroup[]): [string, string[]][] {
  const ours = new Map<string, string[]>();
  for (const { alert, mixin = [] } of groups.flatMap((group): readonly Alert[] => group.alerts)) {
    for (const name of mixin) ours.set(name, [...(ours.get(name) ?? []), alert]);
  }
  return [...ours].sort(([a], [b]) => (a < b ? -1 : 1));
}

const INTRODUCTION = `The chart brings these rules along: \`prometheusRule.enabled=true\` makes
a PrometheusRule of the files in \`helm/kube-state-metrics/files/rules/\`. A Prometheus without an
operator reads the files as they are (\`rule_files\`).

- **critical** is for waking a person, **warning** for the next working hours, **info** for whoever
  looks anyway. Route by the label \`severity\`.
- Names are those of the kubernetes-mixin where the meaning is the same, so routes and silences go
  on to match. Where the mixin is installed too, leave one of the two out, or each alert is sent
  twice.
- No rule asks for a \`job\`, and the labels of the exporter's own target are left out: a restart of
  kubestate neither ends an alert nor repeats it. Rules are meant for the Prometheus of one cluster.
- Rules go by the default resources; one on a resource that is not served is silent.
- In the texts below, words in CAPITALS are labels of the alert, or its value.
`;

const overview = (alerts: readonly Alert[]): string =>
  `${tableOf(
    ['alert', 'severity', 'after', 'says'],
    alerts.map(({ alert, severity, for: held, summary }) =>
      row(`[${alert}](#${alert.toLowerCase()})`, severity, held ?? 'at once', prose(summary)),
    ),
  )}\n`;

const recordedTable = (recordings: readonly Recording[]): string =>
  tableOf(
    ['record', 'what it says'],
    recordings.map(({ record, says }) => row(code(record), words(says))),
  );

const prose = (text: string): string => withPlaces(text, capitals);

function section({ alert, severity, for: held, expr, ...texts }: Alert): string {
  const { summary, description, steps, because } = texts;
  return `## ${alert}

**${prose(summary)}** ${prose(description)}

What to do:

${steps.map((step, i) => `${i + 1}. ${prose(step)}`).join('\n')}

Severity ${severity}, ${held === undefined ? 'at once' : `after ${held}`}. ${because}

\`\`\`
${dedented(expr)}
\`\`\`
`;
}
