// Question `prometheus`: scrape duration as a real Prometheus measures it, and kubestate's share.
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Prometheus } from '../tools/prometheus/start.ts';
import type { Bench } from './lib/bench.ts';
import { type Exporter, largest } from './lib/exporter.ts';
import type { Question, Row } from './lib/question.ts';
import { median } from './lib/stats.ts';

const roundsMax = 5;
const pollMs = 500;

export default {
  asks: 'How long does a real Prometheus take for a scrape?',
  how:
    "Prometheus' own scrape_duration_seconds, from its request until the samples are stored. " +
    'The response is what the exporter measures from the request to the last byte; meanwhile ' +
    'Prometheus receives and decompresses the bytes. The rest is parsing and storing in ' +
    'Prometheus.',
  fullOnly: true,
  columns: [
    { key: 'pods', heading: 'pods' },
    { key: 'samples', heading: 'samples' },
    { key: 'scrapes', heading: 'scrapes' },
    { key: 'durationMs', heading: 'scrape_duration, median ms' },
    { key: 'answerMs', heading: 'response, mean ms', digits: 1 },
    { key: 'restMs', heading: 'only Prometheus, ms' },
  ],
  async *measure(bench) {
    const { pods } = bench.plan;
    const cluster = await bench.cluster(pods);
    yield await bench.withExporter(cluster, {}, async (exporter) => {
      await bench.settle();
      return { pods, ...(await scraped(exporter, bench)) };
    });
  },
} satisfies Question;

async function scraped(exporter: Exporter, { plan, say }: Bench): Promise<Row> {
  const rounds = Math.min(plan.rounds, roundsMax);
  const prometheus = await startPrometheus(new URL(exporter.metrics).host, plan.scrapeSeconds);
  try {
    const durations: number[] = [];
    let last = 0;
    let before = await answered(exporter);
    while (durations.length < rounds) {
      say(`waiting for scrape ${durations.length + 1} of ${rounds} of Prometheus`);
      await sleep(pollMs);
      const [at, seconds] = (await latest(prometheus, 'scrape_duration_seconds')) ?? [last, 0];
      if (at === last) continue;
      // The first scrape creates all series in Prometheus, so it does not count.
      if (last === 0) before = await answered(exporter);
      else durations.push(seconds * 1_000);
      last = at;
    }
    const after = await answered(exporter);
    const [, up] = (await latest(prometheus, 'up')) ?? [];
    if (up !== 1) throw new Error('expected up to be 1 in Prometheus: its scrapes fail');
    const [, samples] = (await latest(prometheus, 'scrape_samples_scraped')) ?? [];
    const durationMs = median(durations);
    const answerMs = ((after.seconds - before.seconds) / (after.count - before.count)) * 1_000;
    return { samples, scrapes: rounds, durationMs, answerMs, restMs: durationMs - answerMs };
  } finally {
    await prometheus.stop();
  }
}

async function answered(exporter: Exporter): Promise<{ seconds: number; count: number }> {
  const text = await exporter.telemetry();
  const read = (name: string): number =>
    largest(text, `http_request_duration_seconds_${name}`) ?? 0;
  return { seconds: read('sum'), count: read('count') };
}

async function startPrometheus(target: string, seconds: number): Promise<Prometheus> {
  if (spawnSync('prometheus', ['--version']).error !== undefined) {
    throw new Error(
      'expected a program named prometheus, got none; `apt-get install prometheus`, or run ' +
        '`npm run e2e` once, which installs it',
    );
  }
  const interval = `${seconds}s`;
  return Prometheus.start({
    global: { scrape_interval: interval, scrape_timeout: interval },
    scrape_configs: [{ job_name: 'exporter', static_configs: [{ targets: [target] }] }],
  });
}

/** The time in seconds and the value of the latest sample of a metric of the exporter. */
async function latest(
  prometheus: Prometheus,
  metric: string,
): Promise<[number, number] | undefined> {
  const query = encodeURIComponent(`${metric}{job="exporter"}[1h]`);
  const { result } = await prometheus.ask<Matrix>(`query?query=${query}`);
  const sample = result[0]?.values.at(-1);
  return sample && [sample[0], Number(sample[1])];
}

interface Matrix {
  readonly result: readonly { readonly values: readonly [number, string][] }[];
}
