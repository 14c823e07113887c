// Question `namespaces`: the cost of watching many namespaces one by one, against all at once.
import { Api } from './lib/api.ts';
import type { Cluster } from './lib/cluster.ts';
import { Load } from './lib/load.ts';
import type { Question } from './lib/question.ts';
import { countSeries, scrape, textOf } from './lib/scrape.ts';
import { median } from './lib/stats.ts';
import { cpuPerMinute, watch } from './lib/watch.ts';

/** A hundred namespaces, with twenty teams. */
const namespacesPerTeam = 5;

export default {
  asks: 'What do a hundred namespaces cost with --namespaces?',
  how:
    'The same cluster with its workloads in a hundred namespaces: watched as a whole, by the ' +
    'names of the hundred, and by the names of eight, which each get watches of their own. ' +
    'CPU is for status flips in the whole cluster.',
  writes: true,
  columns: [
    { key: 'pods', heading: 'pods' },
    { key: 'watched', heading: 'watched' },
    { key: 'series', heading: 'series' },
    { key: 'readyMs', heading: 'ready, ms' },
    { key: 'residentMb', heading: 'resident, MB' },
    { key: 'gzipMs', heading: 'gzip scrape, ms', digits: 1 },
    { key: 'cpu', heading: 'CPU, s a minute', digits: 2 },
  ],
  async *measure(bench) {
    const { pods, seconds, stepsPerSecond, rounds } = bench.plan;
    const cluster = await bench.cluster(pods, { namespacesPerTeam });
    const teams = await teamNamespaces(cluster);
    const load = await Load.open(cluster);
    for (const names of [[], teams, teams.slice(0, 8)]) {
      const flags = names.length === 0 ? [] : [`--namespaces=${names.join(',')}`];
      yield await bench.withExporter(cluster, { flags }, async (exporter) => {
        await bench.settle();
        bench.say(`status flips, ${seconds} s`);
        const during = () => load.run(['status flips'], { stepsPerSecond, seconds });
        const seen = await watch(exporter, during);
        const times = [];
        for (let i = 0; i < rounds; i++) times.push((await scrape(exporter.metrics, 'gzip')).ms);
        return {
          pods,
          watched: names.length === 0 ? 'the cluster' : `${names.length} namespaces`,
          series: countSeries(await textOf(exporter.metrics)),
          readyMs: exporter.readyMs,
          residentMb: median(seen.residentMb),
          gzipMs: median(times),
          cpu: cpuPerMinute(seen),
        };
      });
    }
    await load.close();
  },
} satisfies Question;

async function teamNamespaces(cluster: Cluster): Promise<string[]> {
  const api = new Api(cluster);
  const places = await api.list('namespaces');
  await api.close();
  return places.map(({ name }) => name).filter((name) => /^team-\d+-\d+$/.test(name));
}
