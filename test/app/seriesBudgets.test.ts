// seriesBudgetOf: what the flags make of budgets, what is counted, and what is logged how often.
import { expect } from 'chai';
import { seriesBudgetOf } from '../../src/app/seriesBudgets.ts';
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { TestClock } from '../support/clock.ts';
import { clusterOf, pod, TestProgram } from '../support/program.ts';
import { until } from '../support/until.ts';

const flags = (perFamily: number, perNamespace: number) => ({
  'series-budget-per-family': perFamily,
  'series-budget-per-namespace': perNamespace,
});

describe('the flags of series budgets', () => {
  const open = (perFamily: number, perNamespace: number) => {
    const lines: string[] = [];
    const dropped: object[] = [];
    const clock = new TestClock();
    const write = (level: string) => (keys: object, message: string) =>
      void lines.push(`${level} ${JSON.stringify(keys)} ${message}`);
    const log = { warn: write('warn'), info: write('info') } as never;
    const selfMetrics = {
      seriesDropped: (labels: object, series: number) => void dropped.push({ ...labels, series }),
    };
    const budget = seriesBudgetOf(flags(perFamily, perNamespace), { selfMetrics, log, clock });
    return { budget: budget as NonNullable<typeof budget>, lines, dropped, clock };
  };

  it('make no budget where none is set', () => {
    expect(open(0, 0).budget).to.equal(undefined);
    expect(open(5, 0).budget).to.deep.include({ perFamily: 5, perNamespace: 0 });
    expect(open(0, 7).budget).to.deep.include({ perFamily: 0, perNamespace: 7 });
  });

  it('count what is dropped by resource, family and budget, never by namespace', () => {
    const { budget, dropped } = open(5, 7);
    budget.onDropped('pods', 'kube_pod_info', 'namespace', 3);
    expect(dropped).to.deep.equal([
      { resource: 'pods', family: 'kube_pod_info', budget: 'namespace', series: 3 },
    ]);
  });

  it('log a family or namespace that is beyond, and when it is below again', () => {
    const { budget, lines } = open(5, 7);
    budget.onReached({ budget: 'family', name: 'kube_pod_info' });
    budget.onReached({ budget: 'namespace', name: 'shop' });
    budget.onRecovered({ budget: 'namespace', name: 'shop' });
    budget.onRecovered({ budget: 'namespace', name: 'never reached' });
    expect(lines).to.deep.equal([
      'warn {"family":"kube_pod_info","budget":5} ' +
        'series left out: the series budget of this family is reached',
      'warn {"namespace":"shop","budget":7} ' +
        'series left out: the series budget of this namespace is reached',
      'info {"namespace":"shop"} this namespace is below its series budget again',
    ]);
  });

  it('log that one flaps, and then nothing for five minutes', () => {
    const { budget, lines, clock } = open(5, 0);
    const flap = (): void => {
      budget.onReached({ budget: 'family', name: 'kube_pod_info' });
      budget.onRecovered({ budget: 'family', name: 'kube_pod_info' });
    };
    for (let i = 0; i < 50; i++) flap();
    expect(lines).to.have.length(7);
    expect(lines.at(-1)).to.match(/^warn .* is reached again and again$/);
    clock.advance(300_000);
    flap();
    expect(lines.slice(7).map((line) => line.split(' ')[0])).to.deep.equal(['warn', 'info']);
  });
});

describe('a program with a series budget', () => {
  const program = new TestProgram();
  let server: ApiServer | undefined;
  afterEach(async () => {
    await program.stop();
    await server?.close();
  });

  it('serves what fits, takes no more, and gives the room of what goes to others', async () => {
    const cluster = await clusterOf(...['one', 'two', 'three'].map((name) => pod(name)));
    const { url } = cluster;
    server = cluster.server;
    await program.start('--resources=pods', `--apiserver=${url}`, '--series-budget-per-family=2');
    await until(() => program.running.readiness().every(({ synced }) => synced));
    const shown = async (family: string): Promise<number> =>
      (await program.scrape()).split('\n').filter((line) => line.startsWith(`${family}{`)).length;
    expect(await shown('kube_pod_info')).to.equal(2);
    const said = program.said('series left out: the series budget of this family is reached');
    const families = said.map(({ keys }) => keys.family);
    expect(families).to.include('kube_pod_info').and.include('kube_pod_created');
    expect(new Set(families).size).to.equal(families.length);
    const labels = '{resource="pods",family="kube_pod_info",budget="family"}';
    const dropped = `kube_state_metrics_series_dropped_total${labels}`;
    expect(await program.self(dropped)).to.deep.equal([`${dropped} 1`]);
    server.create(pod('four'));
    await until(async () => (await program.self(dropped))[0] === `${dropped} 2`);
    expect(await shown('kube_pod_info')).to.equal(2);
    for (const name of ['one', 'two']) server.delete('pods', 'default', name);
    server.create(pod('five'));
    await until(async () => (await program.scrape()).includes('pod="five"'));
    expect(await shown('kube_pod_info')).to.be.within(1, 2);
  });
});
