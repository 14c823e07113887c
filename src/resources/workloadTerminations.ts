// WorkloadTerminations counts what Terminations counts, by the workloads of the pods.
import type { V1Pod } from '@kubernetes/client-node';
import { podOwnerKey } from '../lib/ownerKey.ts';
import type { Received } from '../metrics/object.ts';
import { labelsWriter } from '../metrics/text.ts';
import type { Counter, Counters } from '../store/counters.ts';
import { terminationLabels } from './pods.ts';

const labelsText = labelsWriter(terminationLabels);

export interface WorkloadTerminationsOptions {
  readonly counters: Pick<Counters, 'hold' | 'add' | 'release'>;
  /** Which of the counted families it is. */
  readonly family: number;
  /** The labels workload and workload_type, by the key of a pod's owner. */
  labelsOf(ownerKey: string): Readonly<Record<string, string>>;
}

/** A counter is held by each pod that has counted in it, for as long as the pod is known. */
export class WorkloadTerminations {
  readonly #options: WorkloadTerminationsOptions;
  /** By the uids of pods, and by labels. */
  readonly #held = new Map<string, Map<string, Counter>>();

  constructor(options: WorkloadTerminationsOptions) {
    this.#options = options;
  }

  /** Counts terminations; 0 of them for what another configuration has counted. */
  add(pod: Received<V1Pod>, container: string, reason: string, count: number): void {
    this.#options.counters.add(this.#counterOf(pod, container, reason), count);
  }

  forget(uid: string): void {
    for (const counter of this.#held.get(uid)?.values() ?? []) {
      this.#options.counters.release(counter);
    }
    this.#held.delete(uid);
  }

  #counterOf({ metadata }: Received<V1Pod>, container: string, reason: string): Counter {
    const { labelsOf, counters, family } = this.#options;
    const namespace = metadata.namespace ?? '';
    const { workload = '', workload_type = '' } = labelsOf(podOwnerKey(metadata));
    const labels = labelsText([namespace, workload, workload_type, container, reason]);
    const uid = metadata.uid ?? '';
    const held = this.#held.get(uid) ?? new Map<string, Counter>();
    this.#held.set(uid, held);
    const counter = held.get(labels) ?? counters.hold({ family, labels, namespace });
    held.set(labels, counter);
    return counter;
  }
}
