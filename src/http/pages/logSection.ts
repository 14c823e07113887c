// logSection shows the last warnings and errors of the log.
import { grouped } from '../../lib/grouped.ts';
import type { LoggedLine } from '../../lib/logRing.ts';
import { type Html, html } from './html.ts';
import type { StatusReport } from './statusReport.ts';
import { agoText } from './words.ts';

/** So many lines are open, and the others folded. */
const openMax = 10;

export function logSection({ log: { lines, total }, nowMs }: StatusReport): Html {
  const [open, folded] = [lines.slice(0, openMax), lines.slice(openMax)];
  const what =
    total === 0
      ? 'No warning and no error since the start.'
      : `Warnings and errors since the start: ${grouped(total)}. The newest first` +
        `${total > lines.length ? `; the last ${lines.length} are kept` : ''}.`;
  return html`<section id="log">
<h2>Log</h2>
<p class="about">${what}</p>
${open.length === 0 ? '' : lineList(open, nowMs)}
${
  folded.length === 0
    ? ''
    : html`<details><summary>${folded.length} older lines</summary>
${lineList(folded, nowMs)}</details>`
}
</section>`;
}

const lineList = (lines: readonly LoggedLine[], nowMs: number): Html =>
  html`<ol class="log">
${lines.map((line) => lineItem(line, nowMs))}</ol>`;

function lineItem({ level, time, message, fields, lostFields }: LoggedLine, nowMs: number): Html {
  const texts = fields.map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>\n`);
  const cut =
    lostFields === undefined
      ? ''
      : html`<p class="about">Cut: ${lostFields} more fields are in the log itself.</p>`;
  return html`<li><p><time datetime="${time}">${time}, ${agoText(Date.parse(time), nowMs)}</time>
<span class="level ${level}">${level}</span> ${message}</p>
${texts.length === 0 ? '' : html`<dl class="fields">${texts}</dl>`}${cut}</li>
`;
}
