// The dashboards: their queries use existing families, and their JSON fits Grafana's model.
import { expect } from 'chai';
import { dashboards } from '../../monitoring/dashboards/index.ts';
import {
  type Column,
  type Dashboard,
  headingsOf,
  isOfLabels,
  keysOf,
  nextOf,
  type Panel,
  queriesOf,
} from '../../monitoring/dashboards/model.ts';
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
  readonly options?: { readonly enablePagination?: boolean; readonly footer?: object };
  readonly fieldConfig?: {
    readonly defaults: { readonly links?: readonly Link[] };
    readonly overrides: readonly {
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
}

interface Link {
  readonly url: string;
}

/** The panels of a dashboard's JSON, with the headings of rows. */
const placedOf = (dashboard: Dashboard): readonly Placed[] => {
  const text = dashboardFiles([dashboard], dashboards)[`${dashboard.name}.json`] ?? '';
  return (JSON.parse(text) as { panels: readonly Placed[] }).panels;
};

const linksOf = ({ fieldConfig }: Placed): readonly Link[] => [
  ...(fieldConfig?.defaults.links ?? []),
  ...(fieldConfig?.overrides ?? [])
    .flatMap(({ properties }) => properties)
    .filter(({ id }) => id === 'links')
    .flatMap(({ value }) => value as readonly Link[]),
];

const labelsIn = (legend: string): readonly string[] =>
  [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);

const labelsOf = (column: Column): Readonly<Record<string, string>> =>
  isOfLabels(column) ? column.labels : {};

/** Labels with more values the larger a cluster is: lines by them are limited in number. */
const GROWING = ['namespace', 'node', 'pod', 'container', 'cronjob', 'persistentvolumeclaim'];

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
      'kubestate-pods',
      'kubestate-namespaces',
      'kubestate-storage',
      'kubestate-jobs',
      'kubestate-custom-resources',
      'kubestate-kubestate',
    ]);
  });

  it('hides the variable of the cluster alone, which the chart shows by this text', () => {
    for (const text of Object.values(dashboardFiles(dashboards))) {
      expect(text.match(/"hide": 2/g)).to.have.length(1);
      const { templating } = JSON.parse(text) as {
        templating: { list: { name: string; hide: number }[] };
      };
      expect(templating.list.find(({ hide }) => hide === 2)).to.have.property('name', 'cluster');
    }
  });

  for (const dashboard of dashboards) {
    const { title, variables, joins: ofAll } = dashboard;
    const panels = panelsOf(dashboard);

    describe(title, () => {
      for (const panel of panels) {
        it(`queries existing families and labels: ${panel.title}`, () => {
          for (const { query, joins } of queriesOf(panel, ofAll)) {
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
          for (const { query, legend = '' } of queriesOf(panel)) {
            const labels = labelsIn(legend);
            const all = selectorsOf(filledIn(query)).flatMap((one) => one.labels);
            expect(['instance', 'cluster', ...all], query).to.include.members(labels);
          }
        }
      });

      it('limits the lines that grow with a cluster, and has tables in pages', () => {
        for (const panel of panels) {
          if (panel.kind !== 'lines' && panel.kind !== 'states') continue;
          // Pods are chosen one by one.
          if (variables.some(({ all }) => all === false)) continue;
          for (const { query, legend = '' } of queriesOf(panel)) {
            if (!labelsIn(legend).some((label) => GROWING.includes(label))) continue;
            expect(query, panel.title).to.match(/topk|bottomk/);
          }
        }
        for (const { options } of placedOf(dashboard).filter(({ type }) => type === 'table')) {
          expect(options).to.deep.include({ enablePagination: true });
          expect(options?.footer).to.deep.include({ enablePagination: true });
        }
      });

      it('sorts tables by a column, and links from labels that they have', () => {
        for (const panel of panels) {
          if (panel.kind !== 'table') continue;
          const { columns, sort, links = {} } = panel;
          const labels = Object.assign({}, keysOf(panel), ...columns.map((one) => labelsOf(one)));
          const headings = [...Object.values(keysOf(panel)), ...columns.flatMap(headingsOf)];
          expect(headings, panel.title).to.include(sort.replace(/^-/, ''));
          expect(new Set(headings), panel.title).to.have.property('size', headings.length);
          expect(Object.keys(labels), panel.title).to.include.members(Object.keys(links));
        }
      });

      it('leads from each number to a dashboard, or to a column of a table below', () => {
        for (const [index, panel] of panels.entries()) {
          if (panel.kind !== 'stat') continue;
          for (const next of nextOf(panel)) {
            if ('dashboard' in next) {
              expect(panel, panel.title).not.to.have.property('trouble');
              continue;
            }
            const below = panels.slice(index);
            const table = below.find(
              ({ kind, title: of }) => kind === 'table' && of === next.table,
            );
            const columns = table?.kind === 'table' ? table.columns.flatMap(headingsOf) : [];
            expect(columns, panel.title).to.include(next.column);
          }
        }
      });

      it('links to dashboards that exist, with variables that those have', () => {
        const found = placedOf(dashboard).flatMap((panel) => linksOf(panel));
        expect(found).not.to.have.length(0);
        for (const { url } of found) {
          const [, uid, rest = ''] = /^\/d\/([\w-]+)\?(.+)$/.exec(url) ?? [];
          const target = dashboards.find((one) => `kubestate-${one.name}` === uid);
          expect(target, url).not.to.equal(undefined);
          const passed = [...rest.matchAll(/var-(\w+)=|\$\{(\w+):queryparam\}/g)];
          const known = ['datasource', ...(target?.variables ?? []).map((one) => one.name)];
          expect(known, url).to.include.members(passed.map(([, one, other]) => one ?? other));
        }
      });

      it('fills the grid without gaps and overlaps, with unique panel ids', () => {
        const placed = placedOf(dashboard);
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
    const next = { dashboard: 'x' };
    const stat = { kind: 'stat', about: '', unit: 'none', query: 'vector(1)', next } as const;
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
