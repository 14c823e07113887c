// Question `change`: the cost of one change of an object, by the number of families that change.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiObject, Pod } from '../src/demo/objects.ts';
import { Api, type Place } from './lib/api.ts';
import type { Bench } from './lib/bench.ts';
import type { Exporter } from './lib/exporter.ts';
import { countDiffering, familySums } from './lib/families.ts';
import { flipAt, likeThat, placeOf, suffixes } from './lib/load.ts';
import type { Question } from './lib/question.ts';
import { textOf } from './lib/scrape.ts';
import { cpuMsOfChange, servedMs, watch, watchChanges } from './lib/watch.ts';

const suffix = suffixes();

/** One change of one pod; resolves to the place of the pod afterwards. */
type Act = (api: Api, place: Place) => Promise<Place>;

const changes: Readonly<Record<string, Act>> = {
  'an annotation that nobody serves': async (api, place) => {
    const annotations = { 'bench.kubestate.io/at': String(performance.now()) };
    await api.patch(place, { metadata: { annotations } });
    return place;
  },
  'one restart': async (api, place) => {
    const pod = await api.get<Pod>(place);
    const [container] = pod.status.containerStatuses ?? [];
    if (container !== undefined) container.restartCount += 1;
    await api.replaceStatus(place, pod);
    return place;
  },
  'ready, or no longer': async (api, place) => {
    await flipAt(api, place);
    return place;
  },
  'deleted, and another created': async (api, place) => {
    const old = await api.get<Pod>(place);
    const { status, ...rest } = likeThat(old, suffix());
    const pod = { ...rest, status } as Pod;
    await api.delete(place);
    await api.create(placeOf(pod), rest as ApiObject);
    await api.replaceStatus(placeOf(pod), pod);
    return placeOf(pod);
  },
};

export default {
  asks: 'What does one change cost, by the number of families it changes?',
  how:
    'Random pods are changed at a steady rate. The families that a change affects are ' +
    'counted by comparing the exposition before and after one of them. CPU is that of the ' +
    'exporter, minus its CPU when nothing changes. The last kind of change is three writes, ' +
    'and counts once.',
  writes: true,
  columns: [
    { key: 'pods', heading: 'pods' },
    { key: 'change', heading: 'what changes' },
    { key: 'families', heading: 'families changed' },
    { key: 'perSecond', heading: 'changes a second', digits: 1 },
    { key: 'cpuMs', heading: 'CPU per change, ms', digits: 2 },
  ],
  async *measure(bench) {
    const { pods, seconds } = bench.plan;
    const cluster = await bench.cluster(pods);
    const api = new Api(cluster);
    const places = await api.list('pods');
    yield* await bench.withExporter(cluster, {}, async (exporter) => {
      await bench.settle();
      bench.say('watching it idle');
      const idle = await watch(exporter, () => sleep(seconds * 1_000));
      const rows = [];
      for (const [change, act] of Object.entries(changes)) {
        bench.say(`${change}, ${seconds} s`);
        const changeSome = () => changeOne(api, places, act);
        const seen = await watchChanges(bench, exporter, changeSome);
        rows.push({
          pods,
          change,
          perSecond: seen.changes / seconds,
          families: await familiesChanged(bench, exporter, changeSome),
          cpuMs: cpuMsOfChange(seen, idle),
        });
      }
      return rows;
    });
    await api.close();
  },
} satisfies Question;

async function changeOne(api: Api, places: Place[], act: Act): Promise<void> {
  const at = Math.floor(Math.random() * places.length);
  places[at] = await act(api, places[at] as Place);
}

async function familiesChanged(
  bench: Bench,
  exporter: Exporter,
  act: () => Promise<void>,
): Promise<number> {
  const before = familySums(await textOf(exporter.metrics));
  await act();
  await bench.pause(servedMs);
  return countDiffering(before, familySums(await textOf(exporter.metrics)));
}
