// answer lays out the pages of both ports: head, headlines, sections.
import type Koa from 'koa';
import type { LeaderStatus } from '../../leader/status.ts';
import { headlinesOf, type ResourceStatus } from '../readiness.ts';
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
}

/** Answers with a page of these sections, which runs no script and loads nothing. */
export function answer(ctx: Koa.Context, head: Head, sections: readonly Html[]): void {
  const { title, intro, version, statuses, leaderStatus, wide = false } = head;
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
<body${wide ? html` class="wide"` : ''}>
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

/** Links, and what is behind each. */
export function linkList(links: readonly (readonly [href: string, what: string])[]): Html {
  const items = links.map(
    ([href, what]) => html`<div><dt><a href="${href}">${href}</a></dt><dd>${what}</dd></div>\n`,
  );
  return html`<dl>${items}</dl>`;
}
