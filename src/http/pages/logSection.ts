// logSection shows the last warnings and errors of the log.
import type { LoggedLine } from '../../lib/logRing.ts';
import { type Html, html } from './html.ts';
import type { StatusReport } from './statusReport.ts';

/** So many lines are open, and the others folded. */
const openMax = 10;

export function logSection({ log: { lines, total } }: StatusReport): Html {
  const [open, folded] = [lines.slice(0, openMax), lines.slice(openMax)];
  const what =
    total === 0
      ? 'No warning and no error since the start.'
      : `Warnings and errors since the start: ${total}. The newest first` +
        `${total > lines.length ? `; the last ${lines.length} are kept` : ''}.`;
  return html`<section id="log">
<h2>Log</h2>
<p class="about">${what}</p>
${open.length === 0 ? '' : lineList(open)}
${
  folded.length === 0
    ? ''
    : html`<details><summary>${folded.length} older lines</summary>${lineList(folded)}</details>`
}
</section>`;
}

const lineList = (lines: readonly LoggedLine[]): Html =>
  html`<ol class="log">
${lines.map(lineItem)}</ol>`;

function lineItem({ level, time, message, fields, lostFields }: LoggedLine): Html {
  const texts = fields.map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>\n`);
  const cut =
    lostFields === undefined
      ? ''
      : html`<p class="about">Cut: ${lostFields} more fields are in the log itself.</p>`;
  return html`<li><p><time datetime="${time}">${time}</time>
<span class="level ${level}">${level}</span> ${message}</p>
${texts.length === 0 ? '' : html`<dl class="fields">${texts}</dl>`}${cut}</li>
`;
}
