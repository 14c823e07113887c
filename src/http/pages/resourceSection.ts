// resourceSection is a table of all resources: their state, and what their reflectors do.
import type { ReflectorReport } from '../../kube/types.ts';
import { grouped } from '../../lib/grouped.ts';
import type { Counted } from '../../telemetry/registry.ts';
import { detailOf, type ResourceStatus, type State, stateOf } from '../readiness.ts';
import { type Html, html } from './html.ts';
import type { ResourceReport, StatusReport } from './statusReport.ts';
import { agoText, facts } from './words.ts';

/** So many collections of a resource are shown: --namespaces and --node make one each. */
const collectionsMax = 20;

/** What asks for attention comes first. */
const order: readonly State[] = ['refused', 'waiting', 'stale', 'joining', 'synced', 'absent'];

export function resourceSection(
  statuses: readonly ResourceStatus[],
  { resources, nowMs }: StatusReport,
): Html {
  const rank = (status: ResourceStatus): number => order.indexOf(stateOf(status));
  const rows = statuses
    .toSorted((a, b) => rank(a) - rank(b))
    .map((status) => resourceRow(status, resources.get(status.resource), nowMs));
  return html`<section id="resources">
<h2>Resources</h2>
<table class="readiness">
<caption>Each resource, and what its reflector is doing</caption>
<thead><tr><th scope="col">Resource</th><th scope="col">State</th>
<th scope="col" class="number">Objects</th><th scope="col" class="number">Last event</th>
<th scope="col">Detail</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
</section>`;
}

function resourceRow(
  status: ResourceStatus,
  report: ResourceReport | undefined,
  nowMs: number,
): Html {
  const state = stateOf(status);
  const { size, lastEventMs } = report ?? {};
  const objects = size === undefined ? '–' : grouped(size.objects);
  const event = lastEventMs === undefined ? '–' : agoText(lastEventMs, nowMs);
  const detail = detailOf(status);
  return html`<tr><th scope="row">${status.resource}</th>
<td><span class="state ${state}">${state}</span></td>
<td class="number" data-label="Objects">${objects}</td>
<td class="number" data-label="Last event">${event}</td>
<td>${report === undefined ? detail : unfolding(detail, report, nowMs)}</td></tr>
`;
}

function unfolding(detail: string, report: ResourceReport, nowMs: number): Html {
  const { relists, watchRestarts, reflectors, lastBookmarkMs } = report;
  const bookmark = lastBookmarkMs === undefined ? 'none yet' : agoText(lastBookmarkMs, nowMs);
  const collections = reflectors.slice(0, collectionsMax).map(collectionFact);
  const more = reflectors.length - collections.length;
  return html`<details><summary>${detail}${unusual(report, nowMs)}</summary>
${facts([
  ...collections,
  ...(more > 0 ? [['', `and ${more} more collections`] as const] : []),
  ['Last bookmark', bookmark],
  ['Lists', countsText(relists, nowMs)],
  ['Watches opened again', countsText(watchRestarts, nowMs)],
])}</details>`;
}

/** Lists and restarts that do not happen in a calm cluster. */
function unusual({ relists, watchRestarts }: ResourceReport, nowMs: number): Html | string {
  const parts = (
    [
      ['listed again', relists, 'start'],
      ['watch lost', watchRestarts, 'closed'],
    ] as const
  ).flatMap(([what, counted, usual]) => {
    const count = totalOf(counted) - (counted?.byValue.get(usual) ?? 0);
    if (count === 0 || counted === undefined) return [];
    const { last } = counted;
    const why =
      last === undefined || last.value === usual
        ? ''
        : `, last ${agoText(last.atMs, nowMs)}: ${last.value}`;
    return [`${what} ${grouped(count)}×${why}`];
  });
  return parts.length === 0 ? '' : html` <span class="note">${parts.join('; ')}</span>`;
}

const totalOf = (counted: Counted | undefined): number =>
  [...(counted?.byValue.values() ?? [])].reduce((sum, count) => sum + count, 0);

function countsText(counted: Counted | undefined, nowMs: number): string {
  const total = totalOf(counted);
  if (counted === undefined || total === 0) return 'none';
  const counts = [...counted.byValue]
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${reason} ${grouped(count)}`);
  const { last } = counted;
  const lately = last === undefined ? '' : `; the last ${agoText(last.atMs, nowMs)}: ${last.value}`;
  return `${grouped(total)} (${counts.join(', ')})${lately}`;
}

const representations: Readonly<Record<ReflectorReport['representation'], string>> = {
  object: 'whole objects',
  metadata: 'metadata alone',
  table: 'a table with metadata',
};

/** The collection's name, and where its reflector stands. */
function collectionFact(report: ReflectorReport): readonly [string, string] {
  const { namespace, fieldSelector, resourceVersion, listedBy, wireFormat } = report;
  const name = [namespace, fieldSelector].filter(Boolean).join(', ') || 'All namespaces';
  const parts = [
    resourceVersion === undefined ? 'no list yet' : `resourceVersion ${resourceVersion}`,
    listedBy,
    wireFormat,
    representations[report.representation],
  ];
  return [name, parts.filter(Boolean).join(', ')];
}
