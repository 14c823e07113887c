// Question `start`: time to ready and memory, by the number of pods.
import { Api } from './lib/api.ts';
import { bytesPerMb, type Question } from './lib/question.ts';
import { scrape } from './lib/scrape.ts';
import { median } from './lib/stats.ts';
import { loopOf } from './lib/watch.ts';

const samples = 5;
const sampleMs = 1_000;

export default {
  asks: 'How long does a start take, and how much memory does it need?',
  how:
    'From the start of the process until /readyz is 200, on a machine that also runs the API ' +
    'server. Resident memory is the median of five seconds, taken after an idle period; the ' +
    'peak is the maximum until then. Then come one gzip and one plain scrape, and their ' +
    'peak. The yardstick is reading the list of pods once from the same server and ' +
    'discarding it.',
  columns: [
    { key: 'pods', heading: 'pods' },
    { key: 'readyMs', heading: 'ready, ms' },
    { key: 'cpuMs', heading: 'CPU until ready, ms' },
    { key: 'runMs', heading: 'longest run, ms', digits: 1 },
    { key: 'delayMs', heading: 'loop delay, ms', digits: 1 },
    { key: 'residentMb', heading: 'resident, MB' },
    { key: 'anonymousMb', heading: 'anonymous part, MB' },
    { key: 'peakMb', heading: 'peak, MB' },
    { key: 'peakToResident', heading: 'ratio of peak to resident', digits: 2 },
    { key: 'scrapedPeakMb', heading: 'peak after scrapes, MB' },
    { key: 'listMb', heading: 'list of pods, MB' },
    { key: 'toList', heading: 'ratio of ready to reading it', digits: 2 },
  ],
  async *measure(bench) {
    for (const pods of bench.plan.sizes) {
      const cluster = await bench.cluster(pods);
      const api = new Api(cluster);
      bench.say('reading the list of pods');
      const list = await api.drain('pods');
      await api.close();
      yield await bench.withExporter(cluster, {}, async (exporter) => {
        const cpuMs = exporter.cpuMs();
        const loop = await loopOf(exporter, 'start');
        await bench.settle();
        const resident: number[] = [];
        for (let i = 0; i < samples; i++) {
          await bench.pause(sampleMs);
          resident.push(exporter.memory().resident / bytesPerMb);
        }
        const { peak, anonymous } = exporter.memory();
        bench.say('scraping once each way');
        await scrape(exporter.metrics, 'gzip');
        await scrape(exporter.metrics, 'plain');
        const residentMb = median(resident);
        const { readyMs } = exporter;
        return {
          pods,
          readyMs,
          cpuMs,
          ...loop,
          residentMb,
          anonymousMb: anonymous / bytesPerMb,
          peakMb: peak / bytesPerMb,
          peakToResident: peak / bytesPerMb / residentMb,
          scrapedPeakMb: exporter.memory().peak / bytesPerMb,
          listMb: list.bytes / bytesPerMb,
          toList: readyMs / list.ms,
        };
      });
    }
  },
} satisfies Question;
