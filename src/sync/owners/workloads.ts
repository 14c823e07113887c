// Workloads gives pods the labels of their workload: what is at the top of the chain of owners.

import type { SyncStatus } from '../../kube/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { inSteps } from '../../lib/inSteps.ts';
import { logOnce } from '../../lib/logThrottle.ts';
import { membersOf } from '../../lib/members.ts';
import { keyOf } from '../../lib/objectKey.ts';
import { isNode, type OwnerReference, placeOf } from '../../lib/ownerKey.ts';
import type { FollowedSource } from '../labelTable.ts';
import { type OwnerKindStatus, OwnerKinds, type OwnerKindsOptions } from './ownerKinds.ts';
import { type ChainProblem, chainProblems, Owners, ownersPerTurn } from './owners.ts';
import type { Labels, OwnerTable } from './ownerTable.ts';

/** How often owners are forgotten that no pod has any more, and kinds that no owner is of. */
const sweepMs = 300_000;

/** In the place of a kind: names that recording rules of kubernetes-mixin use. */
const barePod = 'barepod';
const staticPod = 'staticpod';

/** The kinds that Kubernetes' own controllers give to pods; they are followed from the start on. */
export const ownerKinds = [
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  { apiVersion: 'batch/v1', kind: 'Job' },
  { apiVersion: 'batch/v1', kind: 'CronJob' },
] as const;

export interface WorkloadsOptions
  extends Omit<OwnerKindsOptions, 'keepLabels' | 'always' | 'onChange' | 'onRelisted'> {
  /** The keys of the workload's labels that pods get; those of its name and type are no labels. */
  readonly labels: readonly string[];
}

/** What owners are known, and what was wrong with their chains. */
export interface WorkloadsReport {
  /** Objects whose owners are kept, by the plural of their kind. */
  readonly objects: ReadonlyMap<string, number>;
  readonly problems: Readonly<Record<ChainProblem, number>>;
}

/** `run` it once. Keys are those of `podOwnerKey`. */
export class Workloads implements FollowedSource {
  readonly name = 'workloads';
  readonly #clock: Clock;
  readonly #owners: Owners;
  readonly #kinds: OwnerKinds;
  readonly #problems = { cycle: 0, depth: 0, namespace: 0 } satisfies Record<ChainProblem, number>;

  /** Whether something that is kept up to date has that key. */
  readonly #users = new Set<(key: string) => boolean>();

  constructor(options: WorkloadsOptions) {
    const { log } = options;
    const labels = options.labels.filter((key) => key !== 'workload' && key !== 'workload_type');
    this.#clock = options.clock;
    const warn = logOnce(log);
    this.#owners = new Owners({
      tableOf: (reference) => this.#tableOf(reference),
      onProblem: (problem, { reference, namespace }) => {
        this.#problems[problem]++;
        const { kind, name, uid } = reference;
        const keys = { kind, object: keyOf({ namespace, name }) };
        warn(`${problem} ${uid}`, keys, chainProblems[problem]);
      },
    });
    this.#kinds = new OwnerKinds({
      ...options,
      always: ownerKinds,
      keepLabels: labels.length === 0 ? undefined : (all) => membersOf(all, labels),
      onChange: (table, uid) => this.#owners.changed(table, uid),
      onRelisted: (table) => this.#relisted(table),
    });
  }

  labelsOf(key: string): Labels {
    return workloadLabels(this.#owners, key);
  }

  listen(listener: (key: string) => void, isUsed: (key: string) => boolean): () => void {
    this.#users.add(isUsed);
    const end = this.#owners.listen(({ key }) => listener(key));
    return () => {
      end();
      this.#users.delete(isUsed);
    };
  }

  /** Of all kinds together: synced once each is, or will not be. */
  get status(): SyncStatus {
    const all = this.#kinds.statuses.flatMap(({ statuses }) => statuses);
    const waiting = all.find(({ synced, refused }) => !synced && !refused);
    const detail = (waiting ?? all[0])?.detail ?? '';
    const rest = { refused: false, absent: false, behind: undefined };
    return { synced: waiting === undefined, detail, ...rest };
  }

  get statuses(): readonly OwnerKindStatus[] {
    return this.#kinds.statuses;
  }

  get report(): WorkloadsReport {
    const objects = this.#kinds.statuses.map(({ name, objects }) => [name, objects] as const);
    return { objects: new Map(objects), problems: this.#problems };
  }

  /** Works until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#kinds.run(signal), this.#sweep(signal)]);
  }

  *#relisted(table: OwnerTable): Generator<void> {
    yield* this.#owners.relisted(table);
    // What is above them is followed as well, before there are pods.
    for (const one of table.controllers()) {
      if (one !== undefined) this.#tableOf(one);
      yield;
    }
  }

  /** Of a node nothing is followed: it controls static pods, and nothing controls it. */
  #tableOf(reference: OwnerReference): OwnerTable | undefined {
    return isNode(reference) ? undefined : this.#kinds.tableOf(reference);
  }

  #inTurns(steps: Iterable<void>): Promise<void> {
    return inSteps(steps, ownersPerTurn, this.#clock);
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    const isUsed = (key: string): boolean => [...this.#users].some((uses) => uses(key));
    while (!signal.aborted) {
      await this.#clock.sleep(sweepMs, signal);
      await this.#inTurns(this.#owners.retain(({ key }) => isUsed(key)));
      this.#kinds.retain(this.#owners.tables);
      await this.#inTurns(this.#owners.followMore());
    }
  }
}

/** The labels of a pod's workload as of now: its name and type, and those that are kept of it. */
export function workloadLabels(owners: Pick<Owners, 'of'>, key: string): Labels {
  const { reference } = placeOf(key);
  if (reference.kind === '') return { workload: reference.name, workload_type: barePod };
  if (isNode(reference)) return { workload: reference.name, workload_type: staticPod };
  const { kind, name, labels } = owners.of(key).workload;
  return { ...labels, workload: name, workload_type: kind.toLowerCase() };
}
