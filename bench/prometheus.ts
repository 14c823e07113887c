// Question `prometheus`: scrape duration as a real Prometheus measures it, and kubestate's share.
import { setTimeout as sleep } from 'node:timers/promises';
import { buildGoModule } from '../tools/goModule.ts';
import { prometheus, prometheusModule } from '../tools/prometheus/program.ts';
import { Prometheus } from '../tools/prometheus/start.ts';
import type { Bench } from './lib/bench.ts';
import { type Exporter, largest } from './lib/exporter.ts';
import { memoryOf } from './lib/proc.ts';
import { bytesPerMb, type Question, type Row } from './lib/question.ts';
import { median } from './lib/stats.ts';

const roundsMax = 5;
/** The first scrapes of larger clusters take longer than a scrape of this interval may. */
const podsPerSecond = 1_800;
const pollMs = 500;
/** Scrapes that take longer than the timeout, where the machine is busy. */
const failedMax = 3;
const msPerSecond = 1_000;
/** Of the machine's memory, from which on Prometheus collects its garbage more often. */
const memoryShare = 0.7;
/** Smaller clusters are scraped in no time. */
const podsMin = 20_000;

export default {
  asks: 'How long does a real Prometheus take for a scrape?',
  how:
    "Prometheus' own scrape_duration_seconds, from its request until the samples are stored, on " +
    'the same machine, with an interval and a timeout that are long enough. ' +
    'The response is what the exporter measures from the request to the last byte; meanwhile ' +
    'Prometheus receives and decompresses the bytes. The rest is parsing and storing in ' +
    'Prometheus.',
  fullOnly: true,
  columns: [
    { key: 'pods', heading: 'pods' },
    { key: 'samples', heading: 'samples' },
    { key: 'scrapes', heading: 'scrapes' },
    { key: 'durationMs', heading: 'scrape_duration, median ms' },
    { key: 'firstMs', heading: 'first scrape, ms' },
    { key: 'failed', heading: 'timed out' },
    { key: 'answerMs', heading: 'response, mean ms', digits: 1 },
    { key: 'restMs', heading: 'only Prometheus, ms' },
    { key: 'prometheusMb', heading: 'Prometheus, resident MB' },
  ],
  async *measure(bench) {
    buildGoModule(prometheusModule);
    const { sizes, pods: most } = bench.plan;
    const large = sizes.filter((pods) => pods >= podsMin);
    for (const pods of large.length > 0 ? large : [most]) {
      const cluster = await bench.cluster(pods, { streamed: true });
      yield await bench.withExporter(cluster, {}, async (exporter) => {
        await bench.settle();
        return { pods, ...(await scraped(exporter, bench, pods)) };
      });
    }
  },
} satisfies Question;

async function scraped(exporter: Exporter, { plan, say }: Bench, pods: number): Promise<Row> {
  const rounds = Math.min(plan.rounds, roundsMax);
  const seconds = Math.max(plan.scrapeSeconds, Math.ceil(pods / podsPerSecond));
  const server = await startPrometheus(new URL(exporter.metrics).host, seconds);
  try {
    const durations: number[] = [];
    let last = 0;
    let failed = 0;
    let firstMs: number | undefined;
    let before = await answered(exporter);
    while (durations.length < rounds) {
      await sleep(pollMs);
      const [at, took] = (await latest(server, 'scrape_duration_seconds')) ?? [last, 0];
      if (at === last) continue;
      last = at;
      say(`Prometheus scrapes every ${seconds} s; the last scrape took ${took.toFixed(1)} s`);
      const [, up] = (await latest(server, 'up')) ?? [];
      if (up === 1 && firstMs !== undefined) durations.push(took * msPerSecond);
      if (up !== 1 && ++failed > failedMax) {
        throw new Error(
          `expected up to be 1 in Prometheus, it failed ${failed} times in ${seconds} s`,
        );
      }
      if (up !== 1 || firstMs !== undefined) continue;
      // The first scrape creates all series in Prometheus, so it does not count.
      firstMs = took * msPerSecond;
      before = await answered(exporter);
    }
    const after = await answered(exporter);
    const [, samples] = (await latest(server, 'scrape_samples_scraped')) ?? [];
    const durationMs = median(durations);
    const answerMs =
      ((after.seconds - before.seconds) / (after.count - before.count)) * msPerSecond;
    return {
      samples,
      scrapes: rounds,
      durationMs,
      firstMs,
      failed,
      answerMs,
      restMs: durationMs - answerMs,
      prometheusMb: memoryOf(server.pid).resident / bytesPerMb,
    };
  } finally {
    await server.stop();
  }
}

async function answered(exporter: Exporter): Promise<{ seconds: number; count: number }> {
  const text = await exporter.telemetry();
  const read = (name: string): number =>
    largest(text, `http_request_duration_seconds_${name}`) ?? 0;
  return { seconds: read('sum'), count: read('count') };
}

async function startPrometheus(target: string, seconds: number): Promise<Prometheus> {
  const interval = `${seconds}s`;
  const config = {
    global: { scrape_interval: interval, scrape_timeout: interval },
    scrape_configs: [{ job_name: 'exporter', static_configs: [{ targets: [target] }] }],
  };
  return Prometheus.start(config, prometheus, [`--auto-gomemlimit.ratio=${memoryShare}`]);
}

/** The time in seconds and the value of the latest sample of a metric of the exporter. */
async function latest(server: Prometheus, metric: string): Promise<[number, number] | undefined> {
  const query = encodeURIComponent(`${metric}{job="exporter"}[1h]`);
  const { result } = await server.ask<Matrix>(`query?query=${query}`);
  const sample = result[0]?.values.at(-1);
  return sample && [sample[0], Number(sample[1])];
}

interface Matrix {
  readonly result: readonly { readonly values: readonly [number, string][] }[];
}
