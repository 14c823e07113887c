// The question `compare`: its rows, its view of freshness, and what it makes of a start.
import { expect } from 'chai';
import { partNames } from '../../bench/compare.ts';
import { agesShown, type Observation, observations } from '../../bench/lib/compare/freshness.ts';
import {
  allMixes,
  measures,
  mixMeasures,
  scrapeMeasures,
  startMeasures,
} from '../../bench/lib/compare/measures.ts';
import { sumOf } from '../../bench/lib/compare/parts.ts';
import { missingIn, untilQuiet } from '../../bench/lib/compare/quiet.ts';
import { Samples } from '../../bench/lib/compare/samples.ts';
import { expositionOf } from '../../bench/lib/exposition.ts';
import { flags } from '../../bench/lib/flags.ts';
import type { Write } from '../../bench/lib/load.ts';
import { cell } from '../../bench/lib/table.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';

describe('the measures of a comparison', () => {
  it('have names of their own', () => {
    const names = measures.map(({ what }) => what);
    expect(new Set(names).size).to.equal(names.length);
  });

  it('are medians of the rounds, or the largest', () => {
    const samples = new Samples();
    for (const value of [3, 1, 2]) {
      samples.add('kubestate', startMeasures.ready, value);
      samples.add('kubestate', startMeasures.run, value);
    }
    expect(samples.of('kubestate', startMeasures.ready)).to.equal(2);
    expect(samples.of('kubestate', startMeasures.run)).to.equal(3);
    expect(samples.of('reference', startMeasures.ready)).to.equal(undefined);
  });
});

describe('a row of a comparison', () => {
  const { cpu } = mixMeasures['pods replaced'];

  it('has the ratio to the reference, and says whether it is met', () => {
    const samples = new Samples();
    samples.add('kubestate', cpu, 3);
    samples.add('reference', cpu, 2);
    samples.add('kubestate', scrapeMeasures.hot.gzip, 100);
    samples.add('reference', scrapeMeasures.hot.gzip, 8_000);
    const [replaced, gzip] = samples.rows();
    expect(replaced).to.include({ ratio: 1.5, target: '≤ 1.2 ×', met: 'no' });
    expect(gzip).to.include({ ratio: 0.0125, target: '≤ 0.025 ×', met: 'yes' });
  });

  it('has the ratio to the parent, and a most', () => {
    const samples = new Samples();
    samples.add('kubestate', startMeasures.cpu, 6);
    samples.add('parent', startMeasures.cpu, 10);
    samples.add('kubestate', startMeasures.run, 60);
    const [start, run] = samples.rows();
    expect(start).to.include({ toParent: 0.6, target: '≤ 0.62 × the parent', met: 'yes' });
    expect(run).to.include({ target: '≤ 50 ms', met: 'no' });
  });

  it('says nothing where the other side was not measured, or is nothing', () => {
    const samples = new Samples();
    samples.add('kubestate', cpu, 3);
    samples.add('kubestate', allMixes.lists, 0);
    samples.add('reference', allMixes.lists, 0);
    const [replaced, lists] = samples.rows();
    expect(replaced).to.include({ ratio: undefined, met: '' });
    expect(lists).to.include({ ratio: undefined, met: 'yes' });
  });
});

const namespace = 'shop';
const write = (name: string, sentMs: number, shows: Write['shows']): Write => ({
  place: { resource: 'pods', namespace, name },
  sentMs,
  shows,
});

const text = Buffer.from(
  '# TYPE kube_pod_info gauge\n' +
    'kube_pod_info{namespace="shop",pod="web",uid="1",node="n"} 1\n' +
    'kube_pod_info{namespace="shop",pod="cart",uid="2",node="n"} 1\n' +
    '# TYPE kube_pod_status_ready gauge\n' +
    'kube_pod_status_ready{namespace="shop",pod="web",uid="1",condition="true"} 1\n' +
    'kube_pod_status_ready{namespace="shop",pod="web",uid="1",condition="false"} 0\n' +
    'kube_pod_status_ready{namespace="shop",pod="cart",uid="2",condition="true"} 0\n' +
    'kube_pod_status_ready{namespace="shop",pod="cart",uid="2",condition="false"} 1\n' +
    '# TYPE kube_pod_spec gauge\n' +
    'kube_pod_spec{namespace="shop",pod="late",uid="3"} 1\n',
);

