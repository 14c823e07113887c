// The inline style sheet of the pages, and the colours that the explorer has too, light and dark.
import { Html } from './html.ts';

export const colours = `:root {
  color-scheme: light dark;
  --ink: light-dark(#1c2430, #e4e9f0);
  --soft: light-dark(#5a6675, #9aa7b7);
  --line: light-dark(#dfe4ea, #2c3542);
  --paper: light-dark(#ffffff, #11161d);
  --panel: light-dark(#f5f7f9, #181f28);
  --link: light-dark(#1b5fc1, #7fb2ff);
  --good: light-dark(#12703d, #5fd394);
  --wait: light-dark(#8a5300, #f0b35a);
  --bad: light-dark(#a52a1c, #ff9485);
  --amber: light-dark(#e09200, #f0b35a);
  --amber-panel: light-dark(#fff5e0, #2a2114);
}`;

export const style = new Html(`
${colours}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 3rem 1.5rem 4rem; max-width: 50rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere;
}
body.wide { max-width: 70rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .75rem; }
h1 { margin: 0; font-size: 2rem; font-weight: 650; letter-spacing: -.02em; }
.version { color: var(--soft); font-variant-numeric: tabular-nums; }
main > p:first-child { margin: .25rem 0 1.5rem; color: var(--soft); font-size: 1.125rem; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.125rem; font-weight: 650; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: .3em; }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 2px; }
.status {
  margin: 0; padding: .75rem 1rem; font-weight: 550; background: var(--panel);
  border-inline-start: .25rem solid var(--tone);
  border-start-end-radius: .5rem; border-end-end-radius: .5rem;
}
.status.good, .state.synced { --tone: var(--good); }
.status.partial, .state.waiting, .state.joining, .state.stale { --tone: var(--wait); }
.state.refused { --tone: var(--bad); }
.state.absent { --tone: var(--soft); }
.status.partial { background: var(--amber-panel); border-color: var(--amber); }
.status + .status { margin-top: .5rem; }
.state { color: var(--tone); font-weight: 600; white-space: nowrap; }
.state::before {
  content: ''; display: inline-block; width: .55em; height: .55em; margin-inline-end: .5em;
  border-radius: 50%; background: currentColor;
}
.state.waiting::before, .state.absent::before {
  background: none; box-shadow: inset 0 0 0 2px currentColor;
}
.state.refused::before { border-radius: 1px; }
dl {
  display: grid; grid-template-columns: fit-content(60%) minmax(0, 1fr); gap: .6rem 1.5rem;
  margin: 0;
}
dl > div { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; }
dt a, th a { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace; font-size: .9375em; }
dd { margin: 0; color: var(--soft); }
dl + table { margin-top: 1.5rem; }
table { width: 100%; border-collapse: collapse; }
caption { padding-bottom: .5rem; text-align: start; color: var(--soft); font-size: .875rem; }
th, td { padding: .45rem .75rem; text-align: start; vertical-align: baseline; }
th { font-weight: inherit; }
.readiness th[scope='row'] { min-width: 17.5rem; }
th:first-child { padding-inline-start: 0; }
th:last-child, td:last-child { padding-inline-end: 0; }
thead th { color: var(--soft); font-size: .875rem; font-weight: 550; }
tbody tr { border-top: 1px solid var(--line); }
tfoot tr { border-top: 2px solid var(--line); font-weight: 600; }
h3 { margin: 1.5rem 0 .5rem; font-size: 1rem; font-weight: 600; }
section > p { margin: 0 0 .75rem; }
.process dd a { white-space: nowrap; }
.about, .note { color: var(--soft); font-size: .875rem; }
.bad { color: var(--bad); font-weight: 600; }
.note { color: var(--wait); }
code { font: .9375em ui-monospace, 'SF Mono', Menlo, Consolas, monospace; }
.facts { gap: .35rem 1.5rem; }
.facts dt { color: var(--soft); }
.facts dd { color: var(--ink); font-variant-numeric: tabular-nums; }
.facts ul { margin: 0; padding: 0; list-style: none; }
.process { margin-top: 1.5rem; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: 1.25rem; }
summary { position: relative; padding-inline-start: 1.1rem; list-style: none; cursor: pointer; }
summary::-webkit-details-marker { display: none; }
summary::before { content: '▸'; position: absolute; inset-inline-start: 0; }
[open] > summary::before { content: '▾'; }
summary:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 2px; }
details .facts { margin: .5rem 0; font-size: .875rem; grid-template-columns: minmax(0, 1fr); }
.share {
  background: linear-gradient(var(--line) 0 0) right / var(--share) 60% no-repeat; width: 30%;
}
.memory { margin-top: 1rem; }
.log { margin: 0; padding: 0; list-style: none; }
.log li { padding: .6rem 0; border-top: 1px solid var(--line); }
.log p { margin: 0; }
.log time { color: var(--soft); font-variant-numeric: tabular-nums; }
.level { margin-inline: .35rem; color: var(--wait); font-weight: 600; }
.level.error, .level.fatal { color: var(--bad); }
.fields { display: block; margin-top: .25rem; font-size: .875rem; }
.fields > div { display: inline; margin-inline-end: 1rem; }
.fields dt, .fields dd { display: inline; }
.fields dt { color: var(--soft); }
.fields dt::after { content: ' '; }
.fields dd { color: var(--ink); font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace; }
.number { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
@media (40rem < width <= 60rem) {
  .readiness :is(th, td):not(:first-child) { padding-inline-start: .4rem; }
  .readiness :is(th, td):not(:last-child) { padding-inline-end: .4rem; }
}
@media (max-width: 40rem) {
  body { padding: 1.5rem 1rem 3rem; }
  dl { grid-template-columns: minmax(0, 1fr); }
  table, thead, tbody, tfoot, caption { display: block; }
  .sizes tr { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); padding: .45rem 0; }
  .sizes th[scope='row'] { grid-column: 1 / -1; }
  .sizes thead th:first-child { display: none; }
  .sizes th, .sizes td { padding: 0; }
  .sizes .number { white-space: normal; }
  .memory thead { display: none; }
  .memory tr { display: grid; grid-template-columns: minmax(0, 1fr) max-content; }
  .memory tr { padding: .35rem 0; }
  .memory th, .memory td { padding: 0; }
  .memory th[scope='row'] { grid-column: 1 / -1; }
  .memory td:nth-child(2) { grid-area: 2 / 2; }
  .memory td:nth-child(3) { grid-area: 2 / 1; width: auto; text-align: start; }
  .memory .share { background-position: left; }
  .readiness th[scope='row'] { min-width: 0; }
  .readiness thead { display: none; }
  .readiness tr { display: grid; grid-template-columns: minmax(0, 1fr) 3.5rem 5.25rem; }
  .readiness th[scope='row'] { grid-column: 1 / 3; }
  .readiness td:nth-child(4) { grid-column: 2 / 4; }
  .readiness tr { gap: 0 .25rem; padding: .45rem 0; font-size: .9375rem; }
  .readiness th, .readiness td { padding: 0; }
  .readiness td:nth-child(5) { grid-column: 1 / -1; color: var(--soft); }
  .readiness [data-label] { color: var(--soft); font-size: .875rem; text-align: start; }
  .readiness .number { white-space: normal; }
  .readiness [data-label]::before { content: attr(data-label) ' '; }
}
`);
