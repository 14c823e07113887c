// The renderer of the dashboards' pictures: tables, units, colours and the page.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Board, BoardPanel } from '../../tools/dashboards/grafana.ts';
import { shown, withUnit } from '../../tools/dashboards/grafana.ts';
import { heightOf, pageOf } from '../../tools/dashboards/page.ts';
import { tableOf } from '../../tools/dashboards/table.ts';

const folder = join(import.meta.dirname, '../../helm/kube-state-metrics/files/dashboards');
const boardOf = (name: string): Board =>
  JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Board;

const panelOf = (board: Board, title: string): BoardPanel => {
  const panel = board.panels.find((one) => one.type === 'table' && one.title === title);
  if (panel === undefined) throw new Error(`expected a table "${title}"`);
  return panel;
};

describe('a picture of a dashboard', () => {
  it('merges, names, orders and sorts the results of a table', () => {
    const panel = panelOf(boardOf('workloads'), 'StatefulSets');
    const of = (statefulset: string) => ({ namespace: 'shop', statefulset });
    const results = [
      [
        { labels: of('a'), value: 0 },
        { labels: of('b'), value: 2 },
      ],
      [{ labels: of('b'), value: 3 }],
      [],
      [{ labels: of('a'), value: 1 }],
    ];
    expect(tableOf(panel, results)).to.deep.equal({
      headings: ['Namespace', 'StatefulSet', 'Missing', 'Desired', 'Old revision'],
      rows: [
        ['shop', 'b', 2, 3, undefined],
        ['shop', 'a', 0, undefined, 1],
      ],
    });
  });

  it('has a column for the cluster where series have the label', () => {
    const panel = panelOf(boardOf('workloads'), 'StatefulSets');
    const labels = { cluster: 'east', namespace: 'shop', statefulset: 'a' };
    const { headings } = tableOf(panel, [[{ labels, value: 0 }], [], [], []]);
    expect(headings.slice(0, 3)).to.deep.equal(['Cluster', 'Namespace', 'StatefulSet']);
  });

  for (const [value, unit, text] of [
    [0.1234, 'percentunit', '12.3%'],
    [1_536, 'bytes', '1.5 KiB'],
    [0, 'bytes', '0 B'],
    [12_345, 'short', '12.3 K'],
    [5_400, 's', '1.5 hours'],
    [-90, 's', '-1.5 mins'],
    [0.05, 's', '50 ms'],
    [2.5, 'suffix: cores', '2.5 cores'],
    [Number.POSITIVE_INFINITY, 'percentunit', '∞'],
  ] as const) {
    it(`writes ${value} of ${unit} as ${text}`, () => {
      expect(withUnit(value, unit)).to.equal(text);
    });
  }

  it('colours a value by its thresholds, or by its mapping', () => {
    const steps = [
      { color: 'green', value: null },
      { color: 'red', value: 1 },
    ];
    expect(shown(0, { thresholds: { steps } }).colour).to.equal('#73bf69');
    expect(shown(1, { thresholds: { steps } }).colour).to.equal('#f2495c');
    const mappings = [{ options: { Pending: { text: 'Pending', color: 'orange' } } }];
    expect(shown('Pending', { mappings })).to.deep.equal({ text: 'Pending', colour: '#ff9830' });
  });

  it('has every panel, and says which have no data', () => {
    const board = boardOf('storage');
    const page = pageOf(board, {}, () => ({ rows: [], series: [], from: 0, to: 60 }));
    for (const { title } of board.panels) expect(page).to.include(title);
    const empty = board.panels.filter(({ type }) => type !== 'row' && type !== 'stat');
    expect(page.match(/No data/g)).to.have.length(empty.length);
    expect(heightOf(board)).to.be.greaterThan(1_000);
  });
});
