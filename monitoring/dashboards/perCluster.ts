// perCluster makes a query of one cluster one of many, which selects, groups and joins by cluster.
import { parser } from '@prometheus-io/lezer-promql';

/** The label that tells clusters apart where one data source holds several. */
export const CLUSTER = 'cluster';
/** Matches all series while all clusters are selected, also those without the label. */
const MATCHER = `${CLUSTER}=~"$${CLUSTER}"`;

/**
 * The query with a matcher of the cluster in each selector, and the label in each `by` and `on`.
 * Without a label `cluster` its result is that of the query as it was. Sums without `by` remain
 * sums over all selected clusters; `by ()` and `on ()` mean one result for each.
 */
export function perCluster(query: string): string {
  const inserted: { readonly at: number; readonly text: string }[] = [];
  parser.parse(withoutIntervals(query)).iterate({
    enter: ({ name, node, from, to, type }) => {
      if (type.isError) throw new Error(`expected PromQL, got "${query.slice(from)}" in: ${query}`);
      if (name === 'VectorSelector') {
        const matchers = node.getChild('LabelMatchers');
        inserted.push(
          matchers === null
            ? { at: to, text: `{${MATCHER}}` }
            : intoList(query, matchers.from, matchers.firstChild?.from, MATCHER),
        );
      }
      const grouped = name === 'AggregateModifier' && node.getChild('By');
      const joined = name === 'MatchingModifierClause' && node.getChild('On');
      const labels = grouped || joined ? node.getChild('GroupingLabels') : null;
      if (labels) inserted.push(intoList(query, labels.from, labels.firstChild?.from, CLUSTER));
    },
  });
  return inserted
    .toSorted((one, other) => other.at - one.at)
    .reduce((text, { at, text: more }) => text.slice(0, at) + more + text.slice(at), query);
}

/** What makes `text` the first of a list in brackets, which begins at `open`. */
function intoList(query: string, open: number, first: number | undefined, text: string) {
  if (first === undefined) return { at: open + 1, text };
  const gap = query.slice(open + 1, first);
  return { at: first, text: `${text},${gap === '' ? ' ' : gap}` };
}

/** Grafana's intervals are no PromQL: each becomes a duration of the same length. */
const withoutIntervals = (query: string): string =>
  query.replace(/(?<=\[)\$\w+/g, (variable) => `${'1'.repeat(variable.length - 1)}s`);
