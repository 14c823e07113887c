// Question `compare`: kubestate and kube-state-metrics in turn, on one cluster and one machine.
import {
  measureLarge,
  measureLong,
  measureMixes,
  measureSmall,
  measureStarts,
  sidesOf,
} from './lib/compare/parts.ts';
import { expectedOf } from './lib/compare/quiet.ts';
import { Samples } from './lib/compare/samples.ts';
import type { Question } from './lib/question.ts';

/** What `--parts` names. */
export const partNames = ['start', 'mixes', 'long', 'large', 'small'] as const;

export default {
  asks: 'How does kubestate compare with kube-state-metrics on the same cluster?',
  how:
    'Both with gzip on and all default resources, started in turn, several times; each figure is ' +
    'the median, or the largest for peaks, longest runs, freshness, lists and watches. Ready: ' +
    'kubestate says so at /readyz; the reference answers 200 with part of the state, so its last ' +
    'work counts, after which it was idle and served all objects. CPU of a start is until then. ' +
    'The mixes are those of the question on changes. From a write to a scrape that shows it: the ' +
    'age of a write, when a scrape was sent, from which on 99 in 100 writes are shown, in steps ' +
    'of 100 ms; the longest run is in a minute. Scrapes: medians of ten, by a reader that drops ' +
    'the bytes; hot directly after pods replaced, quiet after as long a time with nothing but ' +
    'Leases, in the second half of which idle CPU is measured, all sides at once; --churn says ' +
    'how long, ten minutes by default and in the run shown. The parent is the build of ' +
    '--against; the large cluster has five times the pods.',
  namedOnly: true,
  writes: true,
  columns: [
    { key: 'what', heading: 'what' },
    { key: 'unit', heading: 'unit' },
    { key: 'kubestate', heading: 'kubestate', significant: 3 },
    { key: 'reference', heading: 'kube-state-metrics', significant: 3 },
    { key: 'ratio', heading: 'ratio', significant: 3 },
    { key: 'parent', heading: 'parent', significant: 3 },
    { key: 'toParent', heading: 'ratio to parent', significant: 3 },
    { key: 'target', heading: 'target' },
    { key: 'met', heading: 'met' },
  ],
  async *measure(bench) {
    const { pods } = bench.plan;
    const { parts = partNames, parent } = bench.compared;
    const cluster = await bench.cluster(pods);
    const samples = new Samples();
    const comparison = { bench, sides: sidesOf(bench), samples };
    if (parts.includes('start')) {
      bench.say('counting objects');
      await measureStarts(comparison, cluster, await expectedOf(cluster));
    }
    if (parts.includes('mixes')) await measureMixes(comparison, cluster);
    if (parts.includes('long')) await measureLong(comparison, cluster);
    if (parts.includes('large') && parent !== undefined) await measureLarge(comparison);
    if (parts.includes('small')) await measureSmall(comparison);
    yield* samples.rows();
  },
} satisfies Question;
