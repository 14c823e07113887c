// How long kubestate takes to be ready, and what memory it holds then, by the number of pods.
import { setTimeout as sleep } from 'node:timers/promises';
import { Api } from './lib/api.ts';
import { bytesPerMb, type Question } from './lib/question.ts';
import { scrape } from './lib/scrape.ts';
import { median } from './lib/stats.ts';
import { loopOf } from './lib/watch.ts';

const samples = 5;
const sampleMs = 1_000;

export default {
  asks: 'How long does a start take, and how much memory does it leave?',
  how:
    'From the start of the process until /readyz says yes, on a machine that also runs the API ' +
    'server. Resident memory is the median of five seconds after it was left alone for a while, ' +
    'the peak is the highest until then; after that come one gzip and one plain scrape and their ' +
    'peak. The yardstick is the list of pods read once from the same server and forgotten.',
  columns: [
    { key: 'pods', heading: 'pods' },
    { key: 'readyMs', heading: 'ready, ms' },
    { key: 'cpuMs', heading: 'CPU until then, ms' },
    { key: 'runMs', heading: 'longest run, ms', digits: 1 },
    { key: 'delayMs', heading: 'loop delay, ms', digits: 1 },
    { key: 'residentMb', heading: 'resident, MB' },
    { key: 'anonymousMb', heading: 'of it anonymous, MB' },
    { key: 'peakMb', heading: 'peak, MB' },
    { key: 'peakToResident', heading: 'peak to resident', digits: 2 },
    { key: 'scrapedPeakMb', heading: 'peak with scrapes, MB' },
    { key: 'listMb', heading: 'list of pods, MB' },
    { key: 'toList', heading: 'ready to reading it', digits: 2 },
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
          await sleep(sampleMs);
          resident.push(exporter.memory().resident / bytesPerMb);
        }
        const { peak, anonymous } = exporter.memory();
        bench.say('scraping once each way');
        await scrape(exporter.metrics, 'gzip');
        await scrape(exporter.metrics, 'plain');
        const residentMb = median(resident);
        const { readyMs } = exporter;
        return {
          ...{ pods, readyMs, cpuMs, ...loop, residentMb },
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
