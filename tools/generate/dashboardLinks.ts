// Makes the links of panels: to a table of the same dashboard, or to another with the same choices.
import type { Dashboard, Next } from '../../monitoring/dashboards/model.ts';
import { CLUSTER } from '../../monitoring/dashboards/perCluster.ts';

/** A dashboard as links know it. */
export interface Target {
  readonly uid: string;
  readonly title: string;
  readonly variables: readonly string[];
}

/** The dashboard that has a link, and those to which it may lead. */
export interface LinkSource {
  readonly own: Target;
  readonly targets: ReadonlyMap<string, Target>;
  /** The ids of its tables by title. */
  readonly ids: ReadonlyMap<string, number>;
}

export interface Link {
  readonly title: string;
  readonly url: string;
}

export const targetOf = ({ name, title, variables }: Dashboard): Target => ({
  uid: `kubestate-${name}`,
  title,
  variables: variables.map((one) => one.name),
});

/** The variable that a label's value is one of, where it is called otherwise. */
const variableOf = (label: string): string =>
  ({
    deployment: 'workload',
    statefulset: 'workload',
    daemonset: 'workload',
    owner_name: 'cronjob',
    exported_namespace: 'namespace',
    claim_namespace: 'namespace',
  })[label] ?? label;

const TIME = `\${__url_time_range}`;
const DATASOURCE = `\${datasource:queryparam}`;

/** From a number: to a table, shown alone, or to a dashboard. */
export function statLink(next: Next, from: LinkSource): Link {
  if ('dashboard' in next) return dashboardLink(next.dashboard, from, {});
  const id = from.ids.get(next.table);
  if (id === undefined) {
    throw new Error(`"${next.table}" is no table of "${from.own.title}": name one in \`next\`.`);
  }
  const url = `/d/${from.own.uid}?viewPanel=${id}&\${__all_variables}&${TIME}`;
  return { title: `Open the table ${next.table}`, url };
}

/** From a line or band: to a dashboard, with those labels of the series that its legend shows. */
export function seriesLink(to: string, legends: readonly string[], from: LinkSource): Link {
  const labels = legends.flatMap((legend) =>
    [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label),
  );
  return dashboardLink(
    to,
    from,
    Object.fromEntries(labels.map((label) => [variableOf(label), `\${__field.labels.${label}}`])),
  );
}

/** From a cell: to a dashboard, with its text and the other labels of its row, by heading. */
export function labelLink(
  label: string,
  to: string,
  headings: Readonly<Record<string, string>>,
  from: LinkSource,
): Link {
  const values = Object.entries(headings).map(([name, heading]) => [
    variableOf(name),
    name === label ? `\${__value.text}` : `\${__data.fields["${heading}"]}`,
  ]);
  return dashboardLink(to, from, Object.fromEntries(values));
}

/**
 * Passes the values given, and the own choices of other variables. The cluster is always the own
 * choice, since series and rows have the label only where there are several.
 */
function dashboardLink(
  to: string,
  { own, targets }: LinkSource,
  values: Readonly<Record<string, string>>,
): Link {
  const target = targets.get(to);
  if (target === undefined) throw new Error(`"${to}" is no dashboard: "${own.title}" links to it.`);
  const choices = target.variables.flatMap((name) => {
    const value = name === CLUSTER ? undefined : values[name];
    if (value !== undefined) return [`var-${name}=${value}`];
    return own.variables.includes(name) ? [`\${${name}:queryparam}`] : [];
  });
  const url = `/d/${target.uid}?${[DATASOURCE, ...choices, TIME].join('&')}`;
  return { title: `Open the dashboard ${target.title}`, url };
}
