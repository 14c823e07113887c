// All cases, and the files of tests that promtool takes.
import { stringify } from 'yaml';
import type { Alert, RuleGroup } from '../../../monitoring/rules/rule.ts';
import { annotationsOf } from '../../../tools/generate/alerts.ts';
import type { Cause } from '../causes.ts';
import { capacityCases } from './capacity.ts';
import type { Case, Firing, Quiet, Series } from './case.ts';
import { clusterCases } from './cluster.ts';
import { customResourceCases } from './customResources.ts';
import { jobCases } from './jobs.ts';
import { kubestateCases } from './kubestate.ts';
import { nodeCases } from './nodes.ts';
import { podCases } from './pods.ts';
import { rolloutCases } from './rollouts.ts';
import { scalingCases } from './scaling.ts';
import { storageCases } from './storage.ts';
import { unavailableCases } from './unavailable.ts';

export const cases: readonly Case[] = [
  ...podCases,
  ...rolloutCases,
  ...unavailableCases,
  ...nodeCases,
  ...capacityCases,
  ...jobCases,
  ...storageCases,
  ...scalingCases,
  ...clusterCases,
  ...customResourceCases,
  ...kubestateCases,
];

/** The targets during a failover or rollout of kubestate: every series exists twice. */
const EXPORTERS = ['10.0.0.1:8080', '10.0.0.2:8080'].map(
  (address) => `job="kube-state-metrics",instance="${address}"`,
);

/** What is done to the series of each case: `sparseSeries`, or nothing. */
type Exported = (series: Series) => Series;
const asTheyAre: Exported = (series) => series;

/** The test file for `promtool test rules` of one group, whose rules are in `ruleFile`. */
export function promtoolTests(
  { alerts }: RuleGroup,
  ruleFile: string,
  exported: Exported = asTheyAre,
): string {
  const tests = alerts.flatMap((alert) =>
    cases
      .filter((each) => each.alert === alert.alert)
      .map(({ fires, quiet }) => ({
        fires: { ...fires, series: exported(fires.series) },
        quiet: quiet.map((one) => ({ ...one, series: exported(one.series) })),
      }))
      .flatMap((each) => [firing(alert, each.fires), ...each.quiet.map(quiet(alert))]),
  );
  return stringify({ rule_files: [ruleFile], evaluation_interval: '1m', tests });
}

/** It must not fire a minute earlier, and then with the full notification. */
function firing(alert: Alert, fires: Firing) {
  const { series, at } = fires;
  return promtoolTest(`${alert.alert} fires`, series, at, [
    checkOf(alert, at - 1, []),
    checkOf(alert, at, [expected(alert, fires)]),
  ]);
}

const quiet =
  (alert: Alert) =>
  ({ because, series, at }: Quiet) =>
    promtoolTest(`${alert.alert} is quiet: ${because}`, series, at, [checkOf(alert, at, [])]);

/** The test file for causes: which alerts fire, of all rules in these files. */
export function causeTests(causes: readonly Cause[], ruleFiles: readonly string[]): string {
  const tests = causes.map(({ cause, series, at, fires }) => {
    const { alert_rule_test: _, ...test } = promtoolTest(cause, series, at, []);
    const exp_samples = fires.map(([alertname, labels]) => ({
      labels: `{${Object.entries({ alertname, ...labels })
        .map(([name, value]) => `${name}="${value}"`)
        .join(', ')}}`,
      value: 1,
    }));
    const expr = 'max without (severity, alertstate) (ALERTS{alertstate="firing"})';
    return { ...test, promql_expr_test: [{ expr, eval_time: `${at}m`, exp_samples }] };
  });
  // The minute at which they fire is the matter of the cases above.
  return stringify({ rule_files: ruleFiles, evaluation_interval: '5m', tests });
}

const checkOf = ({ alert }: Alert, minute: number, alerts: readonly object[]) => ({
  eval_time: `${minute}m`,
  alertname: alert,
  exp_alerts: alerts,
});

function promtoolTest(name: string, series: Series, minutes: number, checks: readonly object[]) {
  const inputSeries = Object.entries(series).flatMap(([each, values]) =>
    byExporters(each).map((full) => ({
      series: full,
      values: typeof values === 'number' ? `${values}+0x${minutes}` : values,
    })),
  );
  return { name, interval: '1m', input_series: inputSeries, alert_rule_test: checks };
}

/** Series with target labels stay unchanged. */
const byExporters = (series: string): string[] =>
  series.includes('instance=')
    ? [series]
    : EXPORTERS.map((target) => series.replace('{', `{${target},`));

/** The full notification, with its templates rendered here. */
function expected(alert: Alert, { labels, value }: Firing) {
  const fill = (placeholder: string): string => {
    const [name = ''] = placeholder.split('|');
    const text = name === 'value' ? value : labels[name];
    if (text === undefined) throw new Error(`${alert.alert}: its cases do not say what ${name} is`);
    return text;
  };
  return {
    exp_labels: { ...labels, severity: alert.severity },
    exp_annotations: annotationsOf(alert, fill),
  };
}
