// Question `updates`: the cost of changes in the cluster, without and with scrapes.
import { Load, type Mix, mixes } from './lib/load.ts';
import type { Question } from './lib/question.ts';
import { textOf } from './lib/scrape.ts';
import { median } from './lib/stats.ts';
import { cpuPerMinute, loopOf, watch } from './lib/watch.ts';
import { yardstickOf } from './lib/yardstick.ts';

const scrapesPerMinute = [0, 4];

export default {
  asks: 'What do changes in the cluster cost?',
  how:
    'A step is one write to the API that the server has answered. Status flips: a random pod ' +
    'becomes unready or ready again. Short-lived pods: a pod is created, gets a status of ' +
    'running, and is deleted later; three steps each. Pods replaced: a random pod is ' +
    'deleted, a similar one is created and gets a status; three steps again. In addition, ' +
    "each node's Lease is renewed every ten seconds. Scrapes are gzip. CPU is in seconds a " +
    'minute of the exporter alone. The yardstick is the time to compress the whole text once ' +
    'with zlib level 1.',
  writes: true,
  columns: [
    { key: 'pods', heading: 'pods' },
    { key: 'mix', heading: 'what changes' },
    { key: 'scrapes', heading: 'scrapes a minute' },
    { key: 'steps', heading: 'steps a second', digits: 1 },
    { key: 'cpu', heading: 'CPU, s a minute', digits: 2 },
    { key: 'toGzip1', heading: 'CPU in full compressions', digits: 2 },
    { key: 'residentMb', heading: 'resident, MB' },
    { key: 'runMs', heading: 'longest run in a minute, ms', digits: 1 },
    { key: 'delayMs', heading: 'loop delay, ms', digits: 1 },
  ],
  async *measure(bench) {
    const { pods, seconds, stepsPerSecond } = bench.plan;
    const cluster = await bench.cluster(pods);
    const load = await Load.open(cluster);
    const kinds = [undefined, ...(Object.keys(mixes) as Mix[])];
    for (const mix of kinds) {
      yield* await bench.withExporter(cluster, {}, async (exporter) => {
        const { gzip1Ms } = yardstickOf(await textOf(exporter.metrics));
        await bench.settle();
        const rows = [];
        for (const scrapes of scrapesPerMinute) {
          bench.say(`${mix ?? 'leases only'}, ${scrapes} scrapes a minute, ${seconds} s`);
          await loopOf(exporter, '1m');
          let steps = 0;
          const during = async () => {
            steps = await load.run(mix === undefined ? [] : [mix], { stepsPerSecond, seconds });
          };
          const seen = await watch(exporter, during, scrapes);
          const cpu = cpuPerMinute(seen);
          rows.push({
            pods,
            mix: mix ?? 'Leases only',
            scrapes,
            steps: steps / seen.seconds,
            cpu,
            toGzip1: (cpu * 1_000) / gzip1Ms,
            residentMb: median(seen.residentMb),
            ...(await loopOf(exporter, '1m')),
          });
        }
        return rows;
      });
    }
    await load.close();
  },
} satisfies Question;
