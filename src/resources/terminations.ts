// Terminations counts the ends of containers and their reasons, by what changes in pods' statuses.
import type { V1ContainerStateTerminated, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { isOlder } from '../lib/resourceVersion.ts';
import type { AnyEmit, Identity } from '../metrics/family.ts';
import type { History } from '../metrics/history.ts';
import type { KubeObject, Received, Wire } from '../metrics/object.ts';
import { isSet } from './conditions.ts';
import { appContainers, initContainers } from './containers.ts';
import type { WorkloadTerminations } from './workloadTerminations.ts';

/** Reasons that a container has at 0 before its first termination. */
const initialReasons = ['OOMKilled', 'Error', 'Completed'] as const;
/** Reasons that are counted by name; any other one is `otherReason`, to limit cardinality. */
const knownReasons: ReadonlySet<string> = new Set([
  ...initialReasons,
  'ContainerCannotRun',
  'ContainerStatusUnknown',
  'DeadlineExceeded',
  'Evicted',
  'StartError',
]);
const otherReason = 'other';
/** Of terminations of which no state was seen, or none that has a reason. */
const unknownReason = 'unknown';

/** Every reason that a series may have. */
export const terminationReasons: readonly string[] = [...knownReasons, otherReason, unknownReason];

/** What a log line quotes of a reason. */
const quotedCharsMax = 100;
/** So much of a container's ID tells its runs apart; V8 copies so short a text. */
const idCharsMax = 12;

type Status = Wire<V1ContainerStatus>;
type Terminated = Wire<V1ContainerStateTerminated>;

/** What was counted of one container. */
interface ContainerCounts {
  readonly name: string;
  /** Runs that have ended, as of the last state: it falls where the node loses track of them. */
  ended: number;
  /** The highest that it ever was. */
  endedMax: number;
  /** The last run that was counted. */
  run: string | undefined;
  /** Undefined before the first termination. */
  byReason: Map<string, number> | undefined;
}

/** What was counted of one pod: of one uid, whatever its name. */
interface PodCounts {
  /** The newest state that was seen. */
  version: string;
  readonly containers: ContainerCounts[];
}

export interface TerminationsOptions {
  /** Told of each reason that has no name of its own here. */
  onOtherReason(reason: string, pod: Received<V1Pod>): void;
}

/**
 * All counts of the process. Each configuration has a view of its own pods; what another view
 * counts already goes on in it, so that a reload resets no counter.
 */
export class Terminations {
  readonly #options: TerminationsOptions;
  readonly #views = new Set<PodTerminations>();

  constructor(options: TerminationsOptions) {
    this.#options = options;
  }

  /** `counts` says of a pod's uid whether its terminations count here, or in another shard. */
  open(counts: (uid: string) => boolean = () => true): PodTerminations {
    const view: PodTerminations = new PodTerminations({
      ...this.#options,
      counts,
      find: (uid) => this.#find(uid),
      views: () => this.#views,
      onClose: () => this.#views.delete(view),
    });
    this.#views.add(view);
    return view;
  }

  #find(uid: string): PodCounts | undefined {
    for (const view of this.#views) {
      const known = view.pods.get(uid);
      if (known !== undefined) return known;
    }
    return undefined;
  }
}

interface ViewOptions extends TerminationsOptions {
  counts(uid: string): boolean;
  /** What some view has of the pod. */
  find(uid: string): PodCounts | undefined;
  /** Those of all configurations. */
  views(): Iterable<PodTerminations>;
  onClose(): void;
}

/** The counts of the pods of one configuration. */
export class PodTerminations implements History {
  readonly #options: ViewOptions;
  /** By uid. */
  readonly pods = new Map<string, PodCounts>();
  /** Counts by workload, too, where that is served. */
  workloads: WorkloadTerminations | undefined;

  constructor(options: ViewOptions) {
    this.#options = options;
  }

  /** Counts what this state of a pod says beyond those before; the first one counts nothing. */
  saw(object: KubeObject): void {
    const pod = object as Received<V1Pod>;
    const { uid, resourceVersion } = pod.metadata;
    if (!uid) return;
    const version = resourceVersion ?? '';
    const own = this.pods.get(uid);
    const known = own ?? this.#options.find(uid);
    if (known === undefined) {
      const containers = statusesOf(pod).map((status) => startOf(status));
      this.pods.set(uid, { version, containers });
      return;
    }
    if (own === undefined) this.#takeOver(uid, known, pod);
    const isLate = isOlder(version, known.version);
    if (!isLate) known.version = version;
    const counts = this.#options.counts(uid);
    for (const status of statusesOf(pod)) {
      const container = containerIn(known, status);
      for (const [reason, count] of advance(container, status, isLate)) {
        if (counts) this.#count(pod, container, reason, count);
      }
    }
  }

  forget(uid: string): void {
    this.pods.delete(uid);
    this.workloads?.forget(uid);
  }

  /** Forgets all other pods. */
  retain(uids: ReadonlySet<string>): void {
    for (const uid of this.pods.keys()) if (!uids.has(uid)) this.forget(uid);
  }

