// What we tell of the election: whether we lead, how often that changed, and whether it works.
import { Counter, Gauge, type Registry } from 'prom-client';

/** What is counted of elections. */
export interface ElectionWork {
  readonly leads: boolean;
  /** How often this replica began, and ceased, to lead. */
  readonly began: number;
  readonly ceased: number;
  readonly failures: number;
  /** When the lease was last read or written, in milliseconds since 1970. */
  readonly contactMs: number | undefined;
}

/** Series about an election; there are none without --leader-elect. */
export function registerLeader(registry: Registry, read: () => ElectionWork): void {
  const registers = [registry];
  new Gauge({
    name: 'kube_state_metrics_leader',
    help: 'Whether this replica leads, and serves: 1 if so, else 0.',
    registers,
    collect() {
      this.set(Number(read().leads));
    },
  });
  new Counter({
    name: 'kube_state_metrics_leader_transitions_total',
    help: 'How often this replica began to lead, or to follow after it had led.',
    labelNames: ['to'],
    registers,
    collect() {
      const { began, ceased } = read();
      this.reset();
      this.inc({ to: 'leader' }, began);
      this.inc({ to: 'follower' }, ceased);
    },
  });
  new Counter({
    name: 'kube_state_metrics_leader_election_failures_total',
    help: 'Looks at the lease or the labels of pods that failed; who leads goes on meanwhile.',
    registers,
    collect() {
      this.reset();
      this.inc(read().failures);
    },
  });
  new Gauge({
    name: 'kube_state_metrics_leader_election_last_contact_timestamp_seconds',
    help: 'When the lease was last read or renewed, in seconds since the epoch; 0 for never.',
    registers,
    collect() {
      this.set((read().contactMs ?? 0) / 1000);
    },
  });
}
