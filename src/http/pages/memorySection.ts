// memorySection shows whose the memory of the process is, and how far its limits are.

import { sizeText } from '../../lib/sizeText.ts';
import { type Html, html } from './html.ts';
import type { MemoryOwner, MemoryUse, StatusReport } from './statusReport.ts';
import { facts } from './words.ts';

/** From this share of a limit on, its use stands out; the log warns then, too. */
const shareMax = 0.9;

export function memorySection({ memory }: StatusReport): Html {
  const { owners, residentBytes, heap, container } = memory;
  return html`<section id="memory">
<h2>Memory</h2>
${facts([
  ['Container', container === undefined ? 'no limit' : useText(container)],
  ['Old generation of V8', useText(heap)],
])}
<table class="memory">
<caption>The resident set by owner; ≈ is an estimate by the number of objects</caption>
<thead><tr><th scope="col">Owner</th><th scope="col" class="number">Size</th>
<th scope="col" class="number">Share</th></tr></thead>
<tbody>
${owners.map((owner) => ownerRow(owner, residentBytes))}</tbody>
<tfoot><tr><th scope="row">In all</th><td class="number">${sizeText(residentBytes)}</td>
<td class="number">100 %</td></tr></tfoot>
</table>
</section>`;
}

function ownerRow({ name, bytes, estimate }: MemoryOwner, residentBytes: number): Html {
  const percent = (100 * bytes) / residentBytes;
  const size = `${estimate ? '≈ ' : ''}${bytes < 0 ? '−' : ''}${sizeText(Math.abs(bytes))}`;
  return html`<tr><th scope="row">${name}</th><td class="number">${size}</td>
<td class="number share" style="--share: ${Math.max(0, percent).toFixed(1)}%">${percentText(
    percent,
  )}</td></tr>
`;
}

const percentText = (percent: number): string =>
  percent > 0 && percent < 1 ? '< 1 %' : `${Math.round(percent)} %`.replace('-', '−');

function useText({ usedBytes, limitBytes }: MemoryUse): Html {
  const percent = Math.round((100 * usedBytes) / limitBytes);
  const text = `${sizeText(usedBytes)} of ${sizeText(limitBytes)}, ${percent} %`;
  return usedBytes >= shareMax * limitBytes
    ? html`<strong class="bad">${text}</strong>`
    : html`${text}`;
}