describe('freshness', () => {
  it('is seen by what a scrape shows of the writes before it', () => {
    const seen = (name: string, shows: Write['shows']): boolean | undefined =>
      observations(text, 1_000, [write(name, 900, shows)])[0]?.shown;
    expect(seen('web', 'present')).to.equal(true);
    expect(seen('late', 'present')).to.equal(false);
    expect(seen('web', 'absent')).to.equal(false);
    expect(seen('late', 'absent')).to.equal(true);
    expect(seen('web', 'ready')).to.equal(true);
    expect(seen('cart', 'ready')).to.equal(false);
    expect(seen('web', 'unready')).to.equal(false);
    expect(seen('cart', 'unready')).to.equal(true);
  });

  it('leaves out what is old, later than the scrape, or written to twice', () => {
    const old = write('web', 1_000, 'ready');
    const later = write('cart', 10_001, 'unready');
    const twice = [write('twice', 9_000, 'present'), write('twice', 10_500, 'absent')];
    expect(observations(text, 10_000, [old, later, ...twice])).to.deep.equal([]);
  });

  it('is the age from which on 99 in 100 are shown', () => {
    const many = (ageMs: number, count: number, shown: boolean): Observation[] =>
      Array.from({ length: count }, () => ({ ageMs, shown }));
    const young = [...many(50, 10, false), ...many(250, 5, true), ...many(250, 5, false)];
    expect(agesShown([...young, ...many(450, 10, true)])).to.equal(300);
    // One of a hundred may be later.
    expect(agesShown([...young, ...many(850, 99, true), ...many(850, 1, false)])).to.equal(300);
    expect(agesShown([...young, ...many(850, 98, true), ...many(850, 2, false)])).to.equal(900);
    expect(agesShown(many(50, 10, true))).to.equal(0);
  });
});

describe('a start', () => {
  it('is complete when each family has a series for each object', () => {
    const families = (pods: number) => new Map([['kube_pod_info', pods]]);
    const served = expositionOf(Buffer.from(text));
    expect(missingIn(served, families(2))).to.deep.equal([]);
    expect(missingIn(served, families(3))).to.deep.equal(['kube_pod_info: 2 of 3']);
    expect(missingIn(served, new Map([['kube_node_info', 1]]))).to.deep.equal([
      'kube_node_info: 0 of 1',
    ]);
  });

  it('ends with the last work of the process', async () => {
    let nowMs = 1_000;
    const clock: Clock = {
      ...systemClock,
      now: () => nowMs,
      async sleep(ms) {
        nowMs += ms;
      },
    };
    // Works for a second, waits for a second, and works for another one.
    const isBusy = (): boolean => nowMs <= 2_000 || (nowMs > 3_000 && nowMs <= 4_000);
    let cpuMs = 0;
    const exporter = {
      spawnedMs: 0,
      cpuMs: () => {
        if (isBusy()) cpuMs += 20;
        return cpuMs;
      },
    };
    const busy = await untilQuiet(exporter, clock);
    expect(busy).to.deep.equal({ ms: 4_000, cpuMs });
    expect(nowMs).to.be.above(5_000);
  });
});

describe('telemetry', () => {
  it('is summed over all series of a metric', () => {
    expect(sumOf('a_total{x="1"} 2\na_total{x="2"} 3\na_total_of 9\n', 'a_total')).to.equal(5);
    expect(sumOf('', 'a_total')).to.equal(0);
  });
});

describe('a figure with significant digits', () => {
  const shown = (value: number): string =>
    cell({ key: 'a', heading: 'a', significant: 3 }, { a: value });

  it('keeps all that is before the decimal point', () => {
    expect(shown(1_295_143)).to.equal('1,295,143');
    expect(shown(999.4)).to.equal('999');
    expect(shown(12.345)).to.equal('12.3');
    expect(shown(0.012345)).to.equal('0.0123');
    expect(shown(0)).to.equal('0');
  });
});

describe('--parts', () => {
  const { kind } = flags.parts;

  it('names some of the parts', () => {
    expect(kind.parse('start,long', partNames)).to.deep.equal(['start', 'long']);
    expect(kind.parse('start,end', partNames)).to.equal(undefined);
  });
});
