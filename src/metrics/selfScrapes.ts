// What we tell of scrapes: how long they take, how many there are, and which were not answered.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Prometheus' own default, which KSM's histogram has. */
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What the app that answers scrapes tells, as its `ScrapeObserver` has it. */
export interface ScrapeMetrics {
  request(method: 'get' | 'head', seconds: number): void;
  inFlight(count: number): void;
  rejected(): void;
  cutOff(scrapes: number): void;
}

export function scrapeMetrics(registry: Registry): ScrapeMetrics {
  const registers = [registry];
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request to the end of its response.',
    labelNames: ['handler', 'method'],
    buckets: durationBuckets,
    registers,
  });
  const inFlight = new Gauge({
    name: 'kube_state_metrics_scrapes_in_flight',
    help: 'Expositions that are being written now.',
    registers,
  });
  const rejected = new Counter({
    name: 'kube_state_metrics_scrapes_rejected_total',
    help: 'Scrapes that were turned away because too many were in flight.',
    registers,
  });
  const cutOff = new Counter({
    name: 'kube_state_metrics_scrapes_cut_off_total',
    help: 'Scrapes that were ended because their reader was slow and held what is long gone.',
    registers,
  });
  return {
    request: (method, seconds) => durations.observe({ handler: 'metrics', method }, seconds),
    inFlight: (count) => inFlight.set(count),
    rejected: () => rejected.inc(),
    cutOff: (scrapes) => cutOff.inc(scrapes),
  };
}
