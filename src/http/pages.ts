// The landing pages: what a person sees who opens one of the two ports in a browser.
import type Koa from 'koa';
import type { Store } from '../metrics/store.ts';
import { type Html, html } from './html.ts';
import type { Standing } from './leadership.ts';
import { type ResourceStatus, stateOf, summaryOf } from './readiness.ts';
import { style } from './style.ts';

export interface MetricsPage {
  readonly version: string;
  readonly telemetryPort: number;
  readonly statuses: readonly ResourceStatus[];
  readonly standing?: Standing | undefined;
  readonly stores: ReadonlyMap<string, Pick<Store, 'size'>>;
}

/** The landing page of :8080: what is served, how much of it, and where the rest is. */
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
  [`${telemetry}/`, 'where each resource stands'],
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
  readonly standing?: Standing | undefined;
}

/** The landing page of :8081: where each resource stands, and the pages for probes and scrapers. */
export function telemetryPage(ctx: Koa.Context, page: TelemetryPage): void {
  const metrics = `${ctx.protocol}://${ctx.hostname}:${page.metricsPort}`;
  answer(ctx, { title: 'Telemetry', intro: 'How this exporter is doing.', ...page }, [
    html`<section>
<h2>Readiness</h2>
${readinessTable(page.statuses)}
</section>`,
    html`<section>
<h2>Pages</h2>
${linkList([
  ['/metrics', 'metrics about kubestate itself, for Prometheus to scrape'],
  ['/readyz', '200 once nothing is waited for, 503 before; a line for each resource'],
  ['/livez', 'OK while the process answers'],
  ['/healthz', 'the same, under the name that startup probes use'],
])}
</section>`,
    html`<section>
<h2>Port ${page.metricsPort}: the cluster</h2>
${linkList([
  [`${metrics}/`, 'what is served, and how much of it'],
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
  readonly standing?: Standing | undefined;
}

function answer(ctx: Koa.Context, head: Head, sections: readonly Html[]): void {
  const { title, intro, version, statuses, standing } = head;
  const tone = statuses.every((status) => stateOf(status) === 'synced') ? 'good' : 'partial';
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
<p class="status ${tone}">${summaryOf(statuses)}</p>
${standing === undefined ? '' : leaderLine(standing)}
${sections}
</main>
</body>
</html>
`.toString();
}

const leaderLine = ({ sentence, serves, ready }: Standing): Html =>
  html`<p class="status ${serves && ready ? 'good' : 'partial'}">${sentence}</p>`;

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
  return html`<table>
<caption>What is served now, by resource</caption>
<thead><tr><th scope="col">Resource</th><th scope="col" class="number">Objects</th>
<th scope="col" class="number">Series</th><th scope="col" class="number">Size</th></tr></thead>
<tbody>
${rows}</tbody>
<tfoot><tr><th scope="row">In all</th>${cells(total)}</tr></tfoot>
</table>`;
}

function cells({ objects, series, bytes }: Store['size']): Html[] {
  const texts = [grouped.format(objects), grouped.format(series), sizeText(bytes)];
  return texts.map((text) => html`<td class="number">${text}</td>`);
}

function readinessTable(statuses: readonly ResourceStatus[]): Html {
  const rows = statuses.map((status) => {
    const state = stateOf(status);
    return html`<tr><th scope="row">${status.resource}</th>
<td><span class="state ${state}">${state}</span></td><td>${status.detail}</td></tr>\n`;
  });
  return html`<table>
<caption>Each resource, and what its reflector is at</caption>
<thead><tr><th scope="col">Resource</th><th scope="col">State</th>
<th scope="col">Detail</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}

const grouped = new Intl.NumberFormat('en');
const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Bytes as a person reads them: three digits at the most and a unit. */
function sizeText(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < byteUnits.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${unit > 0 && size < 10 ? size.toFixed(1) : Math.round(size)} ${byteUnits[unit]}`;
}
