// telemetryPage is the page of :8081: what a stranger needs to know of this process at night.
import type Koa from 'koa';
import type { LeaderStatus } from '../../leader/status.ts';
import { grouped } from '../../lib/grouped.ts';
import type { PromotionWork } from '../../store/types.ts';
import { ageText, type ResourceStatus } from '../readiness.ts';
import { type Html, html } from './html.ts';
import { answer, linkList } from './layout.ts';
import { logSection } from './logSection.ts';
import { memorySection } from './memorySection.ts';
import { resourceSection } from './resourceSection.ts';
import type { ConfigFile, StatusReport } from './statusReport.ts';
import { agoText, facts, millisecondsText, timeOf } from './words.ts';

export interface TelemetryPage {
  readonly report: StatusReport;
  readonly metricsPort: number;
  readonly statuses: readonly ResourceStatus[];
  readonly leaderStatus?: LeaderStatus | undefined;
  /** Whether --enable-profiling is on. */
  readonly profiling: boolean;
}

export function telemetryPage(ctx: Koa.Context, page: TelemetryPage): void {
  const { report, statuses, leaderStatus } = page;
  const { version } = report.build;
  const intro = 'The health of this exporter.';
  const head = { title: 'Telemetry', intro, version, statuses, leaderStatus, wide: true };
  answer(ctx, head, [
    processSection(report),
    resourceSection(statuses, report),
    logSection(report),
    memorySection(report),
    workSection(report),
    configSection(report),
    linkSections(ctx, page),
  ]);
}

const contents = [
  ['resources', 'Resources'],
  ['log', 'Log'],
  ['memory', 'Memory'],
  ['work', 'Work'],
  ['configuration', 'Configuration'],
  ['pages', 'Pages'],
] as const;

function processSection(report: StatusReport): Html {
  const { nowMs, uptimeMs, build, log } = report;
  const links = contents.map(([id, name]) => html`<a href="#${id}">${name}</a>\n`);
  return html`<section class="process">
${facts([
  ['Read at', html`${timeOf(nowMs)} <a href=".">Read again</a>`],
  ['Running for', html`${ageText(uptimeMs)}, since ${timeOf(nowMs - uptimeMs)}`],
  ['Node', `${build.node}, ${build.platform} ${build.arch}`],
  ['API server', apiServerText(report)],
  ['Warnings', html`<a href="#log">${warningsText(log, nowMs)}</a>`],
])}
<nav aria-label="Sections">
${links}</nav>
</section>`;
}

function warningsText({ lines: [last], total }: StatusReport['log'], nowMs: number): string {
  if (last === undefined) return 'none since the start';
  return `${grouped(total)}, the last ${agoText(Date.parse(last.time), nowMs)}`;
}

function apiServerText({ apiServer, nowMs }: StatusReport): string {
  if (apiServer === undefined) return 'it was not asked yet; read again';
  const { server, version, failure, atMs } = apiServer;
  const asked = `asked ${agoText(atMs, nowMs)}`;
  return version === undefined
    ? `${server}, ${asked} for its version: ${failure}`
    : `${version} at ${server}, ${asked}`;
}

function workSection({ loop, stalenessMs, storeWork, scrapes, nowMs }: StatusReport): Html {
  const { flushes, seconds, segments, compressed, decompressed, promotion } = storeWork;
  const longest = ({ minute, start }: { minute: number; start: number }): string =>
    `${millisecondsText(minute * 1_000)} in the last minute, ` +
    `${millisecondsText(start * 1_000)} since the start`;
  const each = millisecondsText((1_000 * seconds) / Math.max(1, flushes));
  const { inFlight, rejected, cutOff, last } = scrapes;
  return html`<section id="work">
<h2>Work</h2>
${facts([
  ['Event loop, longest delay', longest(loop.delay)],
  ['Event loop, longest run (CPU time)', longest(loop.runCpu)],
  ['Oldest change that no scrape shows', delayText(stalenessMs)],
  ['Flushes', `${grouped(flushes)}, ${each} each`],
  [
    'Segments',
    `${grouped(segments)} written, ${grouped(compressed)} compressed, ` +
      `${grouped(decompressed)} decompressed`,
  ],
  ...promotionFacts(promotion),
  ['Scrapes in flight', `${inFlight}; ${rejected} were rejected, ${cutOff} cut off`],
  [
    'Last scrapes',
    last.length === 0
      ? 'none'
      : html`<ul>${last.map(
          ({ method, seconds: took, endedMs }) =>
            html`<li>${millisecondsText(took * 1_000)}, ${agoText(endedMs, nowMs)}${
              method === 'head' ? ' (HEAD)' : ''
            }</li>\n`,
        )}</ul>`,
  ],
])}
</section>`;
}

/** How far changes of inherited labels have come; nothing where there were none. */
function promotionFacts({ waiting, changed }: PromotionWork): [string, string][] {
  if (waiting + changed === 0) return [];
  const left = waiting === 0 ? 'no object is left' : `${grouped(waiting)} objects are left`;
  return [['Changes of inherited labels', `${left}, ${grouped(changed)} done since the start`]];
}

function delayText(ms: number): string {
  if (ms === 0) return 'none';
  return ms < 60_000 ? millisecondsText(ms) : ageText(ms);
}

function configSection({ changedOptions, configFiles }: StatusReport): Html {
  const flags = changedOptions.map(({ flag, value }): [string, Html] => [
    flag,
    html`<code>${value}</code>`,
  ]);
  return html`<section id="configuration">
<h2>Configuration</h2>
<h3>Flags that are not at their defaults</h3>
${flags.length === 0 ? html`<p>None.</p>` : facts(flags)}
<h3>Files</h3>
${configFiles.length === 0 ? html`<p>None.</p>` : facts(configFiles.map(fileFact))}
</section>`;
}

function fileFact({ filename, inForce, hash, sinceMs }: ConfigFile): [string, Html] {
  const parts: Html[] = [];
  if (sinceMs !== undefined) parts.push(html`in force since ${timeOf(sinceMs)}`);
  if (hash !== undefined) parts.push(html`hash ${String(hash)}`);
  if (!inForce) {
    const what = sinceMs === undefined ? 'left out: it is wrong' : 'its new content was refused';
    parts.push(html`<strong class="bad">${what}; see the log</strong>`);
  }
  return [filename, html`${parts.flatMap((part, i) => (i === 0 ? [part] : [html`, `, part]))}`];
}

function linkSections(ctx: Koa.Context, { metricsPort, profiling }: TelemetryPage): Html {
  const metrics = `${ctx.protocol}://${ctx.hostname}:${metricsPort}`;
  const profiles: [string, string][] = [
    ['/debug/profile/cpu?seconds=10', 'a CPU profile of ten seconds, for V8 tools'],
    ['/debug/profile/heap', 'a heap snapshot; the process does nothing else until it is made'],
  ];
  return html`<section id="pages">
<h2>Pages</h2>
${linkList([
  ['/metrics', 'metrics about kubestate itself, for Prometheus to scrape'],
  ['/readyz', '200 once every resource is synced or refused, 503 before; a line per resource'],
  ['/livez', 'OK while the process answers'],
  ['/healthz', 'the same, under the name that startup probes use'],
  ...(profiling ? profiles : []),
])}
</section>
<section>
<h2>Port ${metricsPort}: the cluster</h2>
${linkList([
  [`${metrics}/`, 'what is served, and its size'],
  [`${metrics}/metrics`, 'metrics about the cluster'],
])}
</section>`;
}
