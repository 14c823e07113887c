// Renders docs/metrics: an index of all resources, and a page for each with its families.
import type { Family } from '../../src/metrics/family.ts';
import type { Resource } from '../../src/metrics/resource.ts';
import { code, row, tableOf, words } from './markdown.ts';
import { notice } from './notice.ts';
import type { Tables } from './rules.ts';

/** The pages by file name: README.md, and one per resource. */
export function metricPages(tables: Tables): Record<string, string> {
  const pages: Record<string, string> = { 'README.md': indexPage(tables) };
  for (const [plural, table] of Object.entries(tables)) {
    pages[`${plural}.md`] = resourcePage(plural, table);
  }
  return pages;
}

function indexPage(tables: Tables): string {
  const rows = Object.entries(tables).map(([plural, table]) => {
    const families = Object.values(table.families);
    const optIn = families.filter((family) => family.optIn).length;
    return row(
      `[${plural}](${plural}.md)`,
      apiVersionOf(table),
      table.default ? 'on' : 'off',
      String(families.length),
      String(optIn),
    );
  });
  return `<!-- ${notice('src/resources')} -->
# Metrics

One page for each resource. A resource that is off by default is served when \`--resources\` names
it; a family that is opt-in, when \`--metric-opt-in-list\` does.

Stability is a promise: a STABLE family keeps its name, type and labels, a BETA one may still gain
or lose labels, an ALPHA one may change or go.

${tableOf(['resource', 'API', 'default', 'families', 'opt-in'], rows)}
`;
}

function resourcePage(plural: string, table: Resource<never>): string {
  const families = Object.entries<Family<never>>(table.families);
  const identity = Object.keys(table.identity).map(code).join(', ');
  const rows = families.map(([name, family]) =>
    row(code(name), family.type, family.stability ?? '', labelsOf(family), helpOf(family)),
  );
  const scope = table.scope === 'cluster' ? 'cluster-scoped' : 'namespaced';
  const older = table.olderVersions?.join(', else ');
  const versions =
    older === undefined ? apiVersionOf(table) : `${apiVersionOf(table)}, else ${older}`;
  const state = table.default ? 'on by default' : `off unless \`--resources\` names \`${plural}\``;
  const carried =
    identity === ''
      ? 'Series have the labels below'
      : `Every series carries ${identity}; the labels below come after them`;
  return `<!-- ${notice(`src/resources/${plural}.ts`)} -->
# ${plural}

${table.kind} of ${versions}, ${scope}; ${state}.
${carried}.

${tableOf(['family', 'type', 'stability', 'labels', 'what it says'], rows)}
`;
}

const apiVersionOf = ({ group, version }: Resource<never>): string =>
  group === '' ? version : `${group}/${version}`;

function labelsOf(family: Family<never>): string {
  if ('states' in family) {
    const states = family.states.map(code).join(', ');
    return `${family.labels.map(code).join(', ')} (${states})`;
  }
  if (!('prefix' in family)) return family.labels.map(code).join(', ');
  const flag = family.allowList && ` by \`--metric-${family.allowList}-allowlist\``;
  return `${code(`${family.prefix}_*`)}${flag ?? ''}`;
}

function helpOf(family: Family<never>): string {
  const remarks = [
    ...(family.optIn ? ['Opt-in.'] : []),
    ...(family.deprecatedSince === undefined
      ? []
      : [`Deprecated since ${family.deprecatedSince}.`]),
  ];
  return words([family.help, ...remarks].join(' '));
}
