// Words of the page on :8081: times, ages, and lists of facts.
import { ageText } from '../readiness.ts';
import { type Html, html } from './html.ts';

/** A time in UTC to the second. */
export function timeOf(ms: number): Html {
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
}

/** How long ago; a clock that was set back makes it now. */
export const agoText = (ms: number, nowMs: number): string =>
  `${ageText(Math.max(0, nowMs - ms))} ago`;

/** A short time with its unit: 0.4 ms, 12 ms, 1.2 s. */
export function millisecondsText(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;
}

/** Names with what is to be said of each. */
export const facts = (items: readonly (readonly [name: string, what: Html | string])[]): Html =>
  html`<dl class="facts">${items.map(
    ([name, what]) => html`<div><dt>${name}</dt><dd>${what}</dd></div>\n`,
  )}</dl>`;
