// The style sheet of the pictures: Grafana's dark theme, as far as they need it.
import { Html } from '../../src/http/pages/html.ts';

export const style = new Html(`
* { box-sizing: border-box; margin: 0; }
body { background: #111217; color: #ccccdc; font: 13px/1.4 'DejaVu Sans', sans-serif; }
header { display: flex; align-items: center; gap: 8px; height: 64px; padding: 0 12px; }
h1 { font-size: 18px; font-weight: 500; margin-inline-end: 24px; }
header span { padding: 5px 8px; background: #22252b; font-size: 12px; }
header b {
  padding: 5px 12px; background: #181b1f; font-weight: 400; font-size: 12px; margin-inline:
  -8px 8px;
}
h2 { position: absolute; padding: 6px 4px; font-size: 14px; font-weight: 500; }
h2::before { content: '⌄'; margin-inline-end: 8px; }
section {
  position: absolute; overflow: hidden; background: #181b1f; border: 1px solid #22252b;
  border-radius: 2px;
}
h3 {
  height: 32px; padding: 7px 8px; font-size: 13px; font-weight: 500; white-space: nowrap;
  overflow: hidden; text-overflow: ellipsis;
}
.stat {
  height: calc(100% - 40px); display: grid; place-items: center; font-size: 34px; font-
  weight: 500;
}
.none { height: calc(100% - 40px); display: grid; place-items: center; color: #8e8e99; }
table {
  width: calc(100% - 16px); margin: 0 8px; border-collapse: collapse; table-layout: fixed;
  font-size: 12px;
}
th, td {
  height: 36px; padding: 0 6px; border-bottom: 1px solid #22252b; text-align: start; font-
  weight: 400; white-space: nowrap; overflow: hidden; text-overflow: ellipsis;
}
th { color: #6e9fff; font-weight: 500; }
.number { text-align: end; }
.link { text-decoration: underline; text-underline-offset: 3px; }
td i { float: left; height: 14px; margin-top: 2px; opacity: .8; }
.pager { position: absolute; bottom: 8px; right: 12px; color: #8e8e99; font-size: 12px; }
.chart { padding: 0 8px; }
.beside { display: flex; }
svg { display: block; flex: none; }
svg path { stroke: #2c3038; }
svg polyline { fill: none; stroke-width: 1.3; }
svg text { fill: #8e8e99; font-size: 11px; }
ul { padding: 4px 0 0 8px; list-style: none; font-size: 11px; overflow: hidden; }
li { display: flex; align-items: center; gap: 6px; height: 20px; }
li i { flex: none; width: 12px; height: 3px; }
li span { flex: 1; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
li b { font-weight: 400; }
`);
