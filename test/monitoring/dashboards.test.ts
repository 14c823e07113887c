// The dashboards: their queries use existing families, and their JSON fits Grafana's model.
import { expect } from 'chai';
import { dashboards } from '../../monitoring/dashboards/index.ts';
import { type Dashboard, type Panel, queriesOf } from '../../monitoring/dashboards/model.ts';
import { dashboardFiles } from '../../tools/generate/dashboards.ts';
import { selectorsOf } from '../support/promql.ts';
import { filledIn } from './filled.ts';
import { type Known, knownOfSelf, knownOfTables, missingIn } from './known.ts';
import { knownOfNeighbours } from './neighbours.ts';

interface Placed {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
}

const panelsOf = ({ rows }: Dashboard): readonly Panel[] => rows.flatMap(({ panels }) => panels);

const missing = (query: string, known: Known): string[] => missingIn(filledIn(query), known);

/** The selector or expression in the query of a variable. */
const insideOf = (query: string): string =>
  query.replace(/^label_values\((.+), (\w+)\)$/, 'group by ($2) ($1)').replace(/^query_result/, '');

describe('a dashboard', () => {
  let own: Known;
  before(async () => {
    own = new Map([...knownOfTables(), ...(await knownOfSelf())]);
  });

  it('fails this test with a family or label that does not exist', () => {
    const query = 'sum by (pod, hat) (kube_pod_info{mood="x"}) / kube_pot';
    expect(missing(query, own)).to.have.members([
      'kube_pod_info: mood',
      'kube_pod_info: hat',
      'kube_pot',
    ]);
    expect(() => missing('sum(kube_pod_info', own)).to.throw('expected PromQL');
    expect(() => missing('kube_pod_info{pod="$pot"}', own)).to.throw('$pot');
  });

  it('has a unique and stable uid', () => {
    const files = dashboardFiles(dashboards);
    const uids = Object.values(files).map((text) => (JSON.parse(text) as { uid: string }).uid);
    expect(uids).to.deep.equal([
      'kubestate-cluster',
      'kubestate-workloads',
      'kubestate-namespaces',
      'kubestate-storage',
      'kubestate-jobs',
      'kubestate-custom-resources',
      'kubestate-kubestate',
    ]);
  });

  for (const dashboard of dashboards) {
    const { title, name, variables } = dashboard;
    const panels = panelsOf(dashboard);

    describe(title, () => {
      for (const panel of panels) {
        it(`queries existing families and labels: ${panel.title}`, () => {
          for (const { query, joins } of queriesOf(panel)) {
            const known = joins ? new Map([...own, ...knownOfNeighbours[joins]]) : own;
            expect(missing(query, known), query).to.deep.equal([]);
          }
        });
      }

      it('has variables over existing labels, and uses no others', () => {
        for (const { query } of variables) {
          expect(missing(insideOf(query), own), query).to.deep.equal([]);
        }
        const used = panels
          .flatMap((panel) => queriesOf(panel))
          .flatMap(({ query }) => [...query.matchAll(/\$([a-z]\w*)/g)].map(([, found]) => found));
        expect([...new Set(used)].sort()).to.deep.equal(variables.map((one) => one.name).sort());
      });

      it('matches no job label, which differs between installations', () => {
        for (const { query } of panels.flatMap((panel) => queriesOf(panel))) {
          const jobs = selectorsOf(filledIn(query)).flatMap(({ matchers }) =>
            matchers.filter(({ label }) => label === 'job'),
          );
          expect(jobs, query).to.deep.equal([]);
        }
      });

      it('describes each panel in a few short sentences, with a unique title', () => {
        for (const { about } of panels) {
          expect(about).to.match(/^[A-Z].{20,220}[^.]\.$/);
          expect(about.split(/[.!?] (?=[A-Z])/), about).to.have.length.at.most(3);
        }
        const ofKind = panels.map((panel) => `${panel.kind} ${panel.title}`);
        expect(new Set(ofKind)).to.have.property('size', ofKind.length);
      });

      it('has only labels of the query in legends', () => {
        for (const panel of panels) {
          const legends = panel.kind === 'lines' ? panel.queries : [];
          for (const { query, legend } of legends) {
            const labels = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
            const all = selectorsOf(filledIn(query)).flatMap((one) => one.labels);
            expect(['instance', ...all], query).to.include.members(labels);
          }
        }
      });

      it('sorts tables by a column, and links to dashboards with the variable', () => {
        for (const panel of panels) {
          if (panel.kind !== 'table') continue;
          const { keys, columns, sort, links = {} } = panel;
          const headings = [
            ...Object.values(keys),
            ...columns.flatMap((one) => ('labels' in one ? Object.values(one.labels) : one.title)),
          ];
          expect(headings, panel.title).to.include(sort.replace(/^-/, ''));
          expect(new Set(headings), panel.title).to.have.property('size', headings.length);
          for (const [variable, to] of Object.entries(links)) {
            const target = dashboards.find((one) => one.name === to);
            expect(target?.variables.map((one) => one.name)).to.include(variable);
            expect(Object.keys(keys)).to.include(variable);
          }
        }
      });

      it('fills the grid without gaps and overlaps, with unique panel ids', () => {
        const text = dashboardFiles([dashboard])[`${name}.json`] ?? '';
        const { panels: placed } = JSON.parse(text) as { panels: readonly Placed[] };
        const cells = new Set<string>();
        for (const { gridPos, title: of } of placed) {
          for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
            for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
              expect(cells.has(`${x} ${y}`), of).to.equal(false);
              cells.add(`${x} ${y}`);
            }
          }
        }
        const height = Math.max(...placed.map(({ gridPos }) => gridPos.y + gridPos.h));
        expect(cells.size).to.equal(24 * height);
        expect(placed.map(({ id }) => id)).to.deep.equal(placed.map((_, i) => i + 1));
      });
    });
  }

  it('is rejected if its panels do not fill their lines', () => {
    const stat = { kind: 'stat', about: '', unit: 'none', query: 'vector(1)' } as const;
    const of = (...widths: number[]): Dashboard => ({
      name: 'x',
      title: 'X',
      about: '',
      variables: [],
      rows: [{ title: 'Row', panels: widths.map((width) => ({ ...stat, title: 'P', width })) }],
    });
    expect(() => dashboardFiles([of(12)])).to.throw('"P" ends before column 24');
    expect(() => dashboardFiles([of(20, 8)])).to.throw('"P" ends beyond column 24');
    expect(() => dashboardFiles([of(20, 4, 24)])).not.to.throw();
  });
});
