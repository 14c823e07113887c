// metricsPage and telemetryPage are the landing pages of the two ports.
import type Koa from 'koa';
import type { LeaderStatus } from '../../leader/status.ts';
import { grouped } from '../../lib/grouped.ts';
import { sizeText } from '../../lib/sizeText.ts';
import type { Store } from '../../store/types.ts';
import { detailOf, headlinesOf, type ResourceStatus, stateOf } from '../readiness.ts';
import { type Html, html } from './html.ts';
import { style } from './style.ts';

export interface MetricsPage {
  readonly version: string;
  readonly telemetryPort: number;
  readonly statuses: readonly ResourceStatus[];
  readonly leaderStatus?: LeaderStatus | undefined;
  readonly stores: ReadonlyMap<string, Pick<Store, 'size'>>;
}

/** The landing page of :8080: links, and the size of each resource. */
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

export interface TelemetryPage {
  readonly version: string;
  readonly metricsPort: number;
  readonly statuses: readonly ResourceStatus[];
  readonly leaderStatus?: LeaderStatus | undefined;
}

/** The landing page of :8081: the state of each resource, and links. */
export function telemetryPage(ctx: Koa.Context, page: TelemetryPage): void {
  const metrics = `${ctx.protocol}://${ctx.hostname}:${page.metricsPort}`;
  answer(ctx, { title: 'Telemetry', intro: 'The health of this exporter.', ...page }, [
    html`<section>
<h2>Readiness</h2>
${readinessTable(page.statuses)}
</section>`,
    html`<section>
<h2>Pages</h2>
${linkList([
  ['/metrics', 'metrics about kubestate itself, for Prometheus to scrape'],
  ['/readyz', '200 once every resource is synced or refused, 503 before; a line per resource'],
  ['/livez', 'OK while the process answers'],
  ['/healthz', 'the same, under the name that startup probes use'],
])}
</section>`,
    html`<section>
<h2>Port ${page.metricsPort}: the cluster</h2>
${linkList([
  [`${metrics}/`, 'what is served, and its size'],
  [`${metrics}/metrics`, 'metrics about the cluster'],
])}
</section>`,
  ]);
}

interface Head {
  readonly title: string;
  readonly intro: string;
  readonly version: string;
  readonly statuses: readonly ResourceStatus[];
  readonly leaderStatus?: LeaderStatus | undefined;
}

function answer(ctx: Koa.Context, head: Head, sections: readonly Html[]): void {
  const { title, intro, version, statuses, leaderStatus } = head;
  ctx.set(
    'Content-Security-Policy',
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
  );
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('Cache-Control', 'no-store');
  ctx.type = 'text/html';
  ctx.body = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · kubestate</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header>
<h1>kubestate</h1>
<span class="version">${version}</span>
</header>
<main>
<p>${intro}</p>
${headlinesOf(statuses, leaderStatus).map(({ sentence, good }) => statusLine(sentence, good))}
${leaderStatus === undefined ? '' : leaderLine(leaderStatus)}
${sections}
</main>
</body>
</html>
`.toString();
}

const leaderLine = ({ sentence, serves, ready }: LeaderStatus): Html =>
  statusLine(sentence, serves && ready);

const statusLine = (sentence: string, good: boolean): Html =>
  html`<p class="status ${good ? 'good' : 'partial'}">${sentence}</p>`;

function linkList(links: readonly (readonly [href: string, what: string])[]): Html {
  const items = links.map(
    ([href, what]) => html`<div><dt><a href="${href}">${href}</a></dt><dd>${what}</dd></div>\n`,
  );
  return html`<dl>${items}</dl>`;
}

function resourceTable(stores: MetricsPage['stores']): Html {
  const rows = [...stores].map(([resource, { size }]) => {
    const href = `/metrics?resources=${encodeURIComponent(resource)}`;
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

function readinessTable(statuses: readonly ResourceStatus[]): Html {
  const rows = statuses.map((status) => {
    const state = stateOf(status);
    return html`<tr><th scope="row">${status.resource}</th>
<td><span class="state ${state}">${state}</span></td><td>${detailOf(status)}</td></tr>\n`;
  });
  return html`<table class="readiness">
<caption>Each resource, and what its reflector is doing</caption>
<thead><tr><th scope="col">Resource</th><th scope="col">State</th>
<th scope="col">Detail</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}
