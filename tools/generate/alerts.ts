// Renders Prometheus rule files, and what other files say of the alerts.
import { stringify } from 'yaml';
import type { Alert, Recording, RuleGroup } from '../../monitoring/rules/rule.ts';
import { dedented } from './dedented.ts';
import { notice } from './notice.ts';

/** The URL of docs/alerts.md for runbook links; each alert is an anchor of it. */
const PAGE = 'https://github.com/kubestate/kubestate/blob/main/docs/alerts.md';

/** Where the rules are declared. */
export const SOURCE = 'monitoring/rules';

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
export const withPlaces = (text: string, fill: (placeholder: string) => string): string =>
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

/** Our alerts by the alert of a mixin that fires for the same cause, in alphabetical order. */
export function byMixinAlert(groups: readonly RuleGroup[]): [string, string[]][] {
  const ours = new Map<string, string[]>();
  for (const { alert, mixin = [] } of groups.flatMap((group): readonly Alert[] => group.alerts)) {
    for (const name of mixin) ours.set(name, [...(ours.get(name) ?? []), alert]);
  }
  return [...ours].sort(([a], [b]) => (a < b ? -1 : 1));
}
