// answer lays out the pages of both ports: head, headlines, sections.
import type Koa from 'koa';
import type { LeaderStatus } from '../../leader/status.ts';
import { headlinesOf, type ResourceStatus } from '../readiness.ts';
import type { ExplorerFiles } from './explorer.ts';
import { type Html, html } from './html.ts';
import { style } from './style.ts';

/** What both pages begin with. */
export interface Head {
  readonly title: string;
  readonly intro: string;
  readonly version: string;
  readonly statuses: readonly ResourceStatus[];
  readonly leaderStatus?: LeaderStatus | undefined;
  /** Whether its tables need more room than text does. */
  readonly wide?: boolean;
  /** Where given, the page becomes the explorer in browsers. */
  readonly explorerFiles?: ExplorerFiles | undefined;
}

/** The explorer's scripts ask this server alone. */
const explorerPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
const plainPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** Answers with a page of these sections; without the explorer it runs and loads nothing. */
export function answer(ctx: Koa.Context, head: Head, sections: readonly Html[]): void {
  const { title, intro, version, statuses, leaderStatus, wide = false, explorerFiles } = head;
  ctx.set('Content-Security-Policy', explorerFiles === undefined ? plainPolicy : explorerPolicy);
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
${explorerFiles === undefined ? html`<style>${style}</style>` : linksTo(explorerFiles)}
</head>
<body${wide ? html` class="wide"` : ''}>
${explorerFiles === undefined ? '' : html`<div id="explorer" class="plain">`}
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
${explorerFiles === undefined ? '' : html`</div>`}
</body>
</html>
`.toString();
}

const linksTo = ({ script, style: sheet }: ExplorerFiles): Html =>
  html`<link rel="stylesheet" href="explorer/${sheet}">
<script type="module" src="explorer/${script}"></script>`;

const leaderLine = ({ sentence, serves, ready }: LeaderStatus): Html =>
  statusLine(sentence, serves && ready);

const statusLine = (sentence: string, good: boolean): Html =>
  html`<p class="status ${good ? 'good' : 'partial'}">${sentence}</p>`;

/** Links, and what is behind each. */
export function linkList(links: readonly (readonly [href: string, what: string])[]): Html {
  const items = links.map(([href, what]) => {
    // Relative, because a proxy may serve the page under any prefix.
    const to = href.replace(/^\//, '');
    return html`<div><dt><a href="${to}">${href}</a></dt><dd>${what}</dd></div>\n`;
  });
  return html`<dl>${items}</dl>`;
}
