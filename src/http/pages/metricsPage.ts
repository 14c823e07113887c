// metricsPage is the landing page of :8080.
import type Koa from 'koa';
import type { LeaderStatus } from '../../leader/status.ts';
import { grouped } from '../../lib/grouped.ts';
import { sizeText } from '../../lib/sizeText.ts';
import type { Store } from '../../store/types.ts';
import type { ResourceStatus } from '../readiness.ts';
import type { ExplorerFiles } from './explorer.ts';
import { type Html, html } from './html.ts';
import { answer, linkList } from './layout.ts';

export interface MetricsPage {
  readonly version: string;
  readonly telemetryPort: number;
  readonly statuses: readonly ResourceStatus[];
  readonly leaderStatus?: LeaderStatus | undefined;
  readonly stores: ReadonlyMap<string, Pick<Store, 'size'>>;
  /** Where given, the page becomes the explorer in browsers. */
  readonly explorerFiles?: ExplorerFiles | undefined;
}

/** The landing page of :8080: links, and the size of each resource; in browsers the explorer. */
export function metricsPage(ctx: Koa.Context, page: MetricsPage): void {
  const telemetry = `${ctx.protocol}://${ctx.hostname}:${page.telemetryPort}`;
  const intro = 'The state of this Kubernetes cluster as metrics, for Prometheus to scrape.';
  answer(ctx, { title: 'Cluster metrics', intro, ...page }, [
    html`<section>
<h2>Metrics</h2>
${linkList([
  ['/metrics', 'everything, as text or as OpenMetrics'],
  ['/metrics?exclude_resources=pods', 'all resources but those named'],
])}
${resourceTable(page.stores)}
</section>`,
    html`<section>
<h2>Health</h2>
${linkList([
  ['/livez', 'OK while the process answers'],
  ['/healthz', 'the same, under the name that startup probes use'],
])}
</section>`,
    html`<section>
<h2>Port ${page.telemetryPort}: kubestate itself</h2>
${linkList([
  [`${telemetry}/`, 'the state of each resource'],
  [`${telemetry}/readyz`, 'readiness, for probes'],
  [`${telemetry}/metrics`, 'metrics about the exporter'],
])}
</section>`,
  ]);
}

function resourceTable(stores: MetricsPage['stores']): Html {
  const rows = [...stores].map(([resource, { size }]) => {
    const href = `metrics?resources=${encodeURIComponent(resource)}`;
    return html`<tr><th scope="row"><a href="${href}">${resource}</a></th>${cells(size)}</tr>\n`;
  });
  const total = { objects: 0, series: 0, bytes: 0 };
  for (const { size } of stores.values()) {
    total.objects += size.objects;
    total.series += size.series;
    total.bytes += size.bytes;
  }
  return html`<table class="sizes">
<caption>What is served now, by resource</caption>
<thead><tr><th scope="col">Resource</th><th scope="col" class="number">Objects</th>
<th scope="col" class="number">Series</th><th scope="col" class="number">Size</th></tr></thead>
<tbody>
${rows}</tbody>
<tfoot><tr><th scope="row">In all</th>${cells(total)}</tr></tfoot>
</table>`;
}

function cells({ objects, series, bytes }: Store['size']): Html[] {
  const texts = [grouped(objects), grouped(series), sizeText(bytes)];
  return texts.map((text) => html`<td class="number">${text}</td>`);
}