  collect({ uid }: Identity, emit: AnyEmit): void {
    for (const { name, byReason } of this.pods.get(uid ?? '')?.containers ?? []) {
      for (const reason of initialReasons) emit(byReason?.get(reason) ?? 0, name, reason);
      for (const [reason, count] of byReason ?? []) {
        if (!isInitial(reason)) emit(count, name, reason);
      }
    }
  }

  close(): void {
    this.pods.clear();
    this.#options.onClose();
  }

  #count(
    pod: Received<V1Pod>,
    container: ContainerCounts,
    given: string | null | undefined,
    count: number,
  ): void {
    const reason = reasonOf(given);
    if (reason === otherReason) {
      this.#options.onOtherReason((given ?? '').slice(0, quotedCharsMax), pod);
    }
    container.byReason ??= new Map();
    container.byReason.set(reason, (container.byReason.get(reason) ?? 0) + count);
    for (const { pods, workloads } of this.#options.views()) {
      if (pods.has(pod.metadata.uid ?? '')) workloads?.add(pod, container.name, reason, count);
    }
  }

  /** What another configuration has counted goes on here, in the same counters. */
  #takeOver(uid: string, known: PodCounts, pod: Received<V1Pod>): void {
    this.pods.set(uid, known);
    for (const { name, byReason } of known.containers) {
      for (const reason of byReason?.keys() ?? []) this.workloads?.add(pod, name, reason, 0);
    }
  }
}

const isInitial = (reason: string): boolean =>
  (initialReasons as readonly string[]).includes(reason);

/** Containers, init containers and sidecars; those of kubectl debug end by themselves. */
const statusesOf = ({ status }: Received<V1Pod>): readonly Status[] => [
  ...initContainers.statuses(status),
  ...appContainers.statuses(status),
];

/** A container at its first state: what was before is not counted. */
function startOf(status: Status): ContainerCounts {
  const ended = endedRunsOf(status);
  return {
    name: status.name,
    ended,
    endedMax: ended,
    run: runOf(newestEndOf(status)),
    byReason: undefined,
  };
}

/** A container that a known pod did not show before: all of its runs are since then. */
function containerIn({ containers }: PodCounts, { name }: Status): ContainerCounts {
  const known = containers.find((one) => one.name === name);
  if (known !== undefined) return known;
  const added = { name, ended: 0, endedMax: 0, run: undefined, byReason: undefined };
  containers.push(added);
  return added;
}

/**
 * How many runs of the container have ended. It restarts once the next run begins: one that has
 * ended, or waits for its restart, is one more.
 */
function endedRunsOf({ restartCount, state, lastState, containerID }: Status): number {
  const restarts = restartCount ?? 0;
  if (isSet(state?.terminated)) return restarts + 1;
  const last = lastState?.terminated?.containerID;
  const waits = isSet(state?.waiting) && isSet(last) && last !== '' && last === containerID;
  return waits ? restarts + 1 : restarts;
}

/** The end of the last run that has ended, where the state has it. */
const newestEndOf = ({ state, lastState }: Status): Terminated | undefined =>
  state?.terminated ?? lastState?.terminated ?? undefined;

/** What tells a run from others: its ID, or when it ended. */
const runOf = (end: Terminated | undefined): string | undefined =>
  (end?.containerID || end?.finishedAt || undefined)?.slice(-idCharsMax);

type Counted = readonly [reason: string | null | undefined, count: number];

/**
 * Takes a state of the container over, and says what has ended since the state before. A state that
 * is `late` is older than one that was seen.
 */
function advance(container: ContainerCounts, status: Status, late: boolean): readonly Counted[] {
  const ended = endedRunsOf(status);
  const newest = newestEndOf(status);
  const isNew =
    isUncounted(container, newest) && (isSet(runOf(newest)) || ended > container.endedMax);
  // Only what goes beyond the highest number is sure to be new; a number that fell rises again.
  const risen = isNew && ended > container.ended ? 1 : 0;
  const count = ended > container.endedMax ? ended - container.endedMax : late ? 0 : risen;
  if (late && count === 0) return [];
  container.ended = ended;
  container.endedMax = Math.max(container.endedMax, ended);
  if (count === 0) return [];
  const ends: Counted[] = [];
  if (isNew) ends.push([newest?.reason, 1]);
  const before = isSet(status.state?.terminated) ? status.lastState?.terminated : undefined;
  if (isNew && count > 1 && isUncounted(container, before)) ends.push([before?.reason, 1]);
  if (count > ends.length) ends.push([undefined, count - ends.length]);
  if (isNew) container.run = runOf(newest) ?? container.run;
  return ends;
}

/** One of a container that the node has lost has neither ID nor time: the number of ends tells. */
function isUncounted({ run }: ContainerCounts, end: Terminated | null | undefined): boolean {
  if (!isSet(end)) return false;
  const of = runOf(end);
  return of === undefined || of !== run;
}

function reasonOf(given: string | null | undefined): string {
  if (!given) return unknownReason;
  return knownReasons.has(given) ? given : otherReason;
}
