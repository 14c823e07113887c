// What we tell of our own work: the stores' batches, and how long our thread runs at a stretch.
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Stores, StoreWork } from './store.ts';

/** The stores as far as their work goes. */
export type WorkingStores = Pick<Stores, 'stalenessMs' | 'work'>;

/** The longest of something, in seconds. */
export interface Longest {
  /** In the last minute, or in up to ten seconds more. */
  readonly minute: number;
  readonly start: number;
}

/** How long our thread was longest without a turn of the event loop. */
export interface LoopTimes {
  /** By the CPU time it used; never too low, but too high by what it did between two looks. */
  readonly runCpu: Longest;
  /** By the clock: how late a look came, whether the thread ran or was kept from running. */
  readonly delay: Longest;
}

/** Series about the stores in force; their counts begin anew with each configuration. */
export function registerStoreWork(registry: Registry, stores: () => WorkingStores): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      ...{ name: `kube_state_metrics_store_${name}`, help, registers },
      collect() {
        this.set(read());
      },
    });
  };
  const counter = (name: string, help: string, read: (work: StoreWork) => number): void => {
    new Counter({
      ...{ name: `kube_state_metrics_store_${name}_total`, help, registers },
      collect() {
        this.reset();
        this.inc(read(stores().work()));
      },
    });
  };
  gauge(
    'staleness_seconds',
    'Age of the oldest change that scrapes do not show yet; 0 where they show all.',
    () => stores().stalenessMs() / 1000,
  );
  gauge(
    'pending_bytes',
    'Length of the series that scrapes do not show yet, as text.',
    () => stores().work().pendingBytes,
  );
  gauge(
    'stored_bytes',
    'Length of what scrapes are served from, as it is held in memory.',
    () => stores().work().storedBytes,
  );
  counter('segments_rebuilt', 'Segments of text that were made anew.', ({ segments }) => segments);
  counter('batches', 'Batches in which changes were applied.', ({ batches }) => batches);
  counter(
    'batch_seconds',
    'Time from the beginning to the end of each batch, summed up.',
    ({ seconds }) => seconds,
  );
}

/** Series about our thread. */
export function registerLoop(registry: Registry, times: () => LoopTimes): void {
  const gauge = (name: string, help: string, read: (times: LoopTimes) => Longest): void => {
    new Gauge({
      ...{ name: `kube_state_metrics_event_loop_longest_${name}_seconds`, help },
      labelNames: ['window'],
      registers: [registry],
      collect() {
        const { minute, start } = read(times());
        this.set({ window: '1m' }, minute);
        this.set({ window: 'start' }, start);
      },
    });
  };
  gauge(
    'run_cpu',
    'Longest time our thread ran without a turn of the event loop, by its CPU time; rather too ' +
      'long than too short.',
    ({ runCpu }) => runCpu,
  );
  gauge(
    'delay',
    'Longest time that our thread was late by the clock, be it busy or kept from running.',
    ({ delay }) => delay,
  );
}
