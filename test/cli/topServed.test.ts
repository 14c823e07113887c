// kubestate top beside a real kubestate: its figures, and a cut that a second kubestate is given.
import { expect } from 'chai';
import { top } from '../../src/cli/top.ts';
import { parseCommandLine } from '../../src/config/flags.ts';
import type { Families, Status } from '../../src/explorer/api.ts';
import { ExplorerBench, familiesOf } from '../explorer/bench.ts';
import { contextOf } from '../support/context.ts';
import { TestProgram } from '../support/program.ts';
import { until } from '../support/until.ts';

async function topOf(...args: string[]): Promise<string> {
  const printed: string[] = [];
  const context = {
    ...contextOf({ log: { debug() {}, info() {}, warn() {}, error() {} } }),
    print: (text: string) => printed.push(text),
    onHangup: () => undefined,
  };
  expect(await top.run(context, parseCommandLine(top.flags, args))).to.equal(0);
  return printed.join('');
}

const withSeries = (exposition: string): string[] =>
  [...familiesOf(exposition)].filter(([, { series }]) => series > 0).map(([name]) => name);

describe('kubestate top of a kubestate', () => {
  const bench = new ExplorerBench();
  before(() => bench.start(60));
  after(() => bench.stop());

  const url = (): string => `http://127.0.0.1:${bench.port}`;

  it('lists families and namespaces with the series of /metrics', async () => {
    const sizes = familiesOf(await bench.metrics());
    const text = await topOf(url(), '--limit=1000');
    const listed = [...text.matchAll(/^(kube_\w+) +\w+ +([\d,]+) /gm)].map(
      ([, name = '', series = '']) => [name, Number(series.replaceAll(',', ''))] as const,
    );
    expect(listed.length).to.be.above(100);
    for (const [name, series] of listed)
      expect(sizes.get(name)?.series ?? 0, name).to.equal(series);
    const status = await bench.get<Status>('status');
    expect(text).to.include(status.freshness.sentence);
    expect(text).to.match(/^NAMESPACE .*\n(?:.*\n)*\(cluster-scoped\) /m);
  });

  for (const what of ['zero,alpha', 'kube_pod_info,kube_node_labels', 'zero']) {
    it(`prints flags with which exactly the other families are served: --drop=${what}`, async () => {
      const { families } = await bench.get<Families>('families');
      const text = await topOf(url(), '--cut', `--drop=${what}`);
      const flags = text
        .split('\n')
        .filter((line) => line.startsWith('--'))
        .map((line) => line.replace(/ \\$/, '').replaceAll("'", ''));
      expect(flags.length).to.be.above(0);
      const zeros = new Set(zerosIn(await bench.metrics()));
      const words = what.split(',');
      const kept = families.filter(
        ({ name, stability }) =>
          !words.includes(name) &&
          !(words.includes('alpha') && stability === 'ALPHA') &&
          !(words.includes('zero') && zeros.has(name)),
      );
      const second = new TestProgram();
      await second.start(`--apiserver=${bench.serverUrl}`, ...flags);
      try {
        await until(() => second.running.readiness().every(({ synced }) => synced));
        const served = familiesOf(await second.scrape());
        const names = new Set(kept.map(({ name }) => name));
        expect([...served.keys()].filter((name) => !names.has(name))).to.deep.equal([]);
        const wanted = withSeries(await bench.metrics()).filter((name) => names.has(name));
        expect(withSeries(await second.scrape())).to.have.members(wanted);
      } finally {
        await second.stop();
      }
    });
  }
});

/** Families with series, all of which are 0. */
function zerosIn(exposition: string): string[] {
  const all = new Map<string, boolean>();
  for (const line of exposition.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const name = line.replace(/[{ ].*$/s, '');
    all.set(name, (all.get(name) ?? true) && line.endsWith(' 0'));
  }
  return [...all].filter(([, zero]) => zero).map(([name]) => name);
}
