// What we tell of the configuration's files: which one is in force, since when, and whether.
import { Gauge, type Registry } from 'prom-client';

/** What is told of the files that the configuration is read from. */
export interface ConfigMetrics {
  /** The file's content, of this hash, is in force. */
  taken(filename: string, hash: number): void;
  /** The file's content was refused. */
  refused(filename: string): void;
}

/** Registers what is told of them; times come from the clock, in milliseconds since 1970. */
export function configMetrics(registry: Registry, clock: { now(): number }): ConfigMetrics {
  const gauge = (name: string, help: string): Gauge<'filename' | 'type'> =>
    new Gauge({
      name: `kube_state_metrics_${name}`,
      help,
      labelNames: ['filename', 'type'],
      registers: [registry],
    });
  const hashes = gauge('config_hash', 'Hash of the configuration file that is in force.');
  const successful = gauge(
    'last_config_reload_successful',
    'Whether the configuration file as it was read last is in force: 1 if so, else 0.',
  );
  const successes = gauge(
    'last_config_reload_success_timestamp_seconds',
    'When a configuration file was last put in force, in seconds since the epoch.',
  );
  return {
    taken(filename, hash) {
      const labels = { filename, type: 'config' };
      hashes.set(labels, hash);
      successful.set(labels, 1);
      successes.set(labels, clock.now() / 1000);
    },
    refused: (filename) => successful.set({ filename, type: 'config' }, 0),
  };
}
